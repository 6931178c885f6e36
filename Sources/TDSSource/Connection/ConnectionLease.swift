import Synchronization

/// A connection that is lent for longer than one call: until ``end()``, or until nobody holds the lease any more, when the connection
/// is closed, because nobody knows what its session was left in.
final class ConnectionLease: Sendable {
    let connection: TDSConnection
    private let pool: ConnectionPool
    private let isOver = Atomic(false)

    init(_ connection: TDSConnection, of pool: ConnectionPool) {
        self.connection = connection
        self.pool = pool
    }

    /// Gives the connection back, with its session as it was lent.
    func end() async {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        await pool.takeBack(from: connection)
    }

    deinit {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        Task { [pool, connection] in await pool.discard(from: connection) }
    }
}
