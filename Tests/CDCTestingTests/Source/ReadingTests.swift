import CDCCore
import CDCTesting
import Columnar
import Testing

@Suite("Cuts and fences of the in-memory source")
struct CutTests {
    @Test("A cut lies about as many transactions ahead as was asked for, and never beyond the last")
    func limits() async throws {
        let source = try Orders.source()
        let start = source.lastLSN
        var lsns: [LSN] = []
        for id in 1...5 {
            lsns.append(
                try source.transaction(at: Int64(id)) { try $0.insert("dbo.customers", ["id": .integer(Int64(id))]) }
            )
        }
        #expect(
            try await source.cut(after: SourcePosition(lsn: start, commitTime: 0), transactionLimit: 2)
                == SourcePosition(lsn: lsns[1], commitTime: 2)
        )
        #expect(
            try await source.cut(after: SourcePosition(lsn: lsns[1], commitTime: 0), transactionLimit: 2)
                == SourcePosition(lsn: lsns[3], commitTime: 4)
        )
        #expect(
            try await source.cut(after: SourcePosition(lsn: lsns[3], commitTime: 0), transactionLimit: 2)
                == SourcePosition(lsn: lsns[4], commitTime: 5)
        )
        #expect(
            try await source.cut(after: SourcePosition(lsn: lsns[4], commitTime: 0), transactionLimit: 2)?.lsn
                == lsns[4]
        )
        #expect(
            try await source.cut(after: SourcePosition(lsn: start, commitTime: 0), transactionLimit: 0)?.lsn == lsns[0]
        )
        #expect(
            try await source.cut(after: SourcePosition(lsn: .zero, commitTime: 0), transactionLimit: .max)?.lsn
                == lsns[4]
        )
        #expect(try await source.fence() == SourcePosition(lsn: lsns[4], commitTime: 5))
    }

    @Test("Changes come above one LSN and up to another")
    func range() async throws {
        let source = try Orders.source()
        var lsns: [LSN] = []
        for id in 1...4 {
            lsns.append(try source.transaction { try $0.insert("dbo.customers", ["id": .integer(Int64(id))]) })
        }
        let rows = try await source.changeRows(Orders.customers, after: lsns[0], through: lsns[2])
        #expect(rows.map { $0.values[0] } == [2, 3])
        #expect(try await source.changeRows(Orders.customers, after: lsns[3]).isEmpty)
        #expect(try await source.changeRows(Orders.customers, after: lsns[2], through: lsns[0]).isEmpty)
        #expect(try await source.changeRows(Orders.orders).isEmpty)
    }
}

@Suite("Retention, restores and other trouble of the in-memory source")
struct TroubleTests {
    private func source() throws -> (InMemorySource, [LSN]) {
        let source = try Orders.source()
        let lsns = try (1...4).map { id in
            try source.transaction { try $0.insert("dbo.customers", ["id": .integer(Int64(id))]) }
        }
        return (source, lsns)
    }

