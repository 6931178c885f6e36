import CDCCore
import Columnar

/// Reads one batch ahead, so that the server and the connection's thread work while the last one is written.
final class ReadAheadCursor: BatchCursor {
    private let reader: Reader
    /// The batch after the one that was handed out last.
    private var ahead: Task<RecordBatch?, any Error>?
    private var isAtEnd = false

    init(_ cursor: sending any BatchCursor) { reader = Reader(cursor) }

    deinit { ahead?.cancel() }

    func next() async throws -> RecordBatch? {
        if isAtEnd { return nil }
        let task = ahead ?? read()
        ahead = nil
        // After an error or the last batch there is nothing more to read.
        isAtEnd = true
        let batch = try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
        guard let batch else { return nil }
        isAtEnd = false
        ahead = read()
        return batch
    }

    private func read() -> Task<RecordBatch?, any Error> { Task { [reader] in try await reader.next() } }

    /// Holds the cursor for the one task at a time that reads.
    private actor Reader {
        private let cursor: any BatchCursor

        init(_ cursor: sending any BatchCursor) { self.cursor = cursor }

        func next() async throws -> RecordBatch? { try await cursor.next() }
    }
}
