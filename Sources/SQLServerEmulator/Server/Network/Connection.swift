#if Emulator
import Dispatch
import NIOCore
import Synchronization
import TDSWire

/// What the event loop and the thread of a session share: requests in one direction, bytes in the other.
final class Connection: Sendable {
    /// What a client asks for, in order.
    enum Request: Sendable {
        case login(Login, isEncrypted: Bool)
        case message(Message)
        /// An attention to a request whose reply is on its way already.
        case lateAttention
    }

    private struct State {
        var unsentBytes = 0
        var isOpen = true
        /// The session's thread waits for the client to read.
        var isWaiting = false
        /// Requests, with their bytes, that have not been answered.
        var openRequests = 0
        var openBytes = 0
        var hasAttention = false
        /// Whether its client is known: then it may send more than a login.
        var isLoggedIn = false
        /// How many bytes go out before the connection breaks: a fault.
        var bytesToCut: Int?
    }

    private let channel: any Channel
    private let requests = BlockingQueue<Request>()
    private let state = Mutex(State())
    private let drained = DispatchSemaphore(value: 0)
    let cancellation = Cancellation()

    /// More bytes than that do not wait in memory for a client to read them.
    private static let unsentLimit = 1 << 20
    /// A client waits for the answer before it asks again, so that more than that is no conversation.
    private static let requestLimit = 64
    static let requestBytesLimit = 256 << 20

    init(_ channel: any Channel) { self.channel = channel }

    // MARK: From the event loop

    /// Hands a request to the session.
    ///
    /// - Returns: Whether it was taken: false where too many wait already.
    func put(_ request: Request) -> Bool {
        let bytes = if case .message(let message) = request { message.body.count } else { 0 }
        let isAccepted = state.withLock { state in
            guard state.openRequests < Self.requestLimit, state.openBytes + bytes <= Self.requestBytesLimit else {
                return false
            }
            state.openRequests += 1
            state.openBytes += bytes
            return true
        }
        return isAccepted && requests.append(request)
    }

    /// The client wants what it asked for to end.
    func attention() {
        let isLate = state.withLock { state in
            guard state.openRequests > 0 else {
                state.openRequests += 1
                return true
            }
            state.hasAttention = true
            // Not later: the request that runs may end at any time, and the next one is not meant.
            cancellation.request()
            return false
        }
        if isLate { requests.append(.lateAttention) }
    }

    /// The client is gone: what runs for it ends.
    func didClose() {
        cancellation.close()
        let isWaiting = state.withLock { state in
            defer { state.isWaiting = false }
            state.isOpen = false
            return state.isWaiting
        }
        if isWaiting { drained.signal() }
        requests.close()
    }

    // MARK: From the session's thread

    /// Waits for the next request; `nil` once the client is gone.
    func next() -> Request? { requests.next() }

    /// The reply to a request is about to end.
    ///
    /// - Returns: Whether the client asked for the end before, and has to be told.
    func finish(_ request: Request) -> Bool {
        let bytes = if case .message(let message) = request { message.body.count } else { 0 }
        return state.withLock { state in
            defer { state.hasAttention = false }
            state.openRequests -= 1
            state.openBytes -= bytes
            if state.hasAttention { cancellation.reset() }
            return state.hasAttention
        }
    }

    func didLogIn() { state.withLock { $0.isLoggedIn = true } }

    var isLoggedIn: Bool { state.withLock { $0.isLoggedIn } }
    var hasAttention: Bool { state.withLock { $0.hasAttention } }
    var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Sends bytes. Where the client does not read, this waits.
    func send(_ bytes: [UInt8]) {
        var bytes = bytes[...]
        let (isOpen, isCut) = state.withLock { state in
            guard state.isOpen else { return (false, false) }
            if let rest = state.bytesToCut {
                bytes = bytes.prefix(rest)
                state.bytesToCut = rest - bytes.count
            }
            state.unsentBytes += bytes.count
            return (true, state.bytesToCut == 0)
        }
        guard isOpen else { return }
        let count = bytes.count
        let written = channel.writeAndFlush(channel.allocator.buffer(bytes: bytes))
        written.whenComplete { [self] _ in
            let isWaiting = state.withLock { state in
                state.unsentBytes -= count
                guard state.isWaiting, state.unsentBytes <= Self.unsentLimit / 2 else { return false }
                state.isWaiting = false
                return true
            }
            if isWaiting { drained.signal() }
        }
        if isCut { return close() }
        let mustWait = state.withLock { state in
            state.isWaiting = state.isOpen && state.unsentBytes > Self.unsentLimit
            return state.isWaiting
        }
        if mustWait { drained.wait() }
    }

    /// Breaks the connection once so many more bytes have been sent.
    func cut(afterBytes count: Int) { state.withLock { $0.bytesToCut = max(0, count) } }

    /// Closes the connection once all that was sent is out.
    func close() {
        channel.writeAndFlush(channel.allocator.buffer(capacity: 0)).whenComplete { [channel] _ in
            channel.close(promise: nil)
        }
    }
}
#endif
