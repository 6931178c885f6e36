import CDCJSON
import Foundation
import LakeStorage
import Testing

@testable import DeltaLog

/// Tables that Spark and others wrote, with logs of every shape: each is read, or refused with an error that has a name.
@Suite(
    "Logs that others wrote",
    .enabled(if: Outside.hasTables, "the tables are not there: set SWIFT_CDC_TEST_DATA to the folder that holds them")
)
struct OtherWritersTests {
    /// All tables, by their path from the folder of the test data.
    static let tables: [String] = {
        let root = Outside.data + "/delta-tables"
        var found: [String] = []
        for suite in ["golden", "kernel"] {
            guard let walker = FileManager.default.enumerator(atPath: "\(root)/\(suite)") else { continue }
            while let path = walker.nextObject() as? String {
                guard path == "_delta_log" || path.hasSuffix("/_delta_log") else { continue }
                walker.skipDescendants()
                found.append("\(suite)/\(path.dropLast("/_delta_log".count))")
            }
        }
        return found.sorted()
    }()

    static func log(_ table: String) -> TableLog {
        TableLog(storage: LocalStorage(root: Outside.data + "/delta-tables"), path: table)
    }

    /// The tables that are refused because of a feature, by its name and by what is printed of it.
    static let refused: [(feature: String, tables: [String])] = [
        // Their files name columns otherwise than the table.
        (
            "columnMapping",
            [
                "golden/data-reader-timestamp_ntz-id-mode/delta",
                "golden/data-reader-timestamp_ntz-name-mode/delta",
                "golden/data-skipping-basic-stats-all-types-columnmapping-id/delta",
                "golden/data-skipping-basic-stats-all-types-columnmapping-name/delta",
                "golden/table-with-columnmapping-mode-id/delta",
                "golden/table-with-columnmapping-mode-name/delta",
                "kernel/cdf-column-mapping-id-mode",
                "kernel/cdf-column-mapping-name-mode",
                "kernel/cdf-column-mapping-name-mode-3-7",
                "kernel/partition_cm/id",
                "kernel/partition_cm/name",
                "kernel/stats-writing-all-types/delta",
            ]
        ),
        // Some rows of their files are deleted.
        (
            "deletionVectors",
            [
                "golden/dv-partitioned-with-checkpoint/delta",
                "golden/dv-with-columnmapping/delta",
                "golden/log-replay-dv-key-cases/delta",
                "kernel/cdf-table-with-cdc-and-dvs",
                "kernel/cdf-table-with-dv",
                "kernel/compacted-log-files-table",
                "kernel/crc-full",
                "kernel/table-with-dv-small",
                "kernel/timestamp-partitioned-table",
                "kernel/v1-multi-part-partitioned-struct-stats-only",
                "kernel/v1-multi-part-struct-stats-only",
                "kernel/v1-single-part-struct-stats-only",
                "kernel/v2-classic-parquet-struct-stats-only",
                "kernel/v2-json-sidecars-struct-stats-only",
                "kernel/v2-parquet-sidecars-struct-stats-only",
                "kernel/with-short-dv",
            ]
        ),
        // A feature that is not known here.
        (
            "geospatial",
            [
                "kernel/table-with-geo"
            ]
        ),
        // Their older files have narrower types.
        (
            "typeWidening-preview",
            [
                "kernel/type-widening"
            ]
        ),
        // They hold values of a type that is not known here.
        (
            "variantType-preview",
            [
                "kernel/unshredded-variant"
            ]
        ),
        // Versions of the future have no names.
        ("reader version 99", ["golden/deltalog-invalid-protocol-version/delta"]),
    ]

