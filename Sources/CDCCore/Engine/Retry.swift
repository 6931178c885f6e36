import CDCJSON
import CoreMetrics
import LakeStorage

/// Tries work again that may succeed later, with a pause that doubles.
struct Retry: Sendable {
    let options: IngestionOptions
    let clock: any EngineClock
    let observer: PipelineObserver

    /// Whether an error is one that may be gone by the next time.
    private static func mayPass(_ error: any Error) -> Bool {
        (error as? CDCError)?.isRetryable ?? (error as? StorageError)?.isRetryable ?? false
    }

    func callAsFunction<T>(_ what: String, table: TableName? = nil, _ work: () async throws -> T) async throws -> T {
        var attempt = 0
        while true {
            do { return try await work() } catch  where Self.mayPass(error) && attempt < options.maximumRetries {
                let delay = options.retryDelay * (1 << min(attempt, 6))
                attempt += 1
                observer.metrics.retries.increment()
                observer.report(
                    .retry,
                    "\(what) failed and is tried again in \(delay), attempt \(attempt) of \(options.maximumRetries)",
                    severity: .warning,
                    table: table,
                    details: ["error": .string("\(error)")]
                )
                try await clock.sleep(for: delay)
            }
        }
    }
}
