import CDCCore
import Columnar
import Testing

@testable import TDSSource

@Suite("How captures are doing")
struct CaptureMonitorTests {
    private func scans(_ transactions: [Int]) -> [LogScan] {
        transactions.enumerated().map {
            LogScan(session: 100 - $0.offset, age: 1, transactions: $0.element, latency: 1, errors: 0)
        }
    }

    private func isSaturated(_ transactions: [Int], maximum: Int?) -> Bool? {
        CaptureMonitor<Script>.isSaturated(scans(transactions), maximumTransactions: maximum)
    }

    @Test("a capture is saturated where three scans in a row take all that they may")
    func saturation() {
        #expect(isSaturated([500, 500, 5000, 3], maximum: 500) == true)
        #expect(isSaturated([500, 499, 500], maximum: 500) == false)
        #expect(isSaturated([0, 500, 500], maximum: 500) == false)
        #expect(isSaturated([500, 500], maximum: 500) == nil)
        // The login may not see the job.
        #expect(isSaturated([5000, 5000, 5000], maximum: nil) == true)
        #expect(isSaturated([5000, 4000, 5000], maximum: nil) == false)
        #expect(isSaturated([500, 500, 500], maximum: nil) == true)
        #expect(isSaturated([499, 499, 499], maximum: nil) == false)
        #expect(isSaturated([0, 0, 0], maximum: 0) == false)
        #expect(isSaturated([2, 2, 2], maximum: nil) == false)
    }

    @Test("what is left of the retention is counted from the newest change back to the position")
    func retention() {
        let left = RetentionReader<Script>.left
        #expect(left(3600, 10, .seconds(4 * 3600)) == SourceHealth.Retention(left: .seconds(3 * 3600), share: 0.75))
        #expect(left(5 * 3600, 10, .seconds(4 * 3600)) == SourceHealth.Retention(left: .zero, share: 0))
        // A position beyond the newest change has all of it before it.
        #expect(left(-5, 10, .seconds(100)) == SourceHealth.Retention(left: .seconds(100), share: 1))
        // Where the login may not see the job, what is kept stands for it.
        #expect(left(1800, 7200, nil) == SourceHealth.Retention(left: .seconds(5400), share: 0.75))
        #expect(left(1800, 3600, nil) == SourceHealth.Retention(left: .seconds(1800), share: 0.5))
        #expect(left(1800, 3599, nil) == nil)
    }

    @Test("what the server refuses is unknown, with its reason; a broken connection is an error")
    func refusals() async throws {
        let denied = TDSError(
            ServerMessage(number: 22904, state: 1, severity: 16, text: "Caller is not authorized."),
            user: "u"
        )
        guard case .unknown(let reason) = try await CaptureMonitor(server: Script(error: denied)).jobs() else {
            Issue.record("the jobs are known")
            return
        }
        #expect(reason == "the server says: Caller is not authorized. (Msg 22904)")
        await #expect(throws: TDSError.self) {
            _ = try await CaptureMonitor(server: Script(error: .lost("x"))).jobs()
        }
    }

    @Test("the errors of a capture come with their numbers, and without their texts, which quote values")
    func failures() async throws {
        let schema: Schema = [
            Field("entry_time", .string), Field("session_id", .integer), Field("phase_number", .integer),
            Field("error_number", .integer), Field("age", .integer),
        ]
        let rows = try RecordBatch(schema, rows: [["2026-11-22T10:00:00.003", 7, 2, 2628, 12]])
        let script = Script(answer: rows)
        let failures = try #require(try await CaptureMonitor(server: script).failures().value)
        #expect(failures == [.init(id: "2026-11-22T10:00:00.003/7/2/2628", number: 2628, age: .seconds(12))])
    }
}

/// A server that always says the same.
private struct Script: MetadataSource {
    var answer: RecordBatch?
    var error: TDSError?

    func metadata(_ batch: String) async throws -> MetadataRows {
        if let error { throw error }
        return MetadataRows(answer ?? .empty([]))
    }
}
