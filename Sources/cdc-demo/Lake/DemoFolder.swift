import CDCCore
import DeltaLog

/// A folder that the demo writes, and the names it gives to the files there.
///
/// Names are recognised exactly, so that what somebody else puts into the folder is not taken for the demo's.
struct DemoFolder {
    /// What a folder holds.
    enum Content {
        /// Data files of a table: `part-00000-….c000.parquet`.
        case table
        /// A table's log.
        case log
        /// Manifests of cuts, or consistent points: `00000000000000000001.json`.
        case numbered
        /// Staged changes: `cut-1-…-0.parquet`.
        case changes
        /// A snapshot in progress: `plan.json`, its chunks and their rows.
        case snapshot
    }

    /// From the catalog's folder.
    var path: String
    var content: Content

    /// All of them; those inside others come first.
    static let all: [DemoFolder] =
        RetailDB.tables.flatMap { table in
            let bronze = "\(DemoLake.schema)/\(table.name.name)"
            return [
                DemoFolder(path: "\(bronze)/\(LogFileName.folder)", content: .log),
                DemoFolder(path: bronze, content: .table),
                DemoFolder(path: "\(DemoLake.volume)/changes/\(table.name)", content: .changes),
                DemoFolder(path: "\(DemoLake.volume)/snapshots/\(table.name)", content: .snapshot),
            ]
        } + [
            DemoFolder(path: "\(DemoLake.volume)/manifests", content: .numbered),
            DemoFolder(path: "\(DemoLake.schema)/_consistent_points/\(DemoLake.pipelineName)", content: .numbered),
            DemoFolder(path: "\(DemoLake.eventLog)/\(LogFileName.folder)", content: .log),
            DemoFolder(path: DemoLake.eventLog, content: .table),
        ]

    /// Whether a file of that name is the demo's.
    func owns(_ name: String) -> Bool {
        if name.hasPrefix(".tmp-") { return Self.isUUID(name.dropFirst(5)) }
        switch content {
        case .log: return name == LogFileName.lastCheckpoint || LogFileName(name) != nil
        case .table:
            let ends = ("part-00000-", ".c000.parquet")
            guard name.hasPrefix(ends.0), name.hasSuffix(ends.1) else { return false }
            return Self.isUUID(name.dropFirst(ends.0.count).dropLast(ends.1.count))
        case .numbered:
            return name.hasSuffix(".json") && name.count == 25 && Self.isNumber(name.dropLast(5))
        case .changes:
            guard name.hasSuffix(".parquet") else { return false }
            let parts = name.dropLast(8).split(separator: "-", omittingEmptySubsequences: false)
            return parts.count == 4 && parts[0] == "cut" && Self.isNumber(parts[1]) && Self.isIdentifier(parts[2])
                && Self.isNumber(parts[3])
        case .snapshot: return Self.isSnapshotFile(name)
        }
    }

    // MARK: Names

    /// `plan.json`, `IDENTIFIER-chunk-NUMBER.json` or `IDENTIFIER-NUMBER-IDENTIFIER-NUMBER.parquet`.
    private static func isSnapshotFile(_ name: String) -> Bool {
        if name == "plan.json" { return true }
        let halves = name.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return false }
        let parts = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        switch (parts.count, halves[1]) {
        case (3, "json"): return isIdentifier(parts[0]) && parts[1] == "chunk" && isNumber(parts[2])
        case (4, "parquet"):
            return isIdentifier(parts[0]) && isNumber(parts[1]) && isIdentifier(parts[2]) && isNumber(parts[3])
        default: return false
        }
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
    }

    /// 32 hexadecimal digits.
    private static func isIdentifier(_ text: Substring) -> Bool {
        text.utf8.count == 32 && text.allSatisfy(\.isHexDigit)
    }

    /// Hexadecimal digits in groups of 8, 4, 4, 4 and 12.
    private static func isUUID(_ text: Substring) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
