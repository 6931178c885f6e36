import CDCCore
import CDCTesting
import Columnar
import Testing

private struct Abort: Error {}

@Suite("Transactions of the in-memory source")
struct TransactionTests {
    @Test("A statement sees what those before it did, and a reader nothing until the end")
    func visibility() throws {
        let source = try Orders.source()
        try source.transaction { transaction in
            try transaction.insert("dbo.orders", ["id": 1, "customer": "a"])
            #expect(try transaction.row("dbo.orders", key: [1])?["customer"] == "a")
            try transaction.update("dbo.orders", key: [1], set: ["customer": "b"])
            #expect(try transaction.row("dbo.orders", key: [1])?["customer"] == "b")
            try transaction.delete("dbo.orders", key: [1])
            #expect(try transaction.row("dbo.orders", key: [1]) == nil)
        }
        #expect(try source.rows(of: "dbo.orders").rowCount == 0)
    }

    @Test("A rolled back transaction leaves no rows, no changes and no LSN")
    func rollback() async throws {
        let source = try Orders.source()
        try source.load(
            "dbo.orders",
            RecordBatch(Orders.orders.schema, rows: [[1, "a", nil, "n", nil], [2, "b", nil, nil, nil]])
        )
        try source.transaction { try $0.insert("dbo.orders", ["id": 3, "customer": "c"]) }
        let (before, lsn) = (try source.rows(of: "dbo.orders").rows, source.lastLSN)
        #expect(throws: Abort.self) {
            try source.transaction {
                try $0.update("dbo.orders", key: [1], set: ["customer": "x"])
                try $0.update("dbo.orders", key: [1], set: ["id": 10])
                try $0.delete("dbo.orders", key: [2])
                try $0.insert("dbo.orders", ["id": 2, "customer": "again"])
                try $0.delete("dbo.orders", key: [3])
                try $0.insert("dbo.orders", ["id": 4])
                throw Abort()
            }
        }
        #expect(Set(try source.rows(of: "dbo.orders").rows) == Set(before))
        #expect(try source.rows(of: "dbo.orders").rowCount == 3)
        #expect(source.lastLSN == lsn)
        #expect(try await source.changeRows(Orders.orders).count == 1)
        // What comes after finds the rows where they were.
        try source.transaction { try $0.update("dbo.orders", key: [2], set: ["customer": "later"]) }
        #expect(try source.rows(of: "dbo.orders").rows.contains([2, "later", nil, nil, nil]))
    }

    @Test("A rolled back transaction moves no row from one chunk of a running snapshot to another")
    func rollbackAndSnapshot() async throws {
        let source = try Orders.source()
        try source.load(
            "dbo.orders",
            RecordBatch(Orders.orders.schema, rows: [[1, "a", nil, nil, nil], [2, "b", nil, nil, nil]])
        )
        let chunks = try await source.snapshotChunks(of: Orders.orders)
        var rows: [[Value]] = []
        for chunk in chunks.reversed() {
            rows += try await source.allRows(of: chunk, Orders.orders)
            #expect(throws: Abort.self) {
                try source.transaction {
                    try $0.delete("dbo.orders", key: [1])
                    try $0.update("dbo.orders", key: [2], set: ["id": 7])
                    throw Abort()
                }
            }
        }
        #expect(rows.count == 2)
    }

    @Test("A statement that fails is undone alone; the transaction may go on")
    func failedStatement() async throws {
        let source = try Orders.source()
        try source.transaction {
            try $0.insert("dbo.orders", ["id": 1])
            try $0.insert("dbo.orders", ["id": 2])
        }
        let before = source.lastLSN
        try source.transaction { transaction in
            // The delete half of this change of the key succeeds, its insert meets another row.
            #expect(throws: InMemoryError.self) { try transaction.update("dbo.orders", key: [1], set: ["id": 2]) }
            #expect(try transaction.row("dbo.orders", key: [1]) != nil)
            try transaction.update("dbo.orders", key: [1], set: ["customer": "still here"])
        }
        let rows = try await source.changeRows(Orders.orders, after: before)
        #expect(rows.map(\.operation) == [.updateBefore, .updateAfter])
        #expect(rows.map(\.command) == [1, 1])
        #expect(try source.rows(of: "dbo.orders").rowCount == 2)
    }

    @Test("A key is found however its value is written")
    func keySpellings() async throws {
        let table = SourceTable(
            "dbo.prices",
            schema: [Field("price", .decimal(precision: 10, scale: 2), isNullable: false), Field("name", .string)],
            key: ["price"]
        )
        let source = try InMemorySource(tables: [table])
        try source.load("dbo.prices", RecordBatch(table.schema, rows: [[7, "loaded"]]))
        try source.transaction { try $0.insert("dbo.prices", ["price": .decimal("1.5"), "name": "a"]) }
        let before = source.lastLSN
        for (key, name) in [
            (try Value.decimal("1.500"), "b"), (try Value.decimal("1.5"), "c"), (7, "d"),
            (try Value.decimal("7.0"), "e"),
        ] {
            try source.transaction { try $0.update("dbo.prices", key: [key], set: ["name": .string(name)]) }
        }
        let rows = try await source.changeRows(table, after: before)
        #expect(rows.map(\.operation) == Array(repeating: [.updateBefore, .updateAfter], count: 4).flatMap { $0 })
        try source.transaction { try $0.delete("dbo.prices", key: [.decimal("1.5")]) }
        #expect(try source.rows(of: "dbo.prices").rows == [[try .decimal("7.00"), "e"]])
    }

    @Test("What a table cannot hold is refused")
    func refusals() throws {
        let source = try Orders.source()
        try source.transaction { try $0.insert("dbo.orders", ["id": 1]) }
        func refused(_ body: @escaping (inout InMemoryTransaction) throws -> Void) -> InMemoryError.Code? {
            do { try source.transaction(at: nil, body) } catch { return refusal(error) }
            return nil
        }
        #expect(refused { try $0.insert("dbo.nope", [:]) } == .unknownTable)
        #expect(refused { try $0.insert("dbo.orders", ["id": 2, "nope": 1]) } == .unknownColumn)
        #expect(refused { try $0.insert("dbo.orders", ["id": 1]) } == .duplicateKey)
        #expect(refused { try $0.insert("dbo.orders", ["customer": "x"]) } == .nullValue)
        #expect(refused { try $0.update("dbo.orders", key: [1], set: ["id": nil]) } == .nullValue)
        #expect(refused { try $0.update("dbo.orders", key: [5], set: ["customer": "x"]) } == .missingRow)
        #expect(refused { try $0.update("dbo.orders", key: [1, 2], set: ["customer": "x"]) } == .missingRow)
        #expect(refused { try $0.delete("dbo.orders", key: [5]) } == .missingRow)
        #expect(throws: ColumnarError.self) { try source.transaction { try $0.insert("dbo.orders", ["id": "one"]) } }
        #expect(try source.rows(of: "dbo.orders").rows == [[1, nil, nil, nil, nil]])
    }

    @Test("Tables that cannot be are refused")
    func definitions() {
        func refused(_ tables: SourceTable...) -> InMemoryError.Code? {
            do { _ = try InMemorySource(tables: tables) } catch { return refusal(error) }
            return nil
        }
        let id = Field("id", .integer)
        #expect(refused(SourceTable("dbo.t", schema: [id], key: [])) == .badDefinition)
        #expect(refused(SourceTable("dbo.t", schema: [id], key: ["nope"])) == .badDefinition)
        #expect(
            refused(
                SourceTable("dbo.t", schema: [id], key: ["id"], foreignKeys: [ForeignKey(["id"], references: "dbo.u")])
            ) == .badDefinition
        )
        #expect(
            refused(
                SourceTable("dbo.t", schema: [id], key: ["id"], foreignKeys: [ForeignKey(["no"], references: "dbo.t")])
            ) == .badDefinition
        )
        #expect(
            refused(SourceTable("dbo.t", schema: [id], key: ["id"]), SourceTable("dbo.t", schema: [id], key: ["id"]))
                == .badDefinition
        )
    }
}

