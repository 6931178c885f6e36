import Synchronization

/// A transaction under SNAPSHOT isolation on a connection of its own, in which tracked tables are read as of one version.
///
/// What is committed or cleaned up meanwhile is not seen in it. One statement runs at a time; who reads waits for its turn.
actor TrackingTransaction: MetadataSource {
    private var lease: ConnectionLease?
    private var isTaken = false
    private var isOver = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Throws: ``TDSError``; its number is 3952 in the first statement where the database does not allow SNAPSHOT isolation.
    static func begin(_ pool: ConnectionPool) async throws -> TrackingTransaction {
        let lease = try await pool.lease()
        try await lease.connection.execute("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION;")
        return TrackingTransaction(lease)
    }

    private init(_ lease: ConnectionLease) { self.lease = lease }

    func metadata(_ batch: String) async throws -> MetadataRows {
        guard let turn = await turn() else { throw TDSError.lost("its transaction was ended") }
        do {
            let rows = MetadataRows(try await turn.connection.smallResult(batch, limit: 1_000_000))
            await turn.end()
            return rows
        } catch {
            await turn.end()
            throw error
        }
    }

    /// Waits until nobody else reads; `nil` where the transaction is over by then.
    func turn() async -> TrackingTurn? {
        if isTaken { await withCheckedContinuation { waiting.append($0) } } else { isTaken = true }
        guard !isOver, let lease else {
            await pass()
            return nil
        }
        return TrackingTurn(of: self, lease.connection)
    }

    /// Hands the turn on to whoever has waited longest.
    fileprivate func pass() async {
        if !waiting.isEmpty { return waiting.removeFirst().resume() }
        isTaken = false
        if isOver { await commit() }
    }

    /// Ends the transaction, once whoever reads in it has come to an end, and gives the connection back as it was.
    func end() async {
        isOver = true
        if !isTaken { await commit() }
    }

    /// Closes the connection: the transaction is lost, or must not be trusted.
    func abandon() {
        isOver = true
        lease = nil
    }

    private func commit() async {
        guard let lease else { return }
        self.lease = nil
        do {
            try await lease.connection.execute(
                "COMMIT TRANSACTION; SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
            )
            await lease.end()
        } catch {
            // Nobody knows what the session was left in: the lease, which nobody holds now, closes the connection.
        }
    }
}

/// The right to read in a ``TrackingTransaction``: until ``end()``, or until nobody holds it any more.
final class TrackingTurn: Sendable {
    let transaction: TrackingTransaction
    let connection: TDSConnection
    private let isOver = Atomic(false)

    fileprivate init(of transaction: TrackingTransaction, _ connection: TDSConnection) {
        self.transaction = transaction
        self.connection = connection
    }

    func end() async {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        await connection.stop()
        await transaction.pass()
    }

    deinit {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        Task { [transaction, connection] in
            await connection.stop()
            await transaction.pass()
        }
    }
}