    @Test("What was cleaned up is a gap for whoever had not read it, and for nobody else")
    func retention() async throws {
        let (source, lsns) = try source()
        try source.cleanUp("dbo.customers", below: lsns[2])
        #expect(try await source.changeRows(Orders.customers, after: lsns[2]).map { $0.values[0] } == [4])
        await #expect(
            performing: { try await source.changeRows(Orders.customers, after: lsns[0]) },
            throws: { error in
                code(error) == .retentionGap && (error as? CDCError)?.table == "dbo.customers"
                    && (error as? CDCError)?.lsn == lsns[0]
            }
        )
        // Another table has a mark of its own.
        #expect(try await source.changeRows(Orders.orders, after: lsns[0]).isEmpty)
    }

    @Test("A reader that stands right before what is kept misses nothing")
    func lastKept() async throws {
        let (source, lsns) = try source()
        try source.cleanUp("dbo.customers", below: lsns[1].next)
        #expect(try await source.changeRows(Orders.customers, after: lsns[1]).map { $0.values[0] } == [3, 4])
    }

    @Test("A later clean-up to an earlier point brings nothing back")
    func twice() async throws {
        let (source, lsns) = try source()
        try source.cleanUp("dbo.customers", below: lsns[3])
        try source.cleanUp("dbo.customers", below: lsns[1])
        await #expect(
            performing: { try await source.changeRows(Orders.customers, after: lsns[1]) },
            throws: { code($0) == .retentionGap }
        )
    }

    @Test("A clean-up while changes are read is noticed by the reader")
    func whileReading() async throws {
        let (source, lsns) = try source()
        let cursor = try await source.changes(of: Orders.customers, after: .zero, through: lsns[3])
        #expect(try await cursor.next() != nil)
        try source.cleanUp("dbo.customers", below: lsns[3])
        await #expect(performing: { try await cursor.next() }, throws: { code($0) == .retentionGap })
    }

    @Test("After a restore the log ends where it ended then")
    func restore() async throws {
        let (source, lsns) = try source()
        let backup = source.backUp()
        try source.transaction { try $0.delete("dbo.customers", key: [1]) }
        let lost = source.lastLSN
        source.fail(.fence, with: CDCError(.sourceUnavailable, "down"))
        source.restore(backup)
        #expect(source.lastLSN == lsns[3])
        #expect(
            try await source.cut(after: SourcePosition(lsn: lost, commitTime: 0), transactionLimit: 10)?.lsn == lsns[3]
        )
        #expect(try source.rows(of: "dbo.customers").rowCount == 4)
        #expect(try await source.changeRows(Orders.customers).count == 4)
        // What a test asked to fail still does.
        await #expect(performing: { try await source.fence() }, throws: { code($0) == .sourceUnavailable })
    }

    @Test("A table that was dropped is not captured")
    func dropped() async throws {
        let (source, _) = try source()
        source.drop("dbo.items")
        await #expect(performing: { try await source.describe(["dbo.items"]) }, throws: { code($0) == .tableNotFound })
        await #expect(performing: { try await source.changeRows(Orders.items) }, throws: { code($0) == .tableNotFound })
        await #expect(
            performing: { try await source.snapshotChunks(of: Orders.items) },
            throws: { code($0) == .tableNotFound }
        )
        let chunk = SnapshotChunk(number: 0, from: "0", to: "1")
        await #expect(
            performing: { try await source.rows(of: chunk, table: Orders.items) },
            throws: { code($0) == .tableNotFound }
        )
        #expect(try await source.describe(["dbo.orders", "dbo.customers"]) == [Orders.orders, Orders.customers])
    }

    @Test("A redefined table has its new rows and keeps no changes of before")
    func redefined() async throws {
        let (source, lsns) = try source()
        var table = Orders.customers
        table.schema.fields.append(Field("name", .string))
        try source.redefine(table, rows: RecordBatch(table.schema, rows: [[1, nil, "a"]]))
        #expect(try await source.describe(["dbo.customers"]) == [table])
        #expect(try await source.snapshot(table) == [[1, nil, "a"]])
        await #expect(
            performing: { try await source.changeRows(table, after: lsns[2]) },
            throws: { code($0) == .retentionGap }
        )
        try source.transaction { try $0.insert("dbo.customers", ["id": 2, "name": "b"]) }
        #expect(try await source.changeRows(table, after: lsns[3]).map(\.values) == [[2, nil, "b"]])
    }

    @Test("A call fails as often as it was told to, and then no more")
    func failures() async throws {
        let (source, lsns) = try source()
        let error = CDCError(.sourceUnavailable, "down")
        source.fail(.describe, with: error)
        source.fail(.cut, with: error, times: 2)
        source.fail(.changes("dbo.customers"), with: error)
        source.fail(.snapshot("dbo.customers"), with: CDCError(.sourceFailed, "refused"))

        await #expect(
            performing: { try await source.describe(["dbo.orders"]) },
            throws: { code($0) == .sourceUnavailable }
        )
        _ = try await source.describe(["dbo.orders"])
        for _ in 0..<2 {
            await #expect(
                performing: {
                    try await source.cut(after: SourcePosition(lsn: .zero, commitTime: 0), transactionLimit: 1)
                },
                throws: { code($0) == .sourceUnavailable }
            )
        }
        _ = try await source.cut(after: SourcePosition(lsn: .zero, commitTime: 0), transactionLimit: 1)
        _ = try await source.changeRows(Orders.orders)  // another table
        await #expect(
            performing: { try await source.changeRows(Orders.customers) },
            throws: { code($0) == .sourceUnavailable }
        )
        #expect(try await source.changeRows(Orders.customers, after: lsns[2]).count == 1)
        await #expect(
            performing: { try await source.snapshot(Orders.customers) },
            throws: { code($0) == .sourceFailed }
        )
        #expect(try await source.snapshot(Orders.customers).count == 4)
    }

    @Test("A cursor fails after as many batches as it was told to")
    func failuresOnTheWay() async throws {
        let (source, lsns) = try source()
        source.fail(.changes("dbo.customers"), with: CDCError(.sourceUnavailable, "down"), afterBatches: 1)
        let cursor = try await source.changes(of: Orders.customers, after: .zero, through: lsns[3])
        #expect(try await cursor.next()?.rowCount == 4)
        await #expect(performing: { try await cursor.next() }, throws: { code($0) == .sourceUnavailable })
    }
}

