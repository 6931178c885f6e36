import CDCCore
import Columnar
import Testing

@testable import TDSSource

@Suite("Two capture instances of a table")
struct CaptureInstanceTests {
    private func instance(_ name: String, from low: UInt16) -> CaptureInstance {
        CaptureInstance(name: name, changeTableID: Int(low), sourceTableID: 1, startLSN: LSN(high: 1, low: low))
    }

    private func ranges(_ after: UInt16, _ through: UInt16) -> [String] {
        SQLServerSource.ranges(
            of: [instance("old", from: 10), instance("new", from: 50)],
            after: LSN(high: 1, low: after),
            through: LSN(high: 1, low: through)
        ).map { range in
            "\(range.instance.name)\(range.successor.map { "-\($0.name)" } ?? "") \(range.after.low)..\(range.through.low)"
        }
    }

    @Test("the older one is read up to where the newer one begins, and no change twice")
    func handOver() {
        #expect(ranges(20, 100) == ["old 20..49", "old-new 49..100", "new 49..100"])
        #expect(ranges(48, 100) == ["old 48..49", "old-new 49..100", "new 49..100"])
        #expect(ranges(20, 40) == ["old 20..40"])
        #expect(ranges(20, 49) == ["old 20..49"])
        #expect(ranges(20, 50) == ["old 20..49", "old-new 49..50", "new 49..50"])
    }

    @Test("what the newer one lacks of the transaction that made it is asked for as long as the older one is there")
    func lacking() {
        #expect(ranges(60, 100) == ["old-new 60..100", "new 60..100"])
        #expect(ranges(49, 100) == ["old-new 49..100", "new 49..100"])
        #expect(ranges(100, 100) == [])
    }

    @Test("what neither keeps is asked of the older one, which says that it is gone")
    func gap() {
        #expect(ranges(1, 30) == ["old 1..30"])
        #expect(ranges(1, 5) == ["old 1..5"])
        #expect(ranges(1, 100) == ["old 1..49", "old-new 49..100", "new 49..100"])
    }

    /// A server with instances of table 1, by their names and the LSN from which on they keep changes.
    private struct Instances: MetadataSource {
        var instances: [(name: String, start: LSN?)]

        func metadata(_ batch: String) async throws -> MetadataRows {
            guard batch.contains("AS may_read") else { return MetadataRows(.empty([])) }
            let schema: Schema = [
                Field("source_object_id", .integer), Field("change_table_id", .integer),
                Field("capture_instance", .string), Field("start_lsn", .binary), Field("has_command_id", .integer),
                Field("may_read", .integer),
            ]
            let rows: [[Value]] = instances.enumerated().map { index, instance in
                [
                    1, .integer(Int64(index + 10)), .string(instance.name),
                    instance.start.map { .binary($0.bytes) } ?? .null, 1, 1,
                ]
            }
            return MetadataRows(try RecordBatch(schema, rows: rows))
        }
    }

    private func table(_ instances: [(name: String, start: LSN?)]) async throws -> SourceTableInfo {
        var tables = [1: SourceTableInfo(name: "dbo.t", objectID: 1)]
        try await Catalogue.readCaptureInstances(of: "1", from: Instances(instances: instances), into: &tables)
        return try #require(tables[1])
    }

    @Test("an instance to which the capture job has not come yet is not read, and waited for where there is no other")
    func notEstablished() async throws {
        let start = LSN(high: 1, low: 10)
        let both = try await table([("old", start), ("new", nil)])
        #expect(both.captureInstances.map(\.name) == ["old"])
        guard case .instance(let read) = try CapturedTable(both, .automatic, profile: .sample).capture else {
            Issue.record("the table is read by another mechanism")
            return
        }
        #expect(read.name == "old")
        let only = try await table([("new", nil)])
        let error = #expect(throws: CDCError.self) { _ = try CapturedTable(only, .automatic, profile: .sample) }
        #expect(error?.code == .sourceUnavailable)
        let none = #expect(throws: CDCError.self) {
            _ = try CapturedTable(SourceTableInfo(name: "dbo.t", objectID: 1), .automatic, profile: .sample)
        }
        #expect(none?.code == .tableNotFound)
    }

    @Test("what a newer instance lacks is asked for from where both begin, or behind what was read", arguments: [3, 7])
    func successor(after: UInt16) throws {
        var query = ChangeTableQuery(
            instance: instance("old", from: 1),
            columns: [],
            time: ServerTime(profile: .sample, zone: nil)
        )
        query.successor = instance("new", from: 5)
        let lsn = LSN(high: 1, low: after)
        let page = query.page(after: lsn, from: nil, through: LSN(high: 9, low: 9), rows: 10)
        let begin = try #require(page.arguments.first { $0.name == "begin" })
        #expect(begin.literal == SQLText.binary(max(instance("new", from: 5).startLSN, lsn.next)))
    }

    @Test("a page goes on behind the last row of the one before")
    func pages() {
        let query = ChangeTableQuery(
            instance: instance("dbo_orders", from: 1),
            columns: [],
            time: ServerTime(profile: .sample, zone: nil)
        )
        let first = query.page(after: .zero, from: nil, through: LSN(high: 9, low: 9), rows: 10).text
        #expect(first.contains("FROM cdc.[dbo_orders_CT] AS c"))
        #expect(first.contains("WHERE c.[__$start_lsn] > @lsn AND c.[__$start_lsn] <= @through\nORDER BY"))
        let position = ChangePosition(
            startLSN: LSN(high: 1, low: 1),
            commandID: 2,
            sequence: LSN(high: 1, low: 0),
            operation: 3
        )
        let second = query.page(after: .zero, from: position, through: LSN(high: 9, low: 9), rows: 10)
        #expect(second.text.contains("c.[__$start_lsn] >= @lsn"))
        // Rows from before an upgrade of the server have no command id: 0 stands for it, and NULL comes before all others.
        #expect(second.text.contains("ISNULL(c.[__$command_id], 0) AS [__$command_id]"))
        #expect(
            second.text.contains(
                "(c.[__$command_id] = @command OR (@command = 0 AND c.[__$command_id] IS NULL))\n    AND (c.[__$seqval] > @sequence"
            )
        )
        #expect(Set(second.arguments.map(\.name)) == ["rows", "through", "lsn", "command", "sequence", "operation"])
    }
}

extension ServerProfile {
    static let sample = ServerProfile(
        productVersion: "16.0.1000.6",
        engineEdition: 3,
        databaseName: "RetailDB",
        databaseID: 5,
        isCDCEnabled: true,
        isChangeTrackingEnabled: false,
        allowsSnapshotIsolation: true,
        isReadOnly: false,
        collation: "SQL_Latin1_General_CP1_CI_AS"
    )
}
