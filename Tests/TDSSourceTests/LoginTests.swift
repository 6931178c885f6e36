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

    @Test("a port on which nobody listens, and a host that nobody knows")
    func unreachable() async throws {
        let configuration = SQLServerConfiguration.local(port: try Loopback.freePort())
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

    @Test("settings are checked before anything is sent")
    func invalid() async throws {
        var configuration = SQLServerConfiguration.local(port: 1)
        configuration.user = ""
        let error = try await tdsError { _ = try await TDSConnection.open(configuration, logger: .quiet) }
        #expect(error.code == .invalidConfiguration)
    }
}
