import CDCCore
import Synchronization

/// Sees to it that something is done no more often than at an interval.
final class Pacing: Sendable {
    private let interval: Duration
    private let clock: any EngineClock
    private let next = Mutex(Int64.min)

    init(interval: Duration, clock: any EngineClock) {
        self.interval = interval
        self.clock = clock
    }

    /// Whether it is time; who is told so does it.
    func begins() -> Bool {
        let now = clock.now()
        return next.withLock { next in
            guard now >= next else { return false }
            next = clock.end(of: interval)
            return true
        }
    }
}
