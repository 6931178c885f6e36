import CDCCore
import Columnar

/// The changes of one tracked table, read in a transaction that shows the versions, the changes and the rows of one moment.
final class TrackedChangesCursor: BatchCursor {
    private let turn: TrackingTurn
    private let rows: TDSRows
    private var changes: TrackedChanges
    private let atEnd: @Sendable () async -> Void

    /// - Parameter atEnd: Called after the last row, when others may read in the transaction.
    init(
        _ statement: Statement,
        _ changes: TrackedChanges,
        turn: TrackingTurn,
        rowsPerPage: Int,
        bytesPerPage: Int,
        atEnd: @escaping @Sendable () async -> Void
    ) async throws {
        self.turn = turn
        self.atEnd = atEnd
        self.changes = changes
        do {
            rows = try await turn.connection.query(
                statement.batch,
                rowsPerBatch: rowsPerPage,
                bytesPerBatch: bytesPerPage
            )
        } catch {
            await turn.transaction.abandon()
            throw error
        }
    }

    func next() async throws -> RecordBatch? {
        do {
            guard let batch = try await rows.next() else {
                await turn.end()
                await atEnd()
                return nil
            }
            let (result, hasMissingRows) = try changes.next(batch)
            // In one moment every inserted or updated key has its row: the table was emptied or altered meanwhile, which a
            // snapshot does not hold back.
            if hasMissingRows {
                throw TDSError.lost("a tracked table changed under its snapshot; its changes are read again")
            }
            return result
        } catch {
            // Who tries again reads without this transaction.
            await turn.transaction.abandon()
            throw error
        }
    }
}
