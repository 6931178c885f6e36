/// What db-lib's callbacks have to know of a connection.
///
/// db-lib has one error handler and one message handler for the whole process. Every connection has a thread of its own, so
/// the handlers find the connection's session by their thread. Only that thread touches it.
final class Session {
    /// What happens to a server that stays silent.
    private enum Phase {
        case login
        case working
        /// The server was told to stop; so many seconds of silence have passed since.
        case stopping(silence: Int64)
    }

    var log = MessageLog()
    /// The flag of the work that is going on.
    var cancelFlag: CancelFlag?
    private(set) var timedOut = false
    private var phase = Phase.login
    private let attentionTimeout: Int64

    init(attentionTimeout: Duration) {
        self.attentionTimeout = attentionTimeout.wholeSeconds
    }

    /// Whether the server was told to stop.
    var isStopping: Bool { if case .stopping = phase { true } else { false } }

    func begin(_ flag: CancelFlag?) {
        log.removeAll()
        cancelFlag = flag
        timedOut = false
        phase = .working
    }

    /// Notes that the server is told to stop now.
    func beginStopping() {
        if !isStopping { phase = .stopping(silence: 0) }
    }

    /// Called after each second in which nothing came.
    ///
    /// - Returns: Whether the wait must end: to send an attention, or because an attention was not answered.
    func secondPassed() -> Bool {
        switch phase {
        case .login: return false
        case .working: return cancelFlag?.isSet == true
        case .stopping(let silence):
            phase = .stopping(silence: silence + 1)
            return silence + 1 >= attentionTimeout
        }
    }

    /// Called when a wait ended without an answer.
    ///
    /// - Returns: Whether to send an attention and wait on; otherwise the connection is given up. A second silence never
    ///   leads to a second attention, or a server that does not answer would be waited for without end.
    func silenceEnds() -> Bool {
        if cancelFlag?.isSet != true { timedOut = true }
        guard case .working = phase else { return false }
        phase = .stopping(silence: 0)
        return true
    }
}
