import CDCJSON
import TDSSource
import TSQL

#if Emulator
import SQLServerEmulator
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The SQL Server emulator in this process, where it was built in.
struct EmulatedServer: Sendable {
    /// The variable of the environment in which a password may be given.
    static let passwordVariable = "SWIFT_CDC_PASSWORD"

    /// - Throws: ``Failure`` where the emulator was not built in.
    static func require() throws(Failure) {
        #if !Emulator
        throw Failure(
            .usage,
            "noEmulator",
            "this cdc-demo was built without the SQL Server emulator; build it with: swift build -c release --traits "
                + "Emulator (script/demo does), or run: cdc-demo demo --source memory"
        )
        #endif
    }

    /// Makes the retail database on an emulator of its own.
    static func makeRetailDB(size: RetailSize, seed: UInt64) async throws -> any RetailDatabase {
        #if Emulator
        let server = EmulatedServer(try await SQLServerEmulator.start(), hasRandomPassword: true)
        do {
            let configuration = server.configuration(of: "RetailDB")
            try await RetailServer(configuration: configuration).makeDatabase(size: size, seed: seed)
            var options = SQLServerSourceOptions()
            // It reads its log ten times a second.
            options.fencePause = .milliseconds(50)
            return try await ServerRetailDB(
                configuration,
                place: "RetailDB on the SQL Server emulator in this process, over TDS on \(configuration.place)",
                options: options
            ) { await server.stop() }
        } catch {
            await server.stop()
            throw error
        }
        #else
        try require()
        return try MemoryRetailDB(size: size, seed: seed)
        #endif
    }

    #if Emulator
    private let emulator: SQLServerEmulator
    /// Whether nobody knows the password yet.
    let hasRandomPassword: Bool

    private init(_ emulator: SQLServerEmulator, hasRandomPassword: Bool) {
        self.emulator = emulator
        self.hasRandomPassword = hasRandomPassword
    }

    /// Starts one for others to log in to.
    ///
    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - certificate: A PEM file, with which the server encrypts as its clients like; without it nothing is encrypted.
    ///   - key: The certificate's key, in a file as well.
    init(port: Int, certificate: String? = nil, key: String? = nil) async throws {
        let given = getenv(Self.passwordVariable).map { String(cString: $0) }
        var configuration = SQLServerEmulator.Configuration(password: given)
        configuration.port = port
        if let certificate, let key {
            configuration.encryption = .off(SQLServerEmulator.Certificate(chain: certificate, key: key))
        }
        self.init(try await SQLServerEmulator.start(configuration), hasRandomPassword: given == nil)
    }

    var port: Int { emulator.port }
    var password: String { emulator.password }

    func stop() async { await emulator.stop() }

    /// Runs a script, up to its first error.
    ///
    /// - Throws: ``Failure``, which says where in the script.
    func run(_ script: SQLScript) async throws {
        for batch in script.batches {
            do {
                for _ in 0..<batch.count { try await emulator.run(batch.text) }
            } catch {
                if Task.isCancelled { throw CancellationError() }
                let line = batch.firstLine + max(0, error.line - 1)
                throw Failure(
                    .badData,
                    "script",
                    "line \(line) of the script: Msg \(error.number), Level \(error.severity): \(error.message)",
                    context: [("file", .string(script.path))]
                )
            }
        }
    }

    /// Waits until the task is cancelled.
    func waitForInterruption() async {
        let (forever, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in forever {}
        continuation.finish()
    }

    private func configuration(of database: String) -> SQLServerConfiguration {
        SQLServerConfiguration(
            host: "127.0.0.1",
            endpoint: .port(port),
            database: database,
            user: "sa",
            password: Secret(password),
            encryption: .disabled
        )
    }
    #endif
}