    /// The tables whose log is broken on purpose, or that hold a type that is not known here, with the error that says so.
    static let broken: [String: DeltaError.Code] = [
        "golden/data-reader-absolute-paths-escaped-chars/delta": .corruptLog,
        "golden/deltalog-commit-info/delta": .corruptLog,
        "golden/deltalog-state-reconstruction-from-checkpoint-missing-metadata/delta": .corruptLog,
        "golden/deltalog-state-reconstruction-from-checkpoint-missing-protocol/delta": .corruptLog,
        "golden/deltalog-state-reconstruction-without-metadata/delta": .corruptLog,
        "golden/deltalog-state-reconstruction-without-protocol/delta": .corruptLog,
        "golden/update-deleted-directory/delta": .corruptLog,
        "golden/versions-not-contiguous/delta": .missingVersion,
        "kernel/crc-malformed": .tableNotFound,
        "kernel/void-column": .unsupportedType,
    ]

    /// The tables of which delta-rs lists files that are removed under another spelling of their path (`file:/a` and `/a`),
    /// which the protocol's authors take for the same file.
    static let otherSpellings: Set<String> = [
        "golden/canonicalized-paths-normal-b/delta", "golden/canonicalized-paths-special-a/delta",
        "golden/canonicalized-paths-special-b/delta",
    ]

    private static func feature(of table: String) -> String? {
        refused.first { $0.tables.contains(table) }?.feature
    }

    @Test("each can be read, or is refused with the error expected")
    func everyTable() async throws {
        try #require(Self.tables.count > 100)
        for table in Self.tables {
            do {
                let snapshot = try await Self.log(table).snapshot()
                #expect(Self.feature(of: table) == nil && Self.broken[table] == nil, "\(table) was not refused")
                #expect(snapshot.files.count == snapshot.fileCount)
            } catch {
                if error.code == .unsupportedFeature {
                    let feature = Self.feature(of: table) ?? "no feature"
                    #expect(error.message.contains(feature), "\(table): \(error)")
                } else {
                    #expect(error.code == Self.broken[table], "\(table): \(error)")
                }
            }
        }
    }

    @Test(
        "delta-rs sees the same versions, files and row counts",
        .enabled(if: Outside.hasPython, "there is no Python with deltalake at .venv/bin/python")
    )
    func sameAsDeltaRS() async throws {
        let program = """
            import sys, json, pyarrow as pa
            from deltalake import DeltaTable
            for path in sys.argv[1:]:
                out = {"error": True}
                try:
                    table = DeltaTable(path)
                    actions = pa.table(table.get_add_actions(flatten=True))
                    rows = actions.column("num_records").to_pylist() if "num_records" in actions.column_names else None
                    paths = actions.column("path").to_pylist()
                    out = {"version": table.version(), "files": [[p, rows[i] if rows else None] for i, p in enumerate(paths)]}
                except BaseException:
                    pass
                print(json.dumps(out), flush=True)
            """
        let paths = Self.tables.map { "\(Outside.data)/delta-tables/\($0)" }
        let answers = try Outside.run(program, paths).split(separator: "\n")
        try #require(answers.count == Self.tables.count)
        var compared = 0
        for (table, answer) in zip(Self.tables, answers) {
            let answer = try JSONValue(parsing: String(answer))
            guard let version = answer["version"]?.integer, let files = answer["files"]?.array else { continue }
            if Self.otherSpellings.contains(table) { continue }
            let snapshot: Snapshot
            do { snapshot = try await Self.log(table).ungatedSnapshot() } catch {
                #expect(error.code == .unsupportedType || error.code == Self.broken[table], "\(table): \(error)")
                continue
            }
            #expect(snapshot.version == version, "\(table)")
            #expect(
                snapshot.files.map(\.path).sorted() == files.compactMap { $0.array?[0].string }.sorted(),
                "\(table)"
            )
            var rows: [String: Int64] = [:]
            for file in files { rows[file.array?[0].string ?? ""] = file.array?[1].integer }
            for file in snapshot.files {
                guard let expected = rows[file.path] else { continue }
                let stats = try JSONValue(parsing: file.stats ?? "null")
                #expect(stats["numRecords"]?.integer == expected, "\(table): \(file.path)")
            }
            compared += 1
        }
        #expect(compared > 100)
    }
}
