/// The time as the engine sees it, so that a test can be its master.
public protocol EngineClock: Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    func now() -> Int64
    /// Waits; throws `CancellationError` as soon as the task is cancelled.
    func sleep(for duration: Duration) async throws
}

extension EngineClock {
    /// The time when a span from now on is over; the end of time where that lies beyond it.
    package func end(of span: Duration) -> Int64 {
        let (end, isBeyondTime) = now().addingReportingOverflow(max(0, span.microseconds))
        return isBeyondTime ? .max : end
    }
}

/// The clock of the system.
public struct SystemClock: EngineClock {
    public init() {}

    public func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
