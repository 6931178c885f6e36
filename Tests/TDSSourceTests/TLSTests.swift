import Columnar
import Foundation
import Testing

@testable import TDSSource

@Suite("Encrypted connections", .enabled(if: MockServer.isThere && Certificates.canBeMade, MockServer.message))
struct TLSTests {
    private static let certificates = Result { try Certificates() }

    private func open(
        _ server: MockServer,
        _ encryption: SQLServerConfiguration.Encryption,
        host: String = "127.0.0.1"
    ) async throws -> TDSConnection {
        var configuration = server.configuration
        configuration.encryption = encryption
        configuration.host = host
        return try await TDSConnection.open(configuration, logger: .quiet)
    }

    private func withServer(
        _ mode: String...,
        body: (MockServer, Certificates) async throws -> Void
    ) async throws {
        let certificates = try Self.certificates.get()
        let server = try await MockServer(["--cert", certificates.server, "--key", certificates.key, "--enc"] + mode)
        defer { server.stop() }
        try await body(server, certificates)
    }

    @Test("a certificate of the given authority for this address", arguments: ["on", "off", "req"])
    func encrypted(mode: String) async throws {
        try await withServer(mode) { server, certificates in
            let connection = try await open(server, .required(.file(certificates.authority)))
            #expect(try await connection.smallResult("bulk 20000", limit: 20_000).rowCount == 20_000)
            await connection.close()
        }
    }

    @Test("a certificate of another authority, or for another host, is refused, unless that was asked for")
    func refused() async throws {
        try await withServer("on") { server, certificates in
            let stranger = try await tdsError {
                _ = try await open(server, .required(.file(certificates.otherAuthority)))
            }
            #expect(stranger.code == .tlsFailed)
            #expect(!stranger.isRetryable)
            #expect(try await tdsError { _ = try await open(server, .required(.system)) }.code == .tlsFailed)
            let misnamed = try await tdsError {
                _ = try await open(server, .required(.file(certificates.authority)), host: "localhost")
            }
            #expect(misnamed.code == .tlsFailed)
            let unchecked = try await open(
                server,
                .required(.file(certificates.authority), checkHostName: false),
                host: "localhost"
            )
            await unchecked.close()
            try await open(server, .required(.anyCertificate)).close()
        }
    }

    @Test("a server that takes connections and closes them is starting or stopping: its certificate is not to blame")
    func closing() async throws {
        let listener = try Loopback.Closing()
        defer { listener.stop() }
        var configuration = SQLServerConfiguration.local(port: listener.port)
        configuration.encryption = .required()
        let error = try await tdsError { _ = try await TDSConnection.open(configuration, logger: .quiet) }
        #expect(error.code == .connectionFailed)
        #expect(error.isRetryable)
    }

    @Test("a file of authorities that is not there is named")
    func missingAuthorities() async throws {
        try await withServer("on") { server, _ in
            let error = try await tdsError { _ = try await open(server, .required(.file("/no/such/file.pem"))) }
            #expect(error.code == .tlsFailed)
            #expect(error.message.contains("/no/such/file.pem"))
        }
    }

    @Test("a server without encryption is refused")
    func unencrypted() async throws {
        try await withMockServer { server in
            let error = try await tdsError { _ = try await open(server, .required(.anyCertificate)) }
            #expect(error.code == .tlsFailed)
            #expect(error.message.contains("does not encrypt"))
            // A name may have several addresses, of which the server listens on some.
            #expect(
                ServerProbe.ask("localhost", port: server.port, within: .seconds(2)) == .withoutEncryption
            )
        }
    }

    @Test("where nobody listens nothing is said of the server")
    func nobody() throws {
        let port = try Loopback.freePort()
        #expect(ServerProbe.ask("127.0.0.1", port: port, within: .seconds(2)) == .other)
    }

    @Test("a server that encrypts the login only, though all was asked for, is found out")
    func loginOnly() async throws {
        try await withServer("on", "--force", "0") { server, certificates in
            let error = try await tdsError { _ = try await open(server, .required(.file(certificates.authority))) }
            #expect(error.code == .tlsFailed)
            #expect(error.message.contains("in the clear"))
        }
    }

    @Test("TLS 1.3, which FreeTDS cannot speak inside TDS 7, fails by name and in time")
    func tls13() async throws {
        try await withServer("on", "--tls13") { server, _ in
            let error = try await tdsError { _ = try await open(server, .required(.anyCertificate)) }
            #expect([.tlsFailed, .timeout].contains(error.code))
        }
    }

    /// FreeTDS before 1.3.18 goes on with the TLS of the connection that it has left.
    @Test("being sent on to another host over TLS is a connection or an error by name, in time")
    func redirected() async throws {
        try await withServer("on") { front, certificates in
            try await withServer("on") { back, _ in
                var configuration = front.configuration
                configuration.database = "routed \(back.port)"
                configuration.encryption = .required(.file(certificates.authority))
                do {
                    let connection = try await TDSConnection.open(configuration, logger: .quiet)
                    #expect(try await connection.smallResult("bulk 10", limit: 10).rowCount == 10)
                    await connection.close()
                } catch let error as TDSError {
                    #expect([.tlsFailed, .connectionFailed, .timeout].contains(error.code))
                }
            }
        }
    }

    @Test("a server that insists on encryption refuses a connection without")
    func insisting() async throws {
        try await withServer("on") { server, _ in
            let error = try await tdsError { _ = try await open(server, .disabled) }
            #expect(error.code == .connectionFailed)
            #expect(error.message.contains("encryption"))
        }
    }
}

/// Certificates for 127.0.0.1, made for these tests.
private struct Certificates {
    let authority: String
    let otherAuthority: String
    let server: String
    let key: String

    static var canBeMade: Bool { (try? run("version", in: "/")) == true }

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "swift-cdc-tls-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        authority = folder + "/ca.pem"
        otherAuthority = folder + "/other.pem"
        server = folder + "/server.pem"
        key = folder + "/server.key"
        try Data("subjectAltName=IP:127.0.0.1\n".utf8).write(to: URL(filePath: folder + "/san.txt"))
        let authorities = [("ca", "An authority"), ("other", "Another authority")]
        for (name, title) in authorities {
            try Self.require(
                "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout \(name).key -out \(name).pem -subj /CN=",
                title,
                in: folder
            )
        }
        try Self.require(
            "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=",
            "127.0.0.1",
            in: folder
        )
        try Self.require(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san.txt -out server.pem",
            in: folder
        )
    }

    private struct Failure: Error {}

    private static func require(_ arguments: String, _ last: String = "", in folder: String) throws {
        guard try run(arguments, last, in: folder) else { throw Failure() }
    }

    /// Runs openssl; `last` belongs to the last argument.
    private static func run(_ arguments: String, _ last: String = "", in folder: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        var words = arguments.split(separator: " ").map(String.init)
        words[words.count - 1] += last
        process.arguments = ["openssl"] + words
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
