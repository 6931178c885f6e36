import CDCCore
import Columnar
import Testing

@testable import TDSSource

@Suite("Reading ahead")
struct ReadAheadCursorTests {
    @Test("hands out the batches in their order, and then nothing more")
    func order() async throws {
        let cursor = ReadAheadCursor(Numbers([1, 2, 3]))
        var numbers: [Value] = []
        while let batch = try await cursor.next() { numbers.append(batch.columns[0].value(at: 0)) }
        #expect(numbers == [.integer(1), .integer(2), .integer(3)])
        #expect(try await cursor.next() == nil)
    }

    @Test("throws an error where it belongs, behind the batches before it, and ends")
    func failure() async throws {
        let cursor = ReadAheadCursor(Numbers([1], then: TDSError(.connectionLost, "gone")))
        #expect(try await cursor.next()?.rowCount == 1)
        await #expect(throws: TDSError.self) { try await cursor.next() }
        #expect(try await cursor.next() == nil)
    }

    /// Batches of one number each.
    private final class Numbers: BatchCursor {
        private var rest: [Int32]
        private let error: TDSError?

        init(_ numbers: [Int32], then error: TDSError? = nil) {
            rest = numbers.reversed()
            self.error = error
        }

        func next() async throws -> RecordBatch? {
            guard let number = rest.popLast() else {
                if let error { throw error }
                return nil
            }
            return try RecordBatch(
                [Field("n", .integer)],
                [Column(.integer, values: [.integer(Int64(number))])],
                rowCount: 1
            )
        }
    }
}
