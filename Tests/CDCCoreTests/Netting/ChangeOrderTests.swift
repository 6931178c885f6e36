import Columnar
import Testing

@testable import CDCCore

@Suite("Changes are accepted in one order only")
struct ChangeOrderTests {
    private static let limits = (after: LSN(high: 10, low: 0), through: LSN(high: 20, low: 0))

    private func change(_ start: UInt64, _ command: Int32 = 1, _ sequence: UInt64 = 1, _ operation: Int32 = 2) -> Change
    {
        var change = Change.insert(1, "a")
        change.start = LSN(high: start, low: 0)
        change.command = command
        change.sequence = LSN(high: sequence, low: 0)
        change.operation = operation
        return change
    }

    private func accept(_ batches: [Change]...) throws -> [[LSN]] {
        var order = ChangeOrder(table: "dbo.t", after: Self.limits.after, through: Self.limits.through)
        return try batches.compactMap { try order.accept(Change.batch($0)) }.map { [$0.first, $0.last] }
    }

    private func isRefused(_ batches: [Change]...) -> Bool {
        var order = ChangeOrder(table: "dbo.t", after: Self.limits.after, through: Self.limits.through)
        do { for batch in batches { _ = try order.accept(Change.batch(batch)) } } catch {
            return (error as? CDCError)?.code == .changesOutOfOrder && (error as? CDCError)?.table == "dbo.t"
        }
        return false
    }

    @Test("Ascending changes are accepted, batch after batch, and their LSNs told")
    func ascending() throws {
        let batches = [
            [change(11), change(11, 1, 1, 3), change(11, 1, 1, 4), change(11, 1, 2)], [],
            [change(11, 2, 0), change(12, 1)],
            [change(20, 1)],
        ]
        let lsns = try accept(batches[0], batches[1], batches[2], batches[3])
        #expect(lsns.map { $0.map(\.high) } == [[11, 11], [11, 12], [20, 20]])
    }

    @Test("The command decides before the sequence, the sequence before the operation")
    func precedence() {
        #expect(!isRefused([change(11, 1, 9), change(11, 2, 1)]))
        #expect(isRefused([change(11, 2, 1), change(11, 1, 9)]))
        #expect(!isRefused([change(11, 1, 1, 4), change(11, 1, 2, 1)]))
        #expect(isRefused([change(11, 1, 1, 4), change(11, 1, 1, 3)]))
        #expect(!isRefused([change(11, 9, 9, 4), change(12, 1, 1, 1)]))
    }

    @Test("A change twice, or one that falls back, is refused, within a batch and from one to the next")
    func descending() {
        #expect(isRefused([change(11), change(11)]))
        #expect(isRefused([change(11)], [change(11)]))
        #expect(isRefused([change(12), change(11)]))
        #expect(isRefused([change(12)], [], [change(11)]))
    }

    @Test("A change outside the limits is refused")
    func limits() {
        #expect(isRefused([change(10)]))
        #expect(isRefused([change(21)]))
        #expect(isRefused([change(11), change(21)]))
        #expect(!isRefused([change(11), change(20)]))
    }

    @Test("An operation that is none is refused", arguments: [0, 5, -1, Int32.max])
    func operations(operation: Int32) {
        #expect(isRefused([change(11, 1, 1, operation)]))
    }

    @Test("LSNs that are not ten bytes are refused, and so are batches without the system columns")
    func systemColumns() throws {
        let schema = ChangeColumns.schema(capturing: [])
        for row in [
            [.binary([1]), 1, .binary(LSN.zero.bytes), 2, nil, .timestamp(0)],
            [.binary(LSN(high: 11, low: 0).bytes), 1, nil, 2, nil, .timestamp(0)],
        ] as [[Value]] {
            var order = ChangeOrder(table: "dbo.t", after: Self.limits.after, through: Self.limits.through)
            let batch = try RecordBatch(schema, rows: [row])
            #expect(performing: { try order.accept(batch) }, throws: { ($0 as? CDCError)?.code == .changesOutOfOrder })
        }
        var order = ChangeOrder(table: "dbo.t", after: Self.limits.after, through: Self.limits.through)
        let batch = try RecordBatch([Field("id", .long)], rows: [[1]])
        #expect(throws: (any Error).self) { try order.accept(batch) }
    }
}
