#if Emulator
import SQLServerEmulator
import TDSWire
import Testing

extension ServerTests {
    @Suite("A client logs in")
    struct LoginTests {
        @Test func genuineServersAnswerInThisOrder() async throws {
            try await withServer { (server) async throws in
                let client = try TDSClient(port: server.port)
                let tokens = try client.logIn { login in
                    login.password = Password(server.password)
                    login.packetSize = 16_384
                    login.features = [LoginFeature(.utf8Support, [1]), LoginFeature(.userAgent, [1])]
                    login.typeFlags = .readOnlyIntent
                    login.host = "desk"
                    login.application = "tests"
                }
                #expect(
                    tokens.told == [
                        "env 1", "info 5701 Changed database context to 'master'.", "env 7", "env 2",
                        "info 5703 Changed language setting to us_english.", "loginack", "env 4", "featureack",
                        "done 0 0 0",
                    ]
                )
                for case .featureAcknowledgement(let acknowledgement) in tokens {
                    #expect(acknowledgement.features == [FeatureAcknowledgement.utf8Support])
                }
                let known = try #require(server.clients.first)
                #expect(known.isReadOnlyIntent && !known.isEncrypted)
                #expect(known.packetSize == 16_384 && known.host == "desk" && known.application == "tests")
            }
        }

        @Test func theSizeOfPacketsIsAgreedUpon() async throws {
            var configuration = SQLServerEmulator.Configuration()
            configuration.packetSizes = 1024...2048
            try await withServer(configuration) { (server) async throws in
                for (wanted, agreed) in [(UInt32(0), 2048), (512, 1024), (1500, 1500), (30_000, 2048)] {
                    let client = try TDSClient(port: server.port)
                    let tokens = try client.logIn { login in
                        login.password = Password(server.password)
                        login.packetSize = wanted
                    }
                    let sizes = tokens.compactMap { token in
                        if case .environmentChange(let change) = token, change.kind == .packetSize {
                            change
                        } else {
                            nil
                        }
                    }
                    #expect(sizes == [.packetSize(agreed)])
                }
            }
        }

        @Test("Only who is logged in may send messages longer than a login")
        func longMessages() async throws {
            try await withServer { (server) async throws in
                let text = "SELECT LEN('\(String(repeating: "x", count: 300_000))') AS n"
                let stranger = try TDSClient(port: server.port)
                try stranger.send(
                    .prelogin,
                    try Prelogin(serverVersion: .init(major: 17), encryption: .notSupported).encoded()
                )
                _ = try stranger.receive()
                // The server may close the connection while this is sent.
                try? stranger.send(.login, [UInt8](repeating: 0, count: 600_000))
                #expect(try stranger.receive() == nil)
                let client = try TDSClient.loggedIn(port: server.port, password: server.password)
                #expect(try client.batch(text).rows == [[.bigint(300_000)]])
            }
        }

        @Test func aWrongPasswordIsRefusedAndTheConnectionClosed() async throws {
            try await withServer { (server) async throws in
                for set in [
                    { (login: inout Login) in login.password = "wrong" },
                    { (login: inout Login) in
                        login.user = "nobody"
                        login.password = Password(server.password)
                    },
                ] {
                    let client = try TDSClient(port: server.port)
                    let tokens = try client.logIn(set)
                    #expect(tokens.errors == [18456])
                    #expect(tokens.lastDone?.status == .error)
                    #expect(try client.receive() == nil)
                }
                #expect(server.clients.isEmpty)
            }
        }

        @Test func whatElseIsRefused() async throws {
            var configuration = SQLServerEmulator.Configuration()
            configuration.logins = [.init("guest", password: "g")]
            try await withServer(configuration) { (server) async throws in
                func errors(_ set: (inout Login) -> Void) throws -> [Int32] {
                    try TDSClient(port: server.port).logIn { login in
                        login.password = Password(server.password)
                        set(&login)
                    }.errors
                }
                #expect(try errors { $0.database = "nowhere" } == [4060, 18456])
                #expect(try errors { $0.flags2.insert(.integratedSecurity) } == [18452])
                #expect(try errors { $0.flags3.insert(.changePassword) } == [40517])
                #expect(try errors { $0.version = .v7_2 } == [40517])
                try await server.run("ALTER LOGIN guest DISABLE")
                #expect(try errors { ($0.user, $0.password) = ("guest", "g") } == [18470])
                #expect(try errors { ($0.user, $0.database) = ("SA", "MASTER") } == [])
            }
        }

        @Test func theServersOwnerNeedsNoConnection() async throws {
            let server = try await SQLServerEmulator.start()
            try await server.run("CREATE DATABASE shop\nGO\nUSE shop\nGO\nCREATE TABLE t (a int, b varchar(5))")
            #expect(
                try await server.run("INSERT t VALUES (1, 'x'), (2, NULL)\nSELECT * FROM t") == [
                    ["1", "x"], ["2", nil],
                ]
            )
            await #expect(
                throws: EmulatorError(
                    .statement,
                    "Divide by zero error encountered.",
                    number: 8134,
                    severity: 16,
                    line: 2
                )
            ) {
                try await server.run("SELECT 1\nSELECT 1/0")
            }
            await server.stop()
            await #expect(throws: EmulatorError.self) { try await server.run("SELECT 1") }
            await server.stop()
            #expect(throws: TDSClient.Failure.self) { try TDSClient(port: server.port) }
        }
    }
}
#endif
