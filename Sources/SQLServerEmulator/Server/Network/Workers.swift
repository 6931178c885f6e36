#if Emulator
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Threads for sessions, whose statements block: neither an event loop nor Swift's own threads may wait for them.
final class Workers: Sendable {
    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Binding an expression is recursion over it, so that a deep one needs room.
    private static let stackBytes = 16 << 20

    private final class Job {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }

    /// Starts a thread that does the work and ends.
    ///
    /// - Returns: Whether the system gave a thread.
    func start(_ work: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { $0.running += 1 }
        let job = Unmanaged.passRetained(
            Job { [self] in
                work()
                ended()
            }
        )
        guard Self.makeThread(job.toOpaque()) else {
            job.release()
            ended()
            return false
        }
        return true
    }

    /// Waits until all threads have ended.
    func end() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.running > 0 { state.waiting.append(continuation) }
                return state.running == 0
            }
            if isIdle { continuation.resume() }
        }
    }

    private func ended() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.running -= 1
            guard state.running == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private static func makeThread(_ job: UnsafeMutableRawPointer) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackBytes)
        #if canImport(Darwin)
        var thread: pthread_t?
        return pthread_create(&thread, &attributes, { Workers.run($0) }, job) == 0
        #else
        var thread = pthread_t()
        return pthread_create(&thread, &attributes, { $0.flatMap { Workers.run($0) } }, job) == 0
        #endif
    }

    private static func run(_ job: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Job>.fromOpaque(job).takeRetainedValue().work()
        return nil
    }
}
#endif
