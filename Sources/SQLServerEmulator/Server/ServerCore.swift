#if Emulator
import NIOCore
import NIOSSL
import Synchronization
import TDSWire

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the parts of a running server share.
final class ServerCore: Sendable {
    let configuration: SQLServerEmulator.Configuration
    let state: ServerState
    let tls: NIOSSLContext?
    let faults = FaultPlan()
    let workers = Workers()
    let channels = OpenChannels()
    /// Asks the jobs to end.
    private let cancellation = Cancellation()
    private let folder: String
    private let endings = Mutex<[@Sendable () -> Void]>([])

    /// The version that clients are told: SQL Server 2022.
    static let version = Prelogin.Version(major: 16, build: 1000)

    init(_ configuration: SQLServerEmulator.Configuration) throws(EmulatorError) {
        self.configuration = configuration
        tls = try Self.context(configuration.encryption)
        folder = try Self.makeFolder()
        state = ServerState(name: configuration.name, path: folder + "/data.sqlite", now: configuration.now)
        state.capture.options.hasCommandIDs = configuration.capture.hasCommandIDs
        state.add(.init(name: "sa", password: configuration.password, isSysadmin: true))
        for login in configuration.logins {
            state.add(
                .init(
                    name: login.name,
                    password: login.password,
                    isSysadmin: login.isSysadmin,
                    defaultDatabase: login.defaultDatabase
                )
            )
        }
    }

    private static func makeFolder() throws(EmulatorError) -> String {
        var template = Array("/tmp/sqlserver-emulator-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw EmulatorError(.cannotStart, "No folder can be made in /tmp: error \(errno). Make room there.")
        }
        return template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    private static func context(_ encryption: SQLServerEmulator.Encryption) throws(EmulatorError) -> NIOSSLContext? {
        guard let certificate = encryption.certificate else { return nil }
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.chain).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))
            )
            // Clients of TDS 7.4 take the session ticket of TLS 1.3, which comes after the handshake, for something else.
            configuration.maximumTLSVersion = .tlsv12
            configuration.shutdownTimeout = .milliseconds(100)
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw EmulatorError(
                .cannotStart,
                "The certificate \(certificate.chain) or its key \(certificate.key) cannot be used: \(error). Give PEM files."
            )
        }
    }

    // MARK: Sessions and jobs

    /// What learns of the changes that a session makes.
    func makeRecorder() -> any ChangeRecorder { CaptureRecorder() }

    /// Begins what the server does by itself: the capture job, as SQL Server Agent runs it.
    func startJobs() {
        guard configuration.capture.isAutomatic else { return }
        state.capture.options.isAgentRunning = true
        let (seconds, attoseconds) = configuration.capture.pollingInterval.components
        let pace = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        _ = workers.start { [self] in CaptureAgent(state, pace: pace).run(until: cancellation) }
    }

    /// Has work done when the server stops.
    func onStop(_ work: @escaping @Sendable () -> Void) { endings.withLock { $0.append(work) } }

    /// Ends connections, sessions and jobs, and removes the data.
    func stop() async {
        cancellation.close()
        for ending in endings.withLock({ $0 }) { ending() }
        channels.closeAll()
        await workers.end()
        for suffix in ["", "-wal", "-shm"] { unlink(state.path + suffix) }
        rmdir(folder)
    }
}

/// The channels of clients, so that they can be closed.
final class OpenChannels: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.channels[ObjectIdentifier(channel)] = channel }
            return state.isClosed
        }
        if isClosed { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
        }
    }

    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
#endif
