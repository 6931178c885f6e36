import Columnar
import Testing

@testable import CDCCore

@Suite("Of many changes of a key only the last counts")
struct NettingTests {
    static let storedSchema = DestinationTable(
        pipeline: "p",
        name: "t",
        source: "dbo.t",
        schema: Change.table.schema,
        key: ["id"]
    ).storedSchema

    /// What is left of changes: rows by key without the metadata columns, the keys whose large object is unknown, deletes.
    struct Net: Equatable {
        var upserts: [Value: [Value]] = [:]
        var unchanged: Set<Value> = []
        var deletes: Set<Value> = []
    }

    private func net(_ changes: Change...) throws -> Net { try net(changes) }

    private func net(_ changes: [Change], table: SourceTable = Change.table) throws -> Net {
        let result = try Netting.net(Change.batch(changes), table: table, storedSchema: Self.storedSchema)
        #expect(result.upserts.schema == Self.storedSchema)
        #expect(result.deletes.schema.fields.map(\.name) == ["id"])
        var net = Net()
        for (row, values) in result.upserts.rows.enumerated() {
            let other = net.upserts.updateValue(Array(values[1..<3]), forKey: values[0])
            #expect(other == nil, "each key once")
            if result.unchanged["large"]?[row] == true { net.unchanged.insert(values[0]) }
        }
        if let mark = result.unchanged["large"] { #expect(mark.count == result.upserts.rowCount && mark.setCount > 0) }
        net.deletes = Set(result.deletes.rows.map { $0[0] })
        #expect(net.deletes.count == result.deletes.rowCount, "each key once")
        #expect(net.deletes.isDisjoint(with: net.upserts.keys))
        return net
    }

    @Test("Insert, update: the row as updated")
    func insertUpdate() throws {
        #expect(try net(.insert(1, "a", "big"), .before(1), .after(1, "b")) == Net(upserts: [1: ["b", "big"]]))
    }

    @Test("Insert, delete: a delete, which harms nobody")
    func insertDelete() throws {
        #expect(try net(.insert(1, "a"), .delete(1)) == Net(deletes: [1]))
    }

    @Test("Delete, insert: the new row")
    func deleteInsert() throws {
        #expect(try net(.delete(1), .insert(1, "b")) == Net(upserts: [1: ["b", nil]]))
    }

    @Test("Update, delete: a delete")
    func updateDelete() throws {
        #expect(try net(.before(1), .after(1, "b"), .delete(1)) == Net(deletes: [1]))
    }

    @Test("Insert, delete, insert: the last row")
    func insertDeleteInsert() throws {
        #expect(try net(.insert(1, "a", "x"), .delete(1), .insert(1, "c")) == Net(upserts: [1: ["c", nil]]))
    }

    @Test("A deferred update, whose deletes all come before its inserts, leaves rows where they were")
    func deferredUpdate() throws {
        // UPDATE t SET id = id + 1 over ids 1, 2, 3
        let changes: [Change] = [.delete(1), .delete(2), .delete(3), .insert(2, "a"), .insert(3, "b"), .insert(4, "c")]
        #expect(try net(changes) == Net(upserts: [2: ["a", nil], 3: ["b", nil], 4: ["c", nil]], deletes: [1]))
    }

    @Test("Keys that are swapped keep both rows")
    func swap() throws {
        #expect(
            try net(.delete(1), .delete(2), .insert(1, "was 2"), .insert(2, "was 1"))
                == Net(upserts: [1: ["was 2", nil], 2: ["was 1", nil]])
        )
    }

