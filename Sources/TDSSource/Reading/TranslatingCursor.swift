import CDCCore
import Columnar

/// A cursor over rows of a table whose errors are told in the engine's terms.
final class TranslatingCursor: BatchCursor {
    private let cursor: any BatchCursor
    private let table: TableName

    init(_ cursor: any BatchCursor, of table: TableName) {
        self.cursor = cursor
        self.table = table
    }

    func next() async throws -> RecordBatch? {
        do { return try await cursor.next() } catch let error as TDSError { throw error.translated(reading: table) }
    }
}

extension CDCError {
    /// What an error of the server means for the engine.
    ///
    /// - Parameter table: The one whose rows or changes were asked for; `nil` where it was something else.
    init(_ error: TDSError, reading table: TableName? = nil) {
        switch (table, error.server?.number) {
        case (_?, _) where error.deniesSnapshotIsolation:
            self.init(.sourceUnavailable, error.message, table: table, underlying: error)
        case (let table?, 208?), (let table?, 22105?):
            self.init(
                .tableNotFound,
                "table \(table), or what captures its changes, was dropped or renamed while it was read; ask for a full refresh of "
                    + "the table",
                table: table,
                underlying: error
            )
        case (let table?, 207?):
            self.init(
                .schemaChanged,
                "the columns of table \(table) changed while it was read; ask for a full refresh of the table",
                table: table,
                underlying: error
            )
        default:
            let code: Code =
                switch error.code {
                case .invalidConfiguration, .environmentOverrides: .invalidConfiguration
                case .permissionDenied: .accessDenied
                case _ where error.isRetryable: .sourceUnavailable
                default: .sourceFailed
                }
            self.init(code, error.message, table: error.isOfStatement ? table : nil, underlying: error)
        }
    }
}

extension TDSError {
    /// The error in the engine's terms; that the task was cancelled is none of the source's.
    func translated(reading table: TableName? = nil) -> any Error {
        code == .cancelled ? CancellationError() : CDCError(self, reading: table)
    }

    /// Whether a statement failed by itself: another one may well succeed.
    fileprivate var isOfStatement: Bool {
        [.permissionDenied, .objectNotFound, .serverError, .unexpectedResult, .unsupportedType].contains(code)
    }
}
