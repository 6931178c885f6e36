import Synchronization
import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What Ctrl-C does, and a service manager that stops a program.
enum Interruption {
    /// The number of the first signal that came; 0 before. A signal is the process's, and so is this.
    private static let signal = Atomic<Int32>(0)

    static var exit: Failure.Exit { signal.load(ordering: .relaxed) == SIGTERM ? .terminated : .interrupted }

    /// Runs work that the first signal cancels; a second one ends the process at once.
    static func cancelling(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task { try await work() }
        let watcher = Task.detached {
            for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                if task.isCancelled { _exit(exit.rawValue) }
                Self.signal.store(signal.rawValue, ordering: .relaxed)
                task.cancel()
            }
        }
        defer { watcher.cancel() }
        try await task.value
    }
}
