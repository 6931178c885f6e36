import CDCCore
import CDCTesting
import Columnar
import Testing

/// What change rows hold, beside what was measured at a SQL Server.
@Suite("Change rows are those of SQL Server")
struct ChangeRowTests {
    /// The transactions of the measured change rows.
    private func measured() throws -> InMemorySource {
        let source = try Orders.source()
        try source.transaction {
            try $0.insert("dbo.orders", ["id": 1, "customer": "acme", "amount": .decimal("10.5"), "notes": "first"])
            try $0.insert("dbo.orders", ["id": 2, "customer": "globex", "amount": 20])
        }
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["amount": .decimal("99.9999")]) }
        try source.transaction { try $0.delete("dbo.orders", key: [2]) }
        return source
    }

    @Test("The measured transactions give the measured rows")
    func golden() async throws {
        let rows = try await measured().changeRows(Orders.orders)
        let (ten, twenty, hundred) = (
            try Value.decimal("10.5000"), try Value.decimal("20.0000"), try Value.decimal("99.9999")
        )
        #expect(rows.map(\.operation) == [.insert, .insert, .updateBefore, .updateAfter, .delete])
        #expect(rows.map(\.mask) == [[0x1F], [0x1F], [0x04], [0x04], [0x1F]])
        #expect(rows.map(\.command) == [1, 2, 1, 1, 1])
        #expect(
            rows.map(\.values) == [
                [1, "acme", ten, "first", nil], [2, "globex", twenty, nil, nil],
                [1, "acme", ten, nil, nil],  // not recorded before an update
                [1, "acme", hundred, nil, nil],  // not touched, so not recorded
                [2, "globex", twenty, nil, nil],
            ]
        )
        #expect(rows[0].start == rows[1].start && rows[2].start == rows[3].start)
        #expect(rows[0].start < rows[2].start && rows[3].start < rows[4].start)
        #expect(rows[2].sequence == rows[3].sequence && rows[0].sequence < rows[1].sequence)
        // The records of changes lie in the log before the record of their commit.
        #expect(rows.allSatisfy { $0.sequence < $0.start })
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.position < $1.position })
        #expect(rows.map(\.time) == [1000, 1000, 2000, 2000, 3000].map { 1_704_067_200_000_000 + $0 })
    }

    @Test("An update mask has a bit for each column in the SET, whether or not its value differs")
    func masks() async throws {
        let fields = [Field("id", .integer, isNullable: false)] + (2...10).map { Field("c\($0)", .integer) }
        let table = SourceTable("dbo.wide", schema: Schema(fields), key: ["id"])
        let source = try InMemorySource(tables: [table])
        try source.transaction { try $0.insert("dbo.wide", ["id": 1, "c9": 9]) }
        try source.transaction { try $0.update("dbo.wide", key: [1], set: ["c9": 9]) }
        try source.transaction { try $0.update("dbo.wide", key: [1], set: ["id": 1, "c10": 0]) }
        try source.transaction { try $0.delete("dbo.wide", key: [1]) }
        let rows = try await source.changeRows(table)
        #expect(
            rows.map(\.mask) == [
                [0x03, 0xFF], [0x01, 0x00], [0x01, 0x00], [0x02, 0x01], [0x02, 0x01], [0x03, 0xFF],
            ]
        )
    }

    @Test("Large objects are NULL where they were not touched, and in rows before an update and at a delete")
    func largeObjects() async throws {
        let source = try Orders.source()
        try source.transaction { try $0.insert("dbo.orders", ["id": 1, "notes": "long"]) }
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["customer": "c"]) }
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["notes": "longer"]) }
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["notes": nil]) }
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["notes": "last"]) }
        #expect(try source.rows(of: "dbo.orders").rows == [[1, "c", nil, "last", nil]])
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["id": 2]) }
        try source.transaction { try $0.delete("dbo.orders", key: [2]) }
        let rows = try await source.changeRows(Orders.orders)
        #expect(
            rows.map { $0.values[3] } == ["long", nil, nil, nil, "longer", nil, nil, nil, "last", nil, "last", nil]
        )
        // The mask tells "now NULL" from "left alone".
        let after = rows.filter { $0.operation == .updateAfter }
        #expect(after.map { UpdateMask.isSet(4, in: $0.mask) } == [false, true, true, true])
    }

    @Test("A change of the key is a delete and an insert of one statement, with full masks")
    func keyChange() async throws {
        let source = try Orders.source()
        try source.transaction { try $0.insert("dbo.orders", ["id": 1, "customer": "a"]) }
        let before = source.lastLSN
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["id": 9]) }
        let rows = try await source.changeRows(Orders.orders, after: before)
        #expect(rows.map(\.operation) == [.delete, .insert])
        #expect(rows.map { $0.values[0] } == [1, 9])
        #expect(rows.map { $0.values[1] } == ["a", "a"])
        #expect(rows.map(\.command) == [1, 1])
        #expect(rows.map(\.mask) == [[0x1F], [0x1F]])
        #expect(rows[0].position < rows[1].position)
    }

    @Test("Statements of a transaction count on across tables, and share its LSN and its time")
    func severalTables() async throws {
        let source = try Orders.source()
        let lsn = try source.transaction(at: 42) {
            try $0.insert("dbo.orders", ["id": 1])
            try $0.insert("dbo.items", ["order_id": 1, "line": 1])
            try $0.update("dbo.orders", key: [1], set: ["customer": "x"])
        }
        let orders = try await source.changeRows(Orders.orders)
        let items = try await source.changeRows(Orders.items)
        #expect(orders.map(\.command) == [1, 3, 3])
        #expect(items.map(\.command) == [2])
        #expect((orders + items).allSatisfy { $0.start == lsn && $0.time == 42 })
        #expect(source.lastLSN == lsn)
    }

    @Test("Delete and insert of one key in one transaction are two rows in their order")
    func deleteAndInsert() async throws {
        let source = try Orders.source()
        try source.transaction { try $0.insert("dbo.orders", ["id": 1, "customer": "old"]) }
        let before = source.lastLSN
        try source.transaction {
            try $0.delete("dbo.orders", key: [1])
            try $0.insert("dbo.orders", ["id": 1, "customer": "new"])
        }
        let rows = try await source.changeRows(Orders.orders, after: before)
        #expect(rows.map(\.operation) == [.delete, .insert])
        #expect(rows.map(\.command) == [1, 2])
    }

    @Test("A transaction of more changes than a slot number can count keeps their order")
    func largeTransaction() async throws {
        let table = SourceTable("dbo.t", schema: [Field("id", .integer, isNullable: false)], key: ["id"])
        let source = try InMemorySource(tables: [table])
        let count = 33_000
        try source.transaction { transaction in
            for id in 0..<count { try transaction.insert("dbo.t", ["id": .integer(Int64(id))]) }
            // Each is a delete and an insert of one statement: their order hangs on the sequence alone.
            for id in 0..<count {
                try transaction.update("dbo.t", key: [.integer(Int64(id))], set: ["id": .integer(Int64(id + count))])
            }
        }
        let rows = try await source.changeRows(table)
        #expect(rows.count == count * 3)
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.position < $1.position })
        #expect(Set(rows.map(\.sequence)).count == rows.count)
        let next = try source.transaction { try $0.delete("dbo.t", key: [.integer(Int64(count))]) }
        #expect(next > rows[rows.count - 1].start && next > rows[rows.count - 1].sequence)
    }
}
