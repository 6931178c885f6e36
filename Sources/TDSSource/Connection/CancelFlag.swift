import Synchronization

/// Whether one piece of work on a connection is to be given up.
///
/// Any thread may set it. The connection's own thread looks at it between rows and while it waits, and sends the attention:
/// db-lib is never called from another thread.
final class CancelFlag: Sendable {
    private let flag = Atomic(false)
    private let wakeUp: WakeUp

    init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() {
        flag.store(true, ordering: .relaxed)
        wakeUp.wake()
    }
}
