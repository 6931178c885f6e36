import CDCCore
import CDCTesting
import Columnar
import TDSSource
import Testing

@Suite("Health of a SQL Server", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct HealthTests {
    @Test("an administrator's login sees all of it, and a table's position decides what is left of the retention")
    func everything() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
            try await server.capture("t")
            let source = server.source()
            #expect(try await source.health(at: ["dbo.t": .zero]) == nil, "nothing was described yet")
            _ = try await source.describe(["dbo.t"])
            try await server.run("INSERT t VALUES (1)")
            let end = try await source.fence()
            let health = try #require(try await source.health(at: ["dbo.t": end.lsn]))
            #expect(health.unknown == [])
            #expect(health.isCapturing == true)
            #expect(health.failures == [])
            #expect(try #require(health.sinceNewest) < .seconds(600))
            #expect(try #require(health.captureLatency) < .seconds(600))
            #expect(health.lastScan != nil)
            #expect(health.logReuseWait != nil)
            #expect(health.retention["dbo.t"]?.share == 1)
            #expect(health.retention["dbo.t"]?.left == .seconds(4320 * 60))
            let lost = try #require(try await source.health(at: ["dbo.t": LSN(high: 0, low: 1)]))
            #expect(lost.retention["dbo.t"] == SourceHealth.Retention(left: .zero, share: 0))
            await source.close()
        }
    }

    @Test(
        "the watermark is written to while health is asked for, where a heartbeat is wanted, and once a minute at most"
    )
    func heartbeat() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
            try await CaptureSetup(tables: ["dbo.t"]).installation.apply(to: server.configuration)
            let clock = ManualClock()
            let source = server.source(clock: clock) { $0.heartbeat = .seconds(1) }
            let silent = server.source(clock: clock)
            var markers: [[Value]] = []
            func ask(_ source: SQLServerSource) async throws {
                _ = try await source.describe(["dbo.t"])
                #expect(try await source.health(at: ["dbo.t": .zero])?.unknown == [])
                markers += try await server.rows("SELECT CONVERT(varchar(36), marker) FROM swift_cdc.watermark")
            }
            for source in [silent, source, source, silent] { try await ask(source) }
            clock.advance(by: .seconds(60))
            try await ask(source)
            #expect(Set(markers.map { "\($0)" }).count == 3)
            #expect(markers[1] == markers[2] && markers[1] == markers[3])
            await source.close()
            await silent.close()
        }
    }

    @Test("nothing is lost to a table that was read up to where its older capture instance begins")
    func edges() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE other (id INT PRIMARY KEY)")
            for table in ["t", "other"] { try await server.capture(table) }
            let source = server.source()
            _ = try await source.describe(["dbo.t", "dbo.other"])
            try await server.run("INSERT t VALUES (1)")
            let read = try await source.fence().lsn
            let rows = try await server.rows(
                "SELECT start_lsn FROM cdc.change_tables WHERE capture_instance = N'dbo_t'"
            )
            guard case .binary(let bytes)? = rows.first?.first, let low = LSN(bytes) else {
                Issue.record("the instance has no beginning")
                return
            }
            let lost = SourceHealth.Retention(left: .zero, share: 0)
            func retention(_ position: LSN) async throws -> [TableName: SourceHealth.Retention] {
                try await source.health(at: ["dbo.t": position])?.retention ?? [:]
            }
            func before(_ lsn: LSN) -> LSN {
                LSN(high: lsn.low == 0 ? lsn.high &- 1 : lsn.high, low: lsn.low &- 1)
            }
            #expect(try await retention(before(low))["dbo.t"] != lost)
            #expect(try await retention(before(before(low)))["dbo.t"] == lost)
            try await server.run("INSERT t VALUES (2)")
            _ = try await source.fence()
            try await server.capture("t", as: "newer")
            _ = try await source.describe(["dbo.t", "dbo.other"])
            let left = try await retention(read)["dbo.t"]?.left
            #expect((left ?? .zero) > .zero, "the older instance still keeps it")
            #expect(try await retention(read).keys.sorted() == ["dbo.t"], "who is not asked for is not told")
            await source.close()
        }
    }

    @Test("a login with few rights sees what it may, and the rest is unknown")
    func leastPrivilege() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
            try await server.capture("t")
            try await server.withReader { source, user in
                try await server.run("GRANT SELECT ON SCHEMA::cdc TO [\(user)]; GRANT SELECT ON dbo.t TO [\(user)]")
                _ = try await source.describe(["dbo.t"])
                try await server.run("INSERT t VALUES (1)")
                let administrator = server.source()
                _ = try await administrator.fence()
                await administrator.close()
                let health = try #require(try await source.health(at: ["dbo.t": .zero]))
                #expect(health.sinceNewest != nil)
                #expect(health.lastScan == nil && health.isSaturated == nil && health.isCapturing == nil)
                #expect(health.retention["dbo.t"] == SourceHealth.Retention(left: .zero, share: 0))
                #expect(health.unknown.count == 4)
            }
        }
    }
}

