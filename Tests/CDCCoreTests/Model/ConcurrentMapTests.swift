import Synchronization
import Testing

@testable import CDCCore

@Suite("Working on several items at once", .timeLimit(.minutes(5)))
struct ConcurrentMapTests {
    private struct Failure: Error {}

    /// Counts how many are at work at the same time.
    private final class Gauge: Sendable {
        private let state = Mutex((now: 0, most: 0, started: 0))
        var most: Int { state.withLock { $0.most } }
        var started: Int { state.withLock { $0.started } }

        func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.started + 1) } }
        func leave() { state.withLock { $0.now -= 1 } }
    }

    @Test(
        "Results come in the order of the items, and never more are at work than allowed",
        arguments: [-1, 0, 1, 2, 3, 100]
    )
    func limit(limit: Int) async throws {
        let gauge = Gauge()
        let results = try await concurrentMap(Array(0..<50), limit: limit) { item in
            gauge.enter()
            for _ in 0..<(50 - item) % 7 { await Task.yield() }
            gauge.leave()
            return item * 2
        }
        #expect(results == (0..<50).map { $0 * 2 })
        #expect(gauge.most <= max(1, limit))
        #expect(gauge.started == 50)
    }

    @Test("No items, no results; results that are nil are kept")
    func empty() async throws {
        #expect(try await concurrentMap([Int](), limit: 3) { $0 }.isEmpty)
        let results: [Int?] = try await concurrentMap([1, 2], limit: 3) { $0 == 1 ? nil : $0 }
        #expect(results == [nil, 2])
    }

    @Test("As many as allowed are at work together")
    func together() async throws {
        // Each of three waits until all three have begun: with fewer at work this would not end.
        let gauge = Gauge()
        _ = try await concurrentMap([1, 2, 3], limit: 3) { _ in
            gauge.enter()
            while gauge.started < 3 { await Task.yield() }
        }
        #expect(gauge.most == 3)
    }

    @Test("The first error cancels what runs, and nothing new begins")
    func failure() async {
        let gauge = Gauge()
        await #expect(throws: Failure.self) {
            try await concurrentMap(Array(0..<100), limit: 2) { item in
                gauge.enter()
                if item == 0 { throw Failure() }
                while !Task.isCancelled { await Task.yield() }  // ends only because it is cancelled
            }
        }
        #expect(gauge.started <= 3)
    }

    @Test("Cancelling the caller cancels the work")
    func cancellation() async {
        let gauge = Gauge()
        let task = Task {
            try await concurrentMap(Array(0..<100), limit: 2) { _ in
                gauge.enter()
                while !Task.isCancelled { await Task.yield() }
            }
        }
        while gauge.started < 2 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(gauge.started == 2)
    }
}
