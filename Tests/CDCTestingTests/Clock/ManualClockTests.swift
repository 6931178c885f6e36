import CDCTesting
import Synchronization
import Testing

/// What tasks noted.
private final class Noted: Sendable {
    private let numbers = Mutex<Set<Int>>([])

    var all: Set<Int> { numbers.withLock { $0 } }
    func note(_ number: Int) { numbers.withLock { _ = $0.insert(number) } }
}

@Suite("A clock that is moved by hand", .timeLimit(.minutes(1)))
struct ManualClockTests {
    @Test("It stands until it is moved")
    func now() {
        let clock = ManualClock(now: 100)
        #expect(clock.now() == 100)
        clock.advance(by: .seconds(2))
        clock.advance(by: .microseconds(7))
        #expect(clock.now() == 2_000_107)
    }

    @Test("A sleeper wakes when the clock has been moved far enough, not before")
    func sleeping() async throws {
        let clock = ManualClock(now: 0)
        let woken = Noted()
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await clock.sleep(for: .seconds(10))
                woken.note(10)
            }
            await clock.waitForSleeper()
            clock.advance(by: .milliseconds(9_999))
            // It still sleeps: somebody who waits for a sleeper finds it.
            await clock.waitForSleeper()
            #expect(woken.all.isEmpty)
            clock.advance(by: .milliseconds(1))
            try await group.waitForAll()
        }
        #expect(woken.all == [10])
    }

    @Test("A sleep of no length ends at once", arguments: [Duration.zero, .seconds(-1), .nanoseconds(1)])
    func noLength(duration: Duration) async throws {
        try await ManualClock().sleep(for: duration)
    }

    @Test("A sleep without end is possible, and the end of time does not trap")
    func endless() async {
        let clock = ManualClock(now: .max - 10)
        let task = Task { try await clock.sleep(for: .seconds(Int64.max)) }
        await clock.waitForSleeper()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        clock.advance(by: .seconds(Int64.max))
        #expect(clock.now() == .max)
    }

    @Test("Whoever is cancelled stops sleeping")
    func cancelled() async {
        let clock = ManualClock()
        let task = Task { try await clock.sleep(for: .seconds(10)) }
        await clock.waitForSleeper()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("Whoever was cancelled before does not fall asleep", arguments: [Duration.seconds(10), .zero])
    func cancelledBefore(duration: Duration) async {
        let clock = ManualClock()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await clock.sleep(for: duration)
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("Several sleepers wake, each at its time")
    func several() async throws {
        let clock = ManualClock(now: 0)
        let woken = Noted()
        try await withThrowingTaskGroup { group in
            for seconds in [1, 2, 3] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    woken.note(seconds)
                }
            }
            // Moved in small steps until all have slept their time.
            while woken.all.count < 3 {
                await Task.yield()
                clock.advance(by: .seconds(1))
            }
            try await group.waitForAll()
        }
        #expect(woken.all == [1, 2, 3])
    }
}
