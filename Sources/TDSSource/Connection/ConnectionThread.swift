#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A thread that runs the jobs of one actor, so that calls that block do not hold up Swift's own threads.
final class ConnectionThread: SerialExecutor {
    private let jobs = JobQueue()

    /// Starts the thread. It ends after ``stop()``.
    init() throws(TDSError) {
        let start = Unmanaged.passRetained(self)
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let error = pthread_create(&thread, nil, { runConnectionThread($0) }, start.toOpaque())
        guard error == 0 else {
            start.release()
            throw TDSError(.libraryFailed, "no thread for a connection: \(systemText(of: error))")
        }
        #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
        #else
        pthread_detach(thread)
        #endif
    }

    func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }

    /// Lets the thread end once it has run what it was given before.
    func stop() { jobs.close() }

    fileprivate func run() {
        let executor = asUnownedSerialExecutor()
        while let job = jobs.next() { job.runSynchronously(on: executor) }
    }
}

/// The thread's body; its own reference to the executor ends with it.
private func runConnectionThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<ConnectionThread>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}

/// Jobs in the order in which they came, for a thread that sleeps while there are none.
private final class JobQueue: @unchecked Sendable {
    // Everything below is touched only with the lock held.
    private var waiting: [UnownedJob] = []
    private var isClosed = false
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        lock.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(lock)
        changed.deallocate()
        lock.deallocate()
    }

    func append(_ job: UnownedJob) {
        pthread_mutex_lock(lock)
        waiting.append(job)
        pthread_cond_signal(changed)
        pthread_mutex_unlock(lock)
    }

    func close() {
        pthread_mutex_lock(lock)
        isClosed = true
        pthread_cond_signal(changed)
        pthread_mutex_unlock(lock)
    }

    /// Waits for the next job; `nil` once the queue is closed and empty.
    func next() -> UnownedJob? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while waiting.isEmpty {
            if isClosed { return nil }
            pthread_cond_wait(changed, lock)
        }
        return waiting.removeFirst()
    }
}
