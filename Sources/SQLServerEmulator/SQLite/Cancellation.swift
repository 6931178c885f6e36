import Synchronization

/// Asks the work of a session to end: for an attention of its client, or because the client has gone. Any thread may ask.
final class Cancellation: Sendable {
    private let isAttention = Atomic(false)
    private let isClosed = Atomic(false)

    var isRequested: Bool { isAttention.load(ordering: .relaxed) || isClosed.load(ordering: .relaxed) }

    /// Ends the request that runs, up to ``reset()``.
    func request() { isAttention.store(true, ordering: .relaxed) }

    /// Ends everything, for good.
    func close() { isClosed.store(true, ordering: .relaxed) }

    func reset() { isAttention.store(false, ordering: .relaxed) }
}
