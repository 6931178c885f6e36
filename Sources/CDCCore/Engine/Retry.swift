import CDCJSON
import CoreMetrics
import LakeStorage

/// An error that may pass, and did not while it was tried again as often as allowed.
struct RetriesExhausted: Error {
    let underlying: any Error
    /// The table whose matter it is; `nil` where it is that of the source as a whole.
    let table: TableName?
}

extension Error {
    /// The error itself, whether or not work was tried again because of it.
    var withoutRetries: any Error { (self as? RetriesExhausted)?.underlying ?? self }
}

/// Tries work again that may succeed later, with a pause that doubles.
struct Retry: Sendable {
    let options: IngestionOptions
    let clock: any EngineClock
    let observer: PipelineObserver

    /// Whether an error is one that may be gone by the next time.
    static func mayPass(_ error: any Error) -> Bool {
        (error as? CDCError)?.isRetryable ?? (error as? StorageError)?.isRetryable ?? false
    }

    /// - Parameter isPatient: Whether work is tried again at all.
    func callAsFunction<T>(
        _ what: String,
        table: TableName? = nil,
        isPatient: Bool = true,
        _ work: () async throws -> T
    ) async throws -> T {
        var attempt = 0
        while true {
            do { return try await work() } catch  where Self.mayPass(error) {
                guard isPatient, attempt < options.maximumRetries else {
                    throw RetriesExhausted(underlying: error, table: table)
                }
                attempt += 1
                try await pause(before: attempt, of: what, table: table, because: error)
            }
        }
    }

    /// Reports what failed, and waits: a quarter of a second first by default, twice as long each time, 64 times at most.
    func pause(before attempt: Int, of what: String, table: TableName? = nil, because error: any Error) async throws {
        let delay = options.retryDelay * (1 << min(attempt - 1, 6))
        observer.metrics.retries.increment()
        observer.report(
            .retry,
            "\(what) failed and is tried again in \(delay), attempt \(attempt)",
            severity: .warning,
            table: table,
            details: ["error": .string("\(error)")]
        )
        try await clock.sleep(for: delay)
    }
}