    @Test("A key that changes within an update: the old key is gone, the new one has the row")
    func keyChange() throws {
        #expect(
            try net(.before(1, mask: [7]), .after(2, "b", large: "x")) == Net(upserts: [2: ["b", "x"]], deletes: [1])
        )
    }

    @Test("Keys of a chain of updates: 1 becomes 2, 2 becomes 3")
    func chain() throws {
        #expect(
            try net(
                .before(2, mask: [7]),
                .after(3, "was 2", large: nil),
                .before(1, mask: [7]),
                .after(2, "was 1", large: nil)
            ) == Net(upserts: [3: ["was 2", nil], 2: ["was 1", nil]], deletes: [1])
        )
    }

    @Test("Rows carry the transaction that left them so")
    func stamps() throws {
        var changes: [Change] = [.insert(1, "a"), .insert(2, "b"), .before(1), .after(1, "c")]
        for (index, start) in [1, 1, 9, 9].enumerated() { changes[index].start = LSN(high: UInt64(start), low: 0) }
        let result = try Netting.net(Change.batch(changes), table: Change.table, storedSchema: Self.storedSchema)
        #expect(
            result.upserts.rows == [
                [2, "b", nil, .timestamp(5), "00000000:00000001:0000"],
                [1, "c", nil, .timestamp(5), "00000000:00000009:0000"],
            ]
        )
    }

    @Test("Without changes nothing is left")
    func empty() throws {
        #expect(try net([]) == Net())
    }

    // MARK: Large objects

    @Test("An untouched large object is taken from the last change of the key that had it")
    func folded() throws {
        #expect(
            try net(
                .before(1),
                .after(1, "a", large: "first"),
                .before(1),
                .after(1, "b", large: "second"),
                .before(1),
                .after(1, "c")
            )
                == Net(upserts: [1: ["c", "second"]])
        )
        #expect(
            try net(.delete(1), .insert(1, "a", "new"), .before(1), .after(1, "b")) == Net(upserts: [1: ["b", "new"]])
        )
    }

    @Test("Where no change of the key had it, it is marked: the table has it")
    func marked() throws {
        #expect(
            try net(.before(1), .after(1, "a"), .insert(2, "b", "x"), .before(3), .after(3, "c"))
                == Net(upserts: [1: ["a", nil], 2: ["b", "x"], 3: ["c", nil]], unchanged: [1, 3])
        )
    }

    @Test("A large object that became NULL is NULL, and one that was NULL before and is not touched stays so")
    func null() throws {
        #expect(try net(.before(1), .after(1, "a", large: nil)) == Net(upserts: [1: ["a", nil]]))
        #expect(try net(.insert(1, "a", nil), .before(1), .after(1, "b")) == Net(upserts: [1: ["b", nil]]))
        #expect(
            try net(
                .before(1),
                .after(1, "a", large: "x"),
                .before(1),
                .after(1, "b", large: nil),
                .before(1),
                .after(1, "c")
            )
                == Net(upserts: [1: ["c", nil]])
        )
    }

    @Test("A value that is there counts, whatever the mask says")
    func present() throws {
        // SQL Server gives short values of nvarchar(max) even where they were not touched.
        let after = Change(operation: 4, key: 1, text: "a", large: "there", mask: [2])
        #expect(try net(.before(1), after) == Net(upserts: [1: ["a", "there"]]))
    }

    @Test("Without a mask every column counts as touched")
    func withoutMask() throws {
        let after = Change(operation: 4, key: 1, text: "a", large: nil, mask: nil)
        #expect(try net(.before(1, mask: nil), after) == Net(upserts: [1: ["a", nil]]))
    }

    @Test("What was marked is of no matter once the row is deleted or made anew")
    func markedAndGone() throws {
        #expect(try net(.before(1), .after(1, "a"), .delete(1)) == Net(deletes: [1]))
        #expect(try net(.before(1), .after(1, "a"), .delete(1), .insert(1, "b", "x")) == Net(upserts: [1: ["b", "x"]]))
    }

    @Test("A large object that an update of the key left out is nowhere to be had: refused")
    func lost() {
        let after = Change(operation: 4, key: 2, text: "a", large: nil, mask: [3])
        #expect(
            performing: { try net(.before(1, mask: [3]), after) },
            throws: { error in
                (error as? CDCError)?.code == .unknownValue && (error as? CDCError)?.table == "dbo.t"
            }
        )
    }

    @Test("A column that is no large object is NULL where it is NULL")
    func ordinary() throws {
        var table = Change.table
        table.largeObjects = []
        #expect(try net([.before(1), .after(1, "a")], table: table) == Net(upserts: [1: ["a", nil]]))
    }

    // MARK: Refusals

    @Test("A change without a key is refused")
    func nullKey() {
        #expect(
            performing: { try net(.insert(1, "a"), .insert(nil, "b")) },
            throws: { ($0 as? CDCError)?.code == .nullKey }
        )
    }

    // MARK: At random

    @Test("The same as applying the changes one by one", arguments: 0..<40 as Range<UInt64>)
    func oneByOne(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        // What the destination has before.
        let before: [Value: [Value]] = Dictionary(
            uniqueKeysWithValues: (0..<6).map { (.integer($0), ["old", .string("large \($0)")]) }
        )
        var rows = before
        var changes: [Change] = []
        for step in 0..<Int.random(in: 0..<60, using: &random) {
            let key = Value.integer(Int64.random(in: 0..<10, using: &random))
            let text = Value.string("step \(step)")
            guard let row = rows[key] else {
                let large: Value = Bool.random(using: &random) ? nil : .string("new \(step)")
                changes.append(.insert(key, text, large))
                rows[key] = [text, large]
                continue
            }
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                changes.append(.delete(key))
                rows[key] = nil
            case 1:
                changes += [.before(key), .after(key, text)]
                rows[key] = [text, row[1]]
            case 2:
                let large: Value = Bool.random(using: &random) ? nil : .string("changed \(step)")
                changes += [.before(key, mask: [6]), .after(key, text, large: large)]
                rows[key] = [text, large]
            default:
                let new = Value.integer(Int64.random(in: 10..<20, using: &random))
                if rows[new] != nil { continue }
                changes += [.delete(key), .insert(new, row[0], row[1])]
                rows[key] = nil
                rows[new] = row
            }
        }
        let net = try net(changes)
        var result = before
        for key in net.deletes { result[key] = nil }
        for (key, row) in net.upserts {
            let old = before[key]
            result[key] = net.unchanged.contains(key) ? [row[0], try #require(old?[1])] : row
        }
        #expect(result == rows)
    }
}