@Suite("Foreign keys of the in-memory source")
struct ForeignKeyTests {
    private func source() throws -> InMemorySource {
        let source = try Orders.source()
        try source.transaction {
            try $0.insert("dbo.customers", ["id": 1])
            try $0.insert("dbo.orders", ["id": 1])
            try $0.insert("dbo.orders", ["id": 2])
            try $0.insert("dbo.items", ["order_id": 1, "line": 1, "ref": 1])
        }
        return source
    }

    private func refused(_ source: InMemorySource, _ body: (inout InMemoryTransaction) throws -> Void) -> Bool {
        do { try source.transaction(at: nil, body) } catch { return refusal(error) == .foreignKey }
        return false
    }

    @Test("A child needs its parent, when it comes and when it changes")
    func child() throws {
        let source = try source()
        #expect(refused(source) { try $0.insert("dbo.items", ["order_id": 3, "line": 1]) })
        #expect(refused(source) { try $0.update("dbo.items", key: [1, 1], set: ["ref": 5]) })
        #expect(refused(source) { try $0.update("dbo.items", key: [1, 1], set: ["order_id": 3]) })
        try source.transaction { try $0.update("dbo.items", key: [1, 1], set: ["order_id": 2, "ref": nil]) }
        #expect(try source.rows(of: "dbo.items").rows == [[2, 1, nil]])
    }

    @Test("A parent stays while it has children, whether they were loaded or written", arguments: [false, true])
    func parent(isLoaded: Bool) throws {
        let source = try Orders.source()
        if isLoaded {
            try source.load("dbo.orders", RecordBatch(Orders.orders.schema, rows: [[1, nil, nil, nil, nil]]))
            try source.load("dbo.items", RecordBatch(Orders.items.schema, rows: [[1, 1, nil]]))
        } else {
            try source.transaction {
                try $0.insert("dbo.orders", ["id": 1])
                try $0.insert("dbo.items", ["order_id": 1, "line": 1])
            }
        }
        #expect(refused(source) { try $0.delete("dbo.orders", key: [1]) })
        #expect(refused(source) { try $0.update("dbo.orders", key: [1], set: ["id": 2]) })
        try source.transaction { try $0.update("dbo.orders", key: [1], set: ["customer": "may change"]) }
        try source.transaction {
            try $0.delete("dbo.items", key: [1, 1])
            try $0.delete("dbo.orders", key: [1])
        }
        #expect(try source.rows(of: "dbo.orders").rowCount == 0)
    }

    @Test("A row may refer to itself")
    func itself() throws {
        let source = try Orders.source()
        try source.transaction {
            try $0.insert("dbo.customers", ["id": 1, "boss": 1])
            try $0.insert("dbo.customers", ["id": 2, "boss": 1])
        }
        #expect(refused(source) { try $0.delete("dbo.customers", key: [1]) })
        try source.transaction {
            try $0.delete("dbo.customers", key: [2])
            try $0.delete("dbo.customers", key: [1])
        }
        #expect(try source.rows(of: "dbo.customers").rowCount == 0)
        try source.load("dbo.customers", RecordBatch(Orders.customers.schema, rows: [[5, 5], [6, 5]]))
        #expect(refused(source) { try $0.delete("dbo.customers", key: [5]) })
        try source.transaction { try $0.delete("dbo.customers", key: [6]) }
        try source.transaction { try $0.delete("dbo.customers", key: [5]) }
    }
}
