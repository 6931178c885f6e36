package import CDCCore

/// Runs work on the server again that failed with an error that passes, after a pause that doubles.
package struct StatementRetry: Sendable {
    private let maximumRetries: Int
    private let firstDelay: Duration
    private let clock: any EngineClock

    /// - Parameters:
    ///   - maximumRetries: How often work is tried again.
    ///   - firstDelay: The pause before the first time; each further one is twice as long, up to 64 times this.
    package init(
        maximumRetries: Int = 5,
        firstDelay: Duration = .milliseconds(250),
        clock: any EngineClock = SystemClock()
    ) {
        self.maximumRetries = maximumRetries
        self.firstDelay = firstDelay
        self.clock = clock
    }

    /// - Throws: what `work` threw last, or `CancellationError` from the pause.
    package func callAsFunction<T>(_ work: () async throws -> T) async throws -> T {
        var attempt = 0
        while true {
            do { return try await work() } catch let error as TDSError where error.isRetryable {
                guard attempt < maximumRetries else { throw error }
                try await clock.sleep(for: firstDelay * (1 << min(attempt, 6)))
                attempt += 1
            }
        }
    }
}
