#if Emulator
import Foundation
import SQLServerEmulator
import Testing

extension ServerTests {
    @Suite("Programs that others wrote work with the emulator", .timeLimit(.minutes(3)))
    struct PeerTests {
        private static let script = Peer.package.appending(path: "Tests/Interop/emulator_client.py").path

        private func check(_ driver: String, _ configuration: SQLServerEmulator.Configuration = .init()) async throws {
            try await withServer(configuration) { (server) async throws in
                let printed = try await Peer.run(Peer.python, [Self.script, driver, "\(server.port)", server.password])
                #expect(printed.hasSuffix("all is well\n"), "\(printed)")
            }
        }

        @Test(.enabled(if: Peer.hasPython(with: "pymssql"), "needs pymssql in .venv"))
        func pymssql() async throws { try await check("pymssql") }

        @Test(.enabled(if: Peer.hasPython(with: "pytds"), "needs python-tds in .venv"))
        func pythonTDS() async throws { try await check("pytds") }

        @Test(.enabled(if: Peer.hasPython(with: "mssql_python"), "needs mssql-python in .venv"))
        func microsoftsDriver() async throws { try await check("mssql_python") }

        @Test(
            .enabled(
                if: Peer.hasPython(with: "mssql_python") && Peer.program("openssl") != nil,
                "needs mssql-python in .venv, and openssl"
            )
        )
        func microsoftsDriverEncrypted() async throws {
            let files = try await SelfSignedCertificate()
            var configuration = SQLServerEmulator.Configuration()
            configuration.encryption = .required(files.certificate)
            try await check("mssql_python", configuration)
        }

        @Test(.enabled(if: Peer.program("tsql") != nil, "needs tsql of freetds-bin"))
        func tsql() async throws {
            let tsql = try #require(Peer.program("tsql"))
            try await withServer { (server) async throws in
                let input = """
                    CREATE DATABASE RetailDB
                    GO
                    USE RetailDB
                    GO
                    CREATE TABLE customers (customer_id INT PRIMARY KEY, name NVARCHAR(50), credit DECIMAL(10, 2))
                    INSERT customers VALUES (10001, N'Žofie', 12.5), (9999, N'Ann', NULL)
                    GO
                    SELECT * FROM customers ORDER BY customer_id
                    PRINT 'printed'
                    SELECT * FROM nowhere
                    GO

                    """
                let arguments = ["-H", "127.0.0.1", "-p", "\(server.port)", "-U", "sa", "-P"]
                let printed = try await Peer.run(tsql, arguments + [server.password], input: input)
                #expect(printed.contains("9999\tAnn\tNULL\n10001\tŽofie\t12.50\n(2 rows affected)"))
                #expect(printed.contains("printed") && printed.contains("Msg 208"))
                let refused = try await Peer.run(tsql, arguments + ["wrong"], mayFail: true)
                #expect(refused.contains("Msg 18456"))
            }
        }

        /// Which client comes through to which server, and which does not.
        @Test(
            .enabled(
                if: Peer.program("tsql") != nil && Peer.program("openssl") != nil,
                "needs tsql of freetds-bin, and openssl"
            )
        )
        func encryptionOfFreeTDS() async throws {
            let tsql = try #require(Peer.program("tsql"))
            let files = try await SelfSignedCertificate()
            let modes: [(String, SQLServerEmulator.Encryption, works: Set<String>)] = [
                ("not supported", .notSupported, ["off", "request"]),
                ("off", .off(files.certificate), ["off", "request", "require"]),
                ("on", .on(files.certificate), ["request", "require"]),
                ("required", .required(files.certificate), ["request", "require"]),
            ]
            for (name, encryption, works) in modes {
                var configuration = SQLServerEmulator.Configuration()
                configuration.encryption = encryption
                try await withServer(configuration) { (server) async throws in
                    for client in ["off", "request", "require"] {
                        let settings = files.folder.appending(path: "freetds.conf")
                        let text = """
                            [emulator]
                            host = localhost
                            port = \(server.port)
                            tds version = 7.4
                            encryption = \(client)
                            ca file = \(files.certificate.chain)

                            """
                        try Data(text.utf8).write(to: settings)
                        let printed = try await Peer.run(
                            tsql,
                            ["-S", "emulator", "-U", "sa", "-P", server.password],
                            input: "SELECT 6 * 7 AS answer\ngo\n",
                            environment: ["FREETDSCONF": settings.path],
                            mayFail: true
                        )
                        #expect(
                            printed.contains("42\n") == works.contains(client),
                            "server \(name), client \(client): \(printed)"
                        )
                    }
                }
            }
        }

        @Test(.enabled(if: Peer.program("openssl") != nil, "needs openssl"))
        func aCertificateThatIsNone() async throws {
            var configuration = SQLServerEmulator.Configuration()
            configuration.encryption = .on(.init(chain: "/nowhere.pem", key: "/nowhere.key"))
            await #expect(throws: EmulatorError.self) { try await SQLServerEmulator.start(configuration) }
        }
    }
}

/// A certificate for localhost, made for the test.
final class SelfSignedCertificate {
    let folder = FileManager.default.temporaryDirectory.appending(path: "certificate-\(UUID().uuidString)")
    let certificate: SQLServerEmulator.Certificate

    init() async throws {
        certificate = .init(
            chain: folder.appending(path: "certificate.pem").path,
            key: folder.appending(path: "key.pem").path
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let openssl = try #require(Peer.program("openssl"))
        try await Peer.run(
            openssl,
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", certificate.key, "-out", certificate.chain,
                "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ]
        )
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
#endif
