import CDCCore
import Columnar
import Synchronization
import TDSSource
import Testing

@Suite("The fence", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct FenceTests {
    /// Twenty transactions that a capture job has before it which takes one at a time; `began` is called before it begins.
    private func expectFenceBehindBacklog(_ server: TestServer, whenJobBegins began: () -> Void = {}) async throws {
        try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
        try await server.capture("t")
        let source = server.source()
        // The definitions are captured; what comes now is changes alone.
        _ = try await source.fence()
        try await server.run("EXEC sys.sp_cdc_stop_job @job_type = N'capture'")
        try await server.run("EXEC sys.sp_cdc_change_job @job_type = N'capture', @maxtrans = 1, @maxscans = 1")
        for id in 1...20 { try await server.run("INSERT t VALUES (\(id))") }
        began()
        try await server.run("EXEC sys.sp_cdc_start_job @job_type = N'capture'")
        let end = try await source.fence()
        let captured = try await server.rows("SELECT MAX(__$start_lsn), COUNT(*) FROM cdc.dbo_t_CT")
        #expect(captured == [[.binary(end.lsn.bytes), .integer(20)]])
        await source.close()
    }

    @Test("does not pass while there is a backlog, though complete scans of the log began after it")
    func backlog() async throws {
        try await TestServer.withDatabase { server in try await expectFenceBehindBacklog(server) }
    }

    @Test(
        "does not pass by commits from before the clocks went back, whose times look later",
        .enabled(if: TestServer.isEmulated, "needs the emulator")
    )
    func clockSetBack() async throws {
        let clock = WallClock(ahead: .seconds(3600))
        try await TestServer.withDatabase(clock: clock) { server in
            try await expectFenceBehindBacklog(server) { clock.setBack() }
        }
    }
}

/// A wall clock that is set back once.
private final class WallClock: EngineClock {
    private let ahead: Atomic<Int64>

    init(ahead: Duration) { self.ahead = Atomic(ahead.components.seconds * 1_000_000) }

    func setBack() { ahead.store(0, ordering: .relaxed) }
    func now() -> Int64 { SystemClock().now() + ahead.load(ordering: .relaxed) }
    func sleep(for duration: Duration) async throws { try await SystemClock().sleep(for: duration) }
}
