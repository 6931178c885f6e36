import CDCJSON
import CoreMetrics

/// Tries work again that may succeed later, with a pause that doubles.
struct Retry: Sendable {
    let options: IngestionOptions
    let clock: any EngineClock
    let observer: PipelineObserver

    func callAsFunction<T>(_ what: String, table: TableName? = nil, _ work: () async throws -> T) async throws -> T {
        var attempt = 0
        while true {
            do { return try await work() } catch let error as CDCError
                where error.isRetryable && attempt < options.maximumRetries
            {
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