@Suite("Clean-up of change tables", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct CleanupTests {
    private func ids(_ server: TestServer) async throws -> [[Value]] {
        try await server.rows("SELECT id FROM cdc.dbo_t_CT ORDER BY __$start_lsn")
    }

    @Test("what is applied goes, what is not stays, and not more often than every 15 minutes")
    func acknowledged() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
            try await server.capture("t")
            let clock = ManualClock()
            var options = SQLServerSourceOptions()
            options.cleansChangeTables = true
            let source = SQLServerSource(server.configuration, options: options, clock: clock)
            let watcher = server.source()
            _ = try await source.describe(["dbo.t"])
            var positions: [LSN] = []
            for id in 1...4 {
                try await server.run("INSERT t VALUES (\(id))")
                positions.append(try await watcher.fence().lsn)
            }
            // The low watermark is the applied change itself; only what is below it is deleted.
            try await source.acknowledge(["dbo.t": positions[1]])
            #expect(try await ids(server) == [[.integer(2)], [.integer(3)], [.integer(4)]])
            try await source.acknowledge(["dbo.t": positions[2]])
            #expect(try await ids(server).count == 3)
            clock.advance(by: .seconds(900))
            try await source.acknowledge(["dbo.t": positions[2]])
            #expect(try await ids(server) == [[.integer(3)], [.integer(4)]])
            clock.advance(by: .seconds(900))
            // Nothing new is applied, and the same again is no error.
            try await source.acknowledge(["dbo.t": positions[2]])
            #expect(try await ids(server).count == 2)
            await source.close()
            await watcher.close()
        }
    }

    @Test("it is not done unless it is asked for")
    func off() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY)")
            try await server.capture("t")
            let source = server.source()
            _ = try await source.describe(["dbo.t"])
            try await server.run("INSERT t VALUES (1); INSERT t VALUES (2)")
            let end = try await source.fence()
            try await source.acknowledge(["dbo.t": end.lsn])
            #expect(try await ids(server).count == 2)
            await source.close()
        }
    }

    @Test("a pipeline that cleans up behind itself loses nothing")
    func pipeline() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (id INT PRIMARY KEY); INSERT t VALUES (0)")
            try await server.capture("t")
            let lake = try TestLake()
            for round in 1...3 {
                // A new source each time, which has not cleaned up yet.
                let source = server.source { $0.cleansChangeTables = true }
                try await server.run(
                    "INSERT t VALUES (\(round)); DELETE t WHERE id = \(round - 1); INSERT t VALUES (\(round + 100))"
                )
                try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
                let expected = try await server.rows("SELECT id FROM t").sorted { "\($0)" < "\($1)" }
                #expect(try await lake.rows("t", ["id"]) == expected)
                await source.close()
            }
            // Nine changes there were. Transactions of one time share a low watermark, so up to three of them stay.
            let left = try await server.rows("SELECT CASE WHEN COUNT(*) <= 3 THEN 1 ELSE 0 END FROM cdc.dbo_t_CT")
            #expect(left == [[.integer(1)]])
        }
    }
}
