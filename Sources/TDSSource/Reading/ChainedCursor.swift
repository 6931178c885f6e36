import CDCCore
import Columnar

/// Several cursors, one after the other.
final class ChainedCursor: BatchCursor {
    private var cursors: [any BatchCursor]

    init(_ cursors: [any BatchCursor]) { self.cursors = cursors.reversed() }

    func next() async throws -> RecordBatch? {
        while let cursor = cursors.last {
            if let batch = try await cursor.next() { return batch }
            cursors.removeLast()
        }
        return nil
    }
}
