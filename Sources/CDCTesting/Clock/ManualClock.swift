public import CDCCore
import Synchronization

/// A clock that a test moves by hand; whoever sleeps on it wakes when it has been moved far enough.
public final class ManualClock: EngineClock {
    private struct Sleeper {
        var wakes: Int64
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Int64
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var nextNumber = 0
        /// Those who wait for somebody to fall asleep.
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// - Parameter now: Microseconds since 1970-01-01T00:00:00Z.
    public init(now: Int64 = 1_704_067_200_000_000) {
        state = Mutex(State(now: now))
    }

    public func now() -> Int64 { state.withLock { $0.now } }

    public func sleep(for duration: Duration) async throws {
        let microseconds = Self.microseconds(duration)
        try Task.checkCancellation()
        if microseconds <= 0 { return }
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        defer { state.withLock { _ = $0.cancelled.remove(number) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let watchers = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                    if state.cancelled.contains(number) || Task.isCancelled { return nil }
                    let wakes = Self.sum(state.now, microseconds)
                    state.sleepers[number] = Sleeper(wakes: wakes, continuation: continuation)
                    defer { state.watchers = [] }
                    return state.watchers
                }
                guard let watchers else { return continuation.resume(throwing: CancellationError()) }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                let sleeper = state.sleepers.removeValue(forKey: number)
                if sleeper == nil { state.cancelled.insert(number) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock and wakes whoever's time has come, in the order of their times.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = Self.sum(state.now, Self.microseconds(duration))
            let now = state.now
            let due = state.sleepers.filter { $0.value.wakes <= now }
                .sorted { ($0.value.wakes, $0.key) < ($1.value.wakes, $1.key) }
            for (number, _) in due { state.sleepers[number] = nil }
            return due.map(\.value.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// A duration in microseconds; one that is too long for them ends at the end of time.
    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        return sum(whole, attoseconds / 1_000_000_000_000)
    }

    private static func sum(_ time: Int64, _ microseconds: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(microseconds)
        return overflow ? (microseconds < 0 ? .min : .max) : sum
    }

    /// Returns as soon as somebody sleeps on the clock.
    public func waitForSleeper() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isAsleep = state.withLock { state in
                if state.sleepers.isEmpty { state.watchers.append(continuation) }
                return !state.sleepers.isEmpty
            }
            if isAsleep { continuation.resume() }
        }
    }
}