@Suite("Snapshots of the in-memory source")
struct SnapshotTests {
    @Test("Chunks cover all rows exactly once", arguments: 0..<10 as Range<UInt64>)
    func chunks(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        let source = try Orders.source()
        var next: Int64 = 0
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
            let ids = (0..<Int.random(in: 0..<50, using: &random)).map { Value.integer(next + Int64($0)) }
            next += Int64(ids.count)
            try source.load("dbo.customers", RecordBatch(Orders.customers.schema, rows: ids.map { [$0, nil] }))
        }
        for _ in 0..<100 {
            let id = Value.integer(Int64.random(in: 0..<120, using: &random))
            try source.transaction { transaction in
                guard try transaction.row("dbo.customers", key: [id]) != nil else {
                    return try transaction.insert("dbo.customers", ["id": id])
                }
                if Bool.random(using: &random) {
                    try transaction.delete("dbo.customers", key: [id])
                } else {
                    try transaction.update("dbo.customers", key: [id], set: ["boss": id])
                }
            }
        }
        let snapshot = try await source.snapshot(Orders.customers)
        #expect(Set(snapshot).count == snapshot.count)
        #expect(Set(snapshot) == Set(try source.rows(of: "dbo.customers").rows))
        #expect(
            try await source.snapshotChunks(of: Orders.customers).map(\.number)
                == Array(0..<(try await source.snapshotChunks(of: Orders.customers).count))
        )
    }

    @Test(
        "Rows and the changes made while they were read give the rows as they are",
        arguments: 0..<10 as Range<UInt64>
    )
    func whileWriting(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        let source = try Orders.source()
        for part in 0..<3 {
            let rows = (0..<20).map { [.integer(Int64(part * 20 + $0)), nil] as [Value] }
            try source.load("dbo.customers", RecordBatch(Orders.customers.schema, rows: rows))
        }
        let low = source.lastLSN
        var rows: [Value: [Value]] = [:]
        for chunk in try await source.snapshotChunks(of: Orders.customers).shuffled(using: &random) {
            for row in try await source.allRows(of: chunk, Orders.customers) { rows[row[0]] = row }
            for _ in 0..<20 {
                let id = Value.integer(Int64.random(in: 0..<70, using: &random))
                try source.transaction { transaction in
                    guard try transaction.row("dbo.customers", key: [id]) != nil else {
                        return try transaction.insert("dbo.customers", ["id": id])
                    }
                    if Bool.random(using: &random) {
                        try transaction.delete("dbo.customers", key: [id])
                    } else {
                        try transaction.update("dbo.customers", key: [id], set: ["boss": id])
                    }
                }
            }
        }
        for change in try await source.changeRows(Orders.customers, after: low) {
            rows[change.values[0]] = change.operation.leavesRow ? change.values : nil
        }
        #expect(Set(rows.values) == Set(try source.rows(of: "dbo.customers").rows))
    }

    @Test("Loading leaves no changes behind")
    func loading() async throws {
        let source = try Orders.source()
        let lsn = source.lastLSN
        try source.load("dbo.customers", RecordBatch(Orders.customers.schema, rows: [[1, nil]]))
        #expect(try await source.changeRows(Orders.customers).isEmpty)
        #expect(source.lastLSN == lsn)
        #expect(throws: InMemoryError.self) {
            try source.load("dbo.customers", RecordBatch([Field("id", .long)], rows: [[1]]))
        }
        #expect(throws: InMemoryError.self) { try source.load("dbo.nope", RecordBatch([], [])) }
    }

    @Test("A chunk that is none has no rows", arguments: [nil, "", "-1", "2", "x", "99999999999999999999"])
    func noChunk(from: String?) async throws {
        let source = try Orders.source()
        try source.load("dbo.customers", RecordBatch(Orders.customers.schema, rows: [[1, nil]]))
        #expect(try await source.allRows(of: SnapshotChunk(number: 0, from: from, to: nil), Orders.customers).isEmpty)
    }
}
