#if Emulator
import CDCCore
import CDCTesting
import SQLServerEmulator
import TDSSource
import Testing

@Suite("Preflight of servers that are set up in special ways")
struct PreflightServerTests {
    private static func configuration(_ server: SQLServerEmulator, database: String = "RetailDB")
        -> SQLServerConfiguration
    {
        SQLServerConfiguration(
            host: "127.0.0.1",
            endpoint: .port(server.port),
            database: database,
            user: "sa",
            password: Secret(server.password),
            encryption: .disabled
        )
    }

    private func withServer(
        _ configuration: SQLServerEmulator.Configuration = .init(),
        _ body: (SQLServerEmulator, SQLServerSource) async throws -> Void
    ) async throws {
        let server = try await SQLServerEmulator.start(configuration)
        let source = SQLServerSource(Self.configuration(server))
        do {
            try await server.run("CREATE DATABASE RetailDB\nGO\nUSE RetailDB\nGO\nCREATE TABLE t (id INT PRIMARY KEY)")
            try await body(server, source)
        } catch {
            await source.close()
            await server.stop()
            throw error
        }
        await source.close()
        await server.stop()
    }

    @Test("a stopped Agent is an error, and what it left undone is told after a while")
    func stoppedAgent() async throws {
        let clock = ManualClock()
        var configuration = SQLServerEmulator.Configuration()
        configuration.capture.isAutomatic = false
        configuration.now = { clock.now() }
        try await withServer(configuration) { server, source in
            try await server.run(
                "EXEC sys.sp_cdc_enable_db; EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = NULL"
            )
            try await server.run("INSERT t VALUES (1); EXEC sys.sp_cdc_scan")
            let codes = try await source.preflight(tables: ["dbo.t"]).findings.map(\.code)
            #expect(codes.contains(.agentStopped) && !codes.contains(.captureStale))
            _ = try await source.describe(["dbo.t"])
            #expect(try await source.health(at: [:])?.isCapturing == false)
            clock.advance(by: .seconds(1000))
            #expect(try await source.preflight(tables: ["dbo.t"]).findings.contains { $0.code == .captureStale })
            #expect(try await source.health(at: [:])?.sinceNewest == .seconds(1000))
        }
    }

    @Test(
        "health tells the newest scan, the latency of the newest that took something, and whether scans take all they may"
    )
    func scans() async throws {
        let clock = ManualClock()
        var configuration = SQLServerEmulator.Configuration()
        configuration.capture.isAutomatic = false
        configuration.now = { clock.now() }
        try await withServer(configuration) { server, source in
            try await server.run(
                "EXEC sys.sp_cdc_enable_db; EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = NULL"
            )
            try await server.run("EXEC sys.sp_cdc_change_job @job_type = N'capture', @maxtrans = 2")
            _ = try await source.describe(["dbo.t"])
            for id in 1...3 {
                try await server.run("INSERT t VALUES (\(2 * id)); INSERT t VALUES (\(2 * id + 1))")
                clock.advance(by: .seconds(10))
                // The total of all scans is no scan of its own.
                #expect(try await source.health(at: [:])?.isSaturated == nil)
                try await server.run("EXEC sys.sp_cdc_scan")
            }
            #expect(try await source.health(at: [:])?.isSaturated == true)
            clock.advance(by: .seconds(5))
            try await server.run("EXEC sys.sp_cdc_scan")
            let health = try #require(try await source.health(at: [:]))
            #expect(health.isSaturated == false)
            #expect(health.lastScan?.transactions == 0)
            #expect(health.captureLatency == .seconds(10))
        }
    }

    @Test("Amazon RDS is known by its database, and enables capture its own way")
    func amazonRDS() async throws {
        try await withServer { server, source in
            try await server.run("CREATE DATABASE rdsadmin")
            let preflight = try await source.preflight(tables: ["dbo.t"])
            #expect(preflight.platform == .amazonRDS)
            #expect(
                preflight.findings.first { $0.code == .captureNotEnabled }?.remedy
                    == "EXEC msdb.dbo.rds_cdc_enable_db N'RetailDB';"
            )
            let error = await #expect(throws: CDCError.self) { _ = try await source.describe(["dbo.t"]) }
            #expect(error?.message.contains("EXEC msdb.dbo.rds_cdc_enable_db N'RetailDB';") == true)
            #expect(try await !source.databases().contains { $0.name == "rdsadmin" })
        }
    }

    @Test("a limit of large values is told, and lifted by the statement")
    func largeObjects() async throws {
        try await withServer { server, source in
            try await server.run("EXEC sys.sp_cdc_enable_db; ALTER TABLE t ADD note NVARCHAR(MAX)")
            try await server.run("EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = NULL")
            let finding = try #require(
                try await source.preflight(tables: ["dbo.t"]).findings.first { $0.code == .largeObjectLimit }
            )
            #expect(finding.message.contains("65536 bytes into 'note'"))
            try await server.run(try #require(finding.remedy))
            #expect(try await !source.preflight(tables: ["dbo.t"]).findings.contains { $0.code == .largeObjectLimit })
        }
    }

    @Test("a database that is set to read-only is told")
    func readOnly() async throws {
        try await withServer { server, source in
            try await server.run(
                "EXEC sys.sp_cdc_enable_db; EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = NULL"
            )
            try await server.run("ALTER DATABASE RetailDB SET READ_ONLY")
            #expect(try await source.preflight(tables: ["dbo.t"]).findings.contains { $0.code == .readOnlyDatabase })
        }
    }
}
#endif
