import Columnar
import Testing

@testable import TDSSource

@Suite("Logging in", .enabled(if: MockServer.isThere, MockServer.message))
struct LoginTests {
    @Test("a wrong password has a name, and is not in it")
    func wrongPassword() async throws {
        try await withMockServer { server in
            var configuration = server.configuration
            configuration.user = "bad"
            let error = try await tdsError { _ = try await TDSConnection.open(configuration, logger: .quiet) }
            #expect(error.code == .loginFailed)
            #expect(!error.isRetryable)
            #expect(error.server?.number == 18_456)
            #expect(!error.description.contains("correct horse"))
        }
    }

    @Test("a database that is not there has a name of its own, though the server also says that the login failed")
    func unknownDatabase() async throws {
        try await withMockServer { server in
            var configuration = server.configuration
            configuration.database = "missing"
            let error = try await tdsError { _ = try await TDSConnection.open(configuration, logger: .quiet) }
            #expect(error.code == .unknownDatabase)
            #expect(error.server?.number == 4060)
        }
    }

    @Test("a database that changes its replica passes, though the server also says that it cannot be opened")
    func failover() async throws {
        try await withMockServer { server in
            var configuration = server.configuration
            configuration.database = "secondary"
            let error = try await tdsError { _ = try await TDSConnection.open(configuration, logger: .quiet) }
            #expect(error.server?.number == 983)
            #expect(error.isRetryable)
        }
    }

    @Test("a port on which nobody listens, and a host that nobody knows")
    func unreachable() async throws {
        let nobody = try Loopback.Listener(isListening: false)
        defer { withExtendedLifetime(nobody) {} }
        let configuration = SQLServerConfiguration.local(port: nobody.port)
        let refused = try await tdsError { _ = try await TDSConnection.open(configuration, logger: .quiet) }
        #expect(refused.code == .connectionFailed)
        #expect(refused.isRetryable)
        #expect(refused.message.contains(configuration.place))

        var unknown = configuration
        unknown.host = "no-such-host.invalid"
        #expect(
            try await tdsError { _ = try await TDSConnection.open(unknown, logger: .quiet) }.code == .connectionFailed
        )
    }

    @Test("the session is set up as the standard has it, and texts come whole")
    func setUp() async throws {
        // Only a genuine server shows the effect: db-lib logs in as a client for which all of this is off.
        try await withConnection {
            $0.lockTimeout = .milliseconds(1500)
        } body: { connection in
            guard case .string(let batch) = try await connection.smallResult("setup").rows[0][0] else {
                Issue.record("no text")
                return
            }
            for option in [
                "ANSI_NULLS ON", "QUOTED_IDENTIFIER ON", "ANSI_WARNINGS ON", "TEXTSIZE 2147483647", "NOCOUNT OFF",
            ] {
                #expect(batch.contains("SET \(option);"))
            }
            #expect(batch.contains("SET LOCK_TIMEOUT 1500;"))
        }
    }

    @Test("whoever is sent on to another host logs in there")
    func redirected() async throws {
        let back = try await MockServer()
        defer { back.stop() }
        try await withConnection({ $0.database = "routed \(back.port)" }) { (connection) async throws in
            #expect(try await connection.smallResult("bulk 10", limit: 10).rowCount == 10)
        }
    }

    @Test("settings are checked before anything is sent")
    func invalid() async throws {
        var configuration = SQLServerConfiguration.local(port: 1)
        configuration.user = ""
        let error = try await tdsError { _ = try await TDSConnection.open(configuration, logger: .quiet) }
        #expect(error.code == .invalidConfiguration)
    }
}
