import CDCCore
import Columnar

/// The changes of one tracked table, read without a transaction: after the last row it is asked once more whether all of them were
/// kept.
///
/// Rows are those of the moment in which they are read. One that changed again since has its later version, and comes with the
/// next cut; one that is gone becomes a delete.
final class RecheckedChangesCursor: BatchCursor {
    private let table: TrackedTable
    private let after: Int64
    private let tracking: ChangeTracking
    private let lease: ConnectionLease
    private let rows: TDSRows
    private var changes: TrackedChanges

    init(
        _ table: TrackedTable,
        after: Int64,
        through: Int64,
        _ changes: TrackedChanges,
        tracking: ChangeTracking,
        rowsPerPage: Int,
        bytesPerPage: Int
    ) async throws {
        self.table = table
        self.after = after
        self.changes = changes
        self.tracking = tracking
        lease = try await tracking.pool.lease()
        rows = try await lease.connection.query(
            table.changes(after: after, through: through).batch,
            rowsPerBatch: rowsPerPage,
            bytesPerBatch: bytesPerPage
        )
    }

    func next() async throws -> RecordBatch? {
        if let batch = try await rows.next() { return try changes.next(batch).changes }
        let state = try await TrackingState.read([table], from: lease.connection)
        await lease.end()
        try await tracking.check(table, after: after, state)
        return nil
    }
}

extension TDSConnection: MetadataSource {
    func metadata(_ batch: String) async throws -> MetadataRows { MetadataRows(try await smallResult(batch)) }
}
