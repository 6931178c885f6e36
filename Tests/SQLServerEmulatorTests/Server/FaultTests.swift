#if Emulator
import SQLServerEmulator
import TDSWire
import Testing

extension ServerTests {
    @Suite("Things go wrong on request")
    struct FaultTests {
        private func withClient(_ work: (TDSClient, SQLServerEmulator) async throws -> Void) async throws {
            try await withServer { (server) async throws in
                try await server.run("CREATE TABLE t (id int); INSERT t VALUES (1), (2), (3)")
                try await work(try TDSClient.loggedIn(port: server.port, password: server.password), server)
            }
        }

        @Test func anErrorAfterSomeRows() async throws {
            try await withClient { (client, server) async throws in
                server.inject(.error(8134, "Divide by zero error encountered.", afterRows: 2))
                #expect(
                    try client.batch("SELECT id FROM t").told == [
                        "columns id", "row int(1)", "row int(2)", "error 8134 Divide by zero error encountered.",
                        "done 2 0 0",
                    ]
                )
                #expect(try client.batch("SELECT id FROM t").rows.count == 3)
            }
        }

        @Test func aDeadlockTakesTheTransaction() async throws {
            try await withClient { (client, server) async throws in
                server.inject(.deadlock.where("UPDATE"))
                _ = try client.batch("BEGIN TRAN; INSERT t VALUES (4)")
                let tokens = try client.batch("UPDATE t SET id = 0; SELECT 'not run'")
                #expect(tokens.errors == [1205] && tokens.told.contains("env 10"))
                #expect(tokens.rows.isEmpty)
                #expect(try client.batch("SELECT @@TRANCOUNT, (SELECT COUNT(*) FROM t)").rows == [[.int(0), .int(3)]])
            }
        }

        @Test func severityTwentyClosesTheConnection() async throws {
            try await withClient { (client, server) async throws in
                server.inject(.error(824, "SQL Server detected a logical consistency-based I/O error.", severity: 24))
                #expect(try client.batch("SELECT 1").errors == [824])
                #expect(try client.receive() == nil)
            }
        }

        @Test func theConnectionBreaksInTheMiddle() async throws {
            try await withClient { (client, server) async throws in
                server.inject(.disconnection(afterBytes: 20))
                try client.sendBatch("SELECT id FROM t")
                #expect(try client.receive() == nil)
            }
        }

        @Test func aReplyIsLate() async throws {
            try await withClient { (client, server) async throws in
                server.inject(.delay(.milliseconds(200)))
                let start = ContinuousClock.now
                #expect(try client.batch("SELECT 1").errors == [])
                #expect(start.duration(to: .now) >= .milliseconds(200))
            }
        }

        @Test func silenceEndsWithAnAttention() async throws {
            try await withClient { (client, server) async throws in
                server.inject(.silence)
                try client.sendBatch("SELECT 1")
                try client.attention()
                #expect(try client.tokens().told == ["done 20 0 0"])
                #expect(try client.batch("SELECT 2 AS n").told == ["columns n", "row int(2)", "done 10 c1 1"])
            }
        }

        @Test func anAttentionMayGoUnnoticed() async throws {
            try await withClient { (client, server) async throws in
                server.inject(.deafness)
                server.inject(.silence)
                try client.sendBatch("SELECT 1")
                try client.attention()
                try client.attention()
                #expect(try client.tokens().told == ["done 20 0 0"])
            }
        }

        @Test func anAttentionEndsWhatRuns() async throws {
            try await withClient { (client, _) async throws in
                try client.sendBatch("WAITFOR DELAY '00:01:00'; SELECT 1")
                try client.attention()
                #expect(try client.tokens().lastDone?.status == .attention)
                // One statement of SQLite that would take for ever.
                try client.sendBatch(
                    "SELECT COUNT(*) FROM t a, t b, t c, t d, t e, t f, t g, t h, t i, t j, t k, t l, t m, t n, t o, t p, t q, t r, t s"
                )
                try await Task.sleep(for: .milliseconds(100))
                try client.attention()
                #expect(try client.tokens().lastDone?.status == .attention)
                #expect(try client.batch("SELECT COUNT(*) FROM t").rows == [[.int(3)]])
            }
        }

        @Test func aLateAttentionIsAcknowledgedToo() async throws {
            try await withClient { (client, _) async throws in
                _ = try client.batch("SELECT 1")
                try client.attention()
                #expect(try client.tokens().told == ["done 20 0 0"])
            }
        }

        @Test func anAttentionEndsNoLaterRequest() async throws {
            try await withClient { (client, _) async throws in
                for _ in 0..<300 {
                    try client.sendBatch("SELECT 1")
                    try client.attention()
                    while try client.tokens().lastDone?.status.contains(.attention) != true {}
                    #expect(try client.batch("SELECT 2 AS n").told == ["columns n", "row int(2)", "done 10 c1 1"])
                }
            }
        }

        @Test func anAttentionEndsTheWaitForALock() async throws {
            try await withClient { (client, server) async throws in
                let other = try TDSClient.loggedIn(port: server.port, password: server.password)
                _ = try other.batch("BEGIN TRAN; UPDATE t SET id = 7")
                try client.sendBatch("UPDATE t SET id = 8")
                try await Task.sleep(for: .milliseconds(50))
                try client.attention()
                #expect(try client.tokens().lastDone?.status == .attention)
                #expect(try client.batch("SET LOCK_TIMEOUT 20; UPDATE t SET id = 8").errors == [1222])
                // A client that is gone holds no locks.
                other.close()
                #expect(try client.batch("SET LOCK_TIMEOUT 10000; UPDATE t SET id = 8").errors == [])
            }
        }
    }
}
#endif
