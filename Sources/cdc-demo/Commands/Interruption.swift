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
    /// As shells tell it: 128 and the number of SIGINT.
    static let exitCode: Int32 = 130

    /// Runs work that the first signal cancels; a second one ends the process at once.
    static func cancelling(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task { try await work() }
        let watcher = Task.detached {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                if task.isCancelled { _exit(exitCode) }
                task.cancel()
            }
        }
        defer { watcher.cancel() }
        try await task.value
    }
}
