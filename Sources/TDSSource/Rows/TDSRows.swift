import CDCCore
package import Columnar

/// The rows of one statement, as batches, while they come from the server.
///
/// Another statement on the same connection ends it: what has not been read by then is lost, and ``next()`` says so.
package final class TDSRows: BatchCursor, Sendable {
    package let schema: Schema
    private let connection: TDSConnection
    private let statement: Int

    init(_ schema: Schema, _ connection: TDSConnection, statement: Int) {
        self.schema = schema
        self.connection = connection
        self.statement = statement
    }

    /// The next batch; `nil` after the last row, once the server has ended the statement without an error.
    package func next() async throws(TDSError) -> RecordBatch? {
        try await connection.nextBatch(of: statement)
    }
}
