import CDCCore
import Synchronization

/// A clock whose sleeper wakes when it is told to.
final class StepClock: EngineClock {
    private struct State {
        var sleeper: CheckedContinuation<Void, Never>?
        var watcher: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func now() -> Int64 { SystemClock().now() }

    /// Short pauses pass as usual: only a poll's rest is long.
    func sleep(for duration: Duration) async throws {
        guard duration >= .seconds(1) else { return try await SystemClock().sleep(for: duration) }
        await withCheckedContinuation { sleeper in
            let watcher = state.withLock { state in
                state.sleeper = sleeper
                defer { state.watcher = nil }
                return state.watcher
            }
            watcher?.resume()
        }
    }

    /// Returns when somebody sleeps.
    func waitForSleeper() async {
        await withCheckedContinuation { watcher in
            let isAsleep = state.withLock { state in
                if state.sleeper == nil { state.watcher = watcher }
                return state.sleeper != nil
            }
            if isAsleep { watcher.resume() }
        }
    }

    /// Wakes the sleeper and waits until it sleeps again.
    func step() async {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
        await waitForSleeper()
    }
}
