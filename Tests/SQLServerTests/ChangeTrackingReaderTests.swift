import CDCCore
import Columnar
import TDSSource
import Testing

#if Emulator
import SQLServerEmulator
#endif

@Suite("Reading Change Tracking", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct ChangeTrackingReaderTests {
    /// A tracked table of three rows in a database without Change Data Capture.
    private func withTable(
        allowingSnapshots: Bool = true,
        connections: Int = 4,
        rowsPerPage: Int = 50_000,
        _ body: (TestServer, SQLServerSource, SourceTable, SourcePosition) async throws -> Void
    ) async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.track(allowingSnapshots: allowingSnapshots)
            try await server.run(
                "CREATE TABLE orders (order_id INT PRIMARY KEY, note NVARCHAR(MAX), doubled AS order_id * 2); "
                    + "ALTER TABLE orders ENABLE CHANGE_TRACKING; INSERT orders VALUES (1, N'one'), (2, N'two'), (3, NULL)"
            )
            let source = server.source { options in
                options.connections = connections
                options.rowsPerPage = rowsPerPage
            }
            let table = try #require(try await source.describe(["dbo.orders"]).first)
            let start = try #require(try await source.snapshotStart(of: table))
            try await body(server, source, table, start)
            await source.close()
        }
    }

    /// Changes as `operation, order_id, note`.
    private func changes(
        _ source: SQLServerSource,
        _ table: SourceTable,
        _ after: SourcePosition,
        _ through: SourcePosition
    ) async throws -> [[Value]] {
        let cursor = try await source.changes(
            of: table,
            after: LSN(changeTrackingVersion: after.changeTrackingVersion),
            through: LSN(changeTrackingVersion: through.changeTrackingVersion)
        )
        var rows: [[Value]] = []
        while let batch = try await cursor.next() {
            rows += try batch.selecting([ChangeColumns.operation, "order_id", "note"]).rows
        }
        return rows
    }

    private func cut(_ source: SQLServerSource, after: SourcePosition) async throws -> SourcePosition {
        try #require(try await source.cut(after: after, transactionLimit: 1000))
    }

    @Test("a table of a database without Change Data Capture is described by its own columns, computed ones included")
    func description() async throws {
        try await withTable { _, _, table, start in
            #expect(table.mechanism == .changeTracking)
            #expect(table.key == ["order_id"])
            #expect(table.schema.fields.map(\.name) == ["order_id", "note", "doubled"])
            #expect(table.largeObjects == [])
            #expect(start.lsn == .zero)
            #expect(start.changeTrackingVersion == 1)
        }
    }

    @Test("one change for each key: what became of it since")
    func netChanges() async throws {
        try await withTable { server, source, table, start in
            try await server.run(
                """
                UPDATE orders SET note = N'new' WHERE order_id = 3
                UPDATE orders SET order_id = 20 WHERE order_id = 2
                INSERT orders VALUES (4, NULL); DELETE orders WHERE order_id = 4
                UPDATE orders SET note = NULL WHERE order_id = 1
                """
            )
            let end = try await cut(source, after: start)
            #expect(
                try await changes(source, table, start, end) == [
                    [.integer(4), .integer(3), .string("new")], [.integer(1), .integer(2), .null],
                    [.integer(2), .integer(20), .string("two")], [.integer(1), .integer(4), .null],
                    [.integer(4), .integer(1), .null],
                ]
            )
            #expect(try await changes(source, table, end, end) == [])
        }
    }

    @Test("positions ascend strictly, over all batches; the time of the cut stands for that of the changes")
    func positions() async throws {
        try await withTable(rowsPerPage: 3) { server, source, table, start in
            try await server.run("INSERT orders SELECT order_id + 10, note FROM orders; INSERT orders VALUES (5, NULL)")
            let end = try await cut(source, after: start)
            let cursor = try await source.changes(
                of: table,
                after: LSN(changeTrackingVersion: start.changeTrackingVersion),
                through: LSN(changeTrackingVersion: end.changeTrackingVersion)
            )
            var batches: [RecordBatch] = []
            while let batch = try await cursor.next() { batches.append(batch) }
            #expect(batches.map(\.rowCount) == [3, 1])
            // It is later than 2023.
            #expect(end.commitTime > 1_700_000_000_000_000)
            let system = [
                ChangeColumns.startLSN, ChangeColumns.sequence, ChangeColumns.updateMask, ChangeColumns.commitTime,
            ]
            let rows = try batches.flatMap { batch in
                #expect(batch.schema == ChangeColumns.schema(capturing: table.schema))
                return try batch.selecting(system).rows
            }
            let versions: [Int64] = [2, 2, 2, 3]
            let expected: [[Value]] = versions.enumerated().map { row, version in
                let counts = [version, Int64(row + 1)].map { Value.binary(LSN(changeTrackingVersion: $0).bytes) }
                return counts + [.null, .timestamp(end.commitTime)]
            }
            #expect(rows == expected)
        }
    }

    @Test("in a SNAPSHOT transaction the rows are those of the cut, whatever is written before they are read")
    func snapshot() async throws {
        try await withTable { server, source, table, start in
            try await server.run("UPDATE orders SET note = N'cut' WHERE order_id < 3")
            let end = try await cut(source, after: start)
            try await server.run(
                "UPDATE orders SET note = N'later' WHERE order_id = 1; DELETE orders WHERE order_id = 2"
            )
            #expect(
                try await changes(source, table, start, end) == [
                    [.integer(4), .integer(1), .string("cut")], [.integer(4), .integer(2), .string("cut")],
                ]
            )
            let next = try await cut(source, after: end)
            #expect(
                try await changes(source, table, end, next) == [
                    [.integer(4), .integer(1), .string("later")], [.integer(1), .integer(2), .null],
                ]
            )
        }
    }

    @Test("without SNAPSHOT isolation a row that changed again comes with the next cut", arguments: [true, false])
    func recheck(hasOneConnection: Bool) async throws {
        try await withTable(allowingSnapshots: hasOneConnection, connections: hasOneConnection ? 1 : 4) {
            server,
            source,
            table,
            start in
            try await server.run("UPDATE orders SET note = N'cut' WHERE order_id < 3")
            let end = try await cut(source, after: start)
            try await server.run("UPDATE orders SET note = N'later' WHERE order_id = 1")
            #expect(try await changes(source, table, start, end) == [[.integer(4), .integer(2), .string("cut")]])
            let next = try await cut(source, after: end)
            #expect(try await changes(source, table, end, next) == [[.integer(4), .integer(1), .string("later")]])
        }
    }

    @Test("a table that was not read as far as the others is asked again, where the last cut knows of no news")
    func behind() async throws {
        try await withTable { server, source, table, start in
            try await server.run("UPDATE orders SET note = N'cut' WHERE order_id = 1")
            let read = try await cut(source, after: start)
            let end = try await cut(source, after: read)
            #expect(try await changes(source, table, read, end) == [])
            #expect(try await changes(source, table, start, end) == [[.integer(4), .integer(1), .string("cut")]])
        }
    }

    @Test("up to another version than the cut's a table is read outside of its transaction")
    func beyond() async throws {
        try await withTable { server, source, table, start in
            try await server.run("UPDATE orders SET note = N'cut' WHERE order_id = 1")
            _ = try await cut(source, after: start)
            try await server.run("UPDATE orders SET note = N'later' WHERE order_id = 2")
            let later = try #require(try await source.snapshotStart(of: table))
            #expect(
                try await changes(source, table, start, later) == [
                    [.integer(4), .integer(1), .string("cut")], [.integer(4), .integer(2), .string("later")],
                ]
            )
        }
    }

    @Test("tables take turns in the transaction; a cursor that is let go lets the next one read")
    func turns() async throws {
        try await withTable { server, source, table, start in
            try await server.run(
                "CREATE TABLE lines (order_id INT PRIMARY KEY, note NVARCHAR(10)); ALTER TABLE lines ENABLE CHANGE_TRACKING"
            )
            let tables = try await source.describe(["dbo.orders", "dbo.lines"])
            try await server.run("INSERT lines VALUES (1, N'cut'); UPDATE orders SET note = N'cut' WHERE order_id = 1")
            let end = try await cut(source, after: start)
            try await server.run("UPDATE lines SET note = N'later'; UPDATE orders SET note = N'later'")
            var left: (any BatchCursor)? = try await source.changes(
                of: tables[0],
                after: LSN(changeTrackingVersion: start.changeTrackingVersion),
                through: LSN(changeTrackingVersion: end.changeTrackingVersion)
            )
            _ = left
            left = nil
            #expect(try await changes(source, tables[1], start, end) == [[.integer(2), .integer(1), .string("cut")]])
            #expect(try await changes(source, table, start, end) == [[.integer(4), .integer(1), .string("cut")]])
        }
    }

    @Test(
        "the transaction ends with the last table that changed, or with the pass, and keeps no old versions of rows until the next cut",
        arguments: [true, false]
    )
    func transactionEnds(isRead: Bool) async throws {
        try await withTable { server, source, table, start in
            try await server.run("UPDATE orders SET note = N'cut' WHERE order_id < 3")
            let end = try await cut(source, after: start)
            if isRead {
                #expect(try await changes(source, table, start, end).count == 2)
            } else {
                try await source.acknowledge([table.name: LSN(changeTrackingVersion: end.changeTrackingVersion)])
            }
            // Who still saw the moment of the cut would see the first row as it was then.
            try await server.run("UPDATE orders SET note = N'later' WHERE order_id = 1")
            #expect(try await changes(source, table, start, end) == [[.integer(4), .integer(2), .string("cut")]])
        }
    }

    @Test("a server that knows fewer versions than the reader says how many: it was restored from an older backup")
    func rewound() async throws {
        try await withTable { _, source, _, start in
            var later = start
            later.changeTrackingVersion += 5
            let end = try await cut(source, after: later)
            #expect(end.changeTrackingVersion == start.changeTrackingVersion)
        }
    }

    @Test("TRUNCATE is a gap, also where it comes between the cut and the reading", arguments: [true, false])
    func truncation(afterCut: Bool) async throws {
        try await withTable(allowingSnapshots: false) { server, source, table, start in
            try await server.run("UPDATE orders SET note = N'new'")
            if !afterCut { try await server.run("TRUNCATE TABLE orders") }
            let end = try await cut(source, after: start)
            if afterCut { try await server.run("TRUNCATE TABLE orders") }
            let error = await #expect(throws: CDCError.self) { _ = try await changes(source, table, start, end) }
            #expect(error?.code == .retentionGap)
            #expect(error?.table == table.name)
        }
    }

    @Test("a missing permission is named with the statement that grants it")
    func permission() async throws {
        try await withTable { server, _, _, _ in
            let user = try await server.makeUser()
            try await server.run("GRANT SELECT ON dbo.orders TO [\(user.name)]")
            let source = server.source(as: user)
            let table = try #require(try await source.describe(["dbo.orders"]).first)
            let error = await #expect(throws: CDCError.self) { _ = try await source.snapshotStart(of: table) }
            #expect(error?.message.contains("GRANT VIEW CHANGE TRACKING ON [dbo].[orders]") == true)
            try await server.run("GRANT VIEW CHANGE TRACKING ON dbo.orders TO [\(user.name)]")
            #expect(try await source.snapshotStart(of: table)?.changeTrackingVersion == 1)
            await source.close()
        }
    }

    @Test("a permission that was revoked under the reader is named, too")
    func revoked() async throws {
        try await withTable { server, _, _, start in
            let user = try await server.makeUser()
            try await server.run("GRANT SELECT, VIEW CHANGE TRACKING ON dbo.orders TO [\(user.name)]")
            let source = server.source(as: user)
            let table = try #require(try await source.describe(["dbo.orders"]).first)
            try await server.run(
                "UPDATE orders SET note = NULL; REVOKE VIEW CHANGE TRACKING ON dbo.orders TO [\(user.name)]"
            )
            let end = try await cut(source, after: start)
            let error = await #expect(throws: CDCError.self) { _ = try await changes(source, table, start, end) }
            #expect(error?.code == .accessDenied)
            await source.close()
        }
    }

    @Test("a table that was dropped and made anew under the reader is another one")
    func madeAnew() async throws {
        try await withTable { server, source, table, start in
            try await server.run(
                "DROP TABLE orders; CREATE TABLE orders (order_id INT PRIMARY KEY, note NVARCHAR(MAX)); "
                    + "ALTER TABLE orders ENABLE CHANGE_TRACKING; INSERT orders VALUES (7, NULL)"
            )
            let end = try await cut(source, after: start)
            let error = await #expect(throws: CDCError.self) { _ = try await changes(source, table, start, end) }
            #expect(error?.code == .tableNotFound)
            #expect(error?.message.contains("made anew") == true)
        }
    }

    #if Emulator
    @Test(
        "a table that is lost while the cut is taken is told when it is read, and does not hold up the others",
        .enabled(if: TestServer.isEmulated, "needs the emulator"),
        arguments: [208, 229, 22105]
    )
    func lostMeanwhile(number: Int32) async throws {
        try await withTable { server, source, table, start in
            try await server.run("UPDATE orders SET note = N'cut' WHERE order_id = 1")
            server.emulator?.inject(.error(number, "injected").where("has_news"))
            let end = try await cut(source, after: start)
            #expect(try await changes(source, table, start, end) == [[.integer(4), .integer(1), .string("cut")]])
        }
    }

    @Test(
        "where SNAPSHOT isolation is disallowed meanwhile, tables are read without it",
        .enabled(if: TestServer.isEmulated, "needs the emulator")
    )
    func disallowedMeanwhile() async throws {
        try await withTable { server, source, table, start in
            try await server.run("UPDATE orders SET note = N'cut' WHERE order_id < 3")
            server.emulator?.inject(.error(3952, "injected").where("CHANGE_TRACKING_MIN_VALID_VERSION"))
            let end = try await cut(source, after: start)
            try await server.run("UPDATE orders SET note = N'later' WHERE order_id = 1")
            #expect(try await changes(source, table, start, end) == [[.integer(4), .integer(2), .string("cut")]])
        }
    }
    #endif

    @Test("tracking that was disabled under the reader is the table's end, and is said so")
    func disabled() async throws {
        try await withTable { server, source, table, start in
            try await server.run("UPDATE orders SET note = NULL; ALTER TABLE orders DISABLE CHANGE_TRACKING")
            let end = try await cut(source, after: start)
            let error = await #expect(throws: CDCError.self) { _ = try await changes(source, table, start, end) }
            #expect(error?.code == .tableNotFound)
            #expect(error?.message.contains("ALTER TABLE [dbo].[orders] ENABLE CHANGE_TRACKING") == true)
            var other = end
            other.changeTrackingVersion += 1
            let uncut = await #expect(throws: CDCError.self) { _ = try await changes(source, table, start, other) }
            #expect(uncut?.code == .tableNotFound)
            let again = await #expect(throws: CDCError.self) { _ = try await source.describe(["dbo.orders"]) }
            #expect(again?.code == .tableNotFound)
        }
    }
}
