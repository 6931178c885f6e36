#if Emulator
import NIOCore
import NIOPosix
import Synchronization
import TSQL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A SQL Server in this process, for tests: clients connect to it over TDS, and T-SQL runs on SQLite.
///
/// ```swift
/// let server = try await SQLServerEmulator.start()
/// try await server.run("CREATE DATABASE RetailDB")
/// // connect any client of SQL Server to 127.0.0.1, server.port, user sa, server.password
/// try await server.stop()
/// ```
///
/// Its data are in a temporary file, which ``stop()`` removes. What SQL Server has and the emulator has not is refused with
/// error 40517, by its name. Safe to use from any thread.
public final class SQLServerEmulator: Sendable {
    /// The port on 127.0.0.1 that clients connect to.
    public let port: Int
    /// The password of `sa`.
    public var password: String { core.configuration.password }

    private let core: ServerCore
    private let listener: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let administrator: AdministratorSession
    private let isStopped = Atomic(false)

    /// Starts a server.
    ///
    /// - Throws: ``EmulatorError`` with code `cannotStart` where the port is taken, a certificate cannot be read, or there is no
    ///   room for the file.
    public static func start(_ configuration: Configuration = Configuration()) async throws(EmulatorError)
        -> SQLServerEmulator
    {
        let core = try ServerCore(configuration)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let administrator = try AdministratorSession(core)
            core.startJobs()
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 128)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        core.channels.add(channel)
                        try channel.pipeline.syncOperations.addHandler(ConnectionHandler(core, channel))
                    }
                }
                .bind(host: "127.0.0.1", port: configuration.port).get()
            guard let port = listener.localAddress?.port else {
                throw EmulatorError(.cannotStart, "The listener has no port.")
            }
            return SQLServerEmulator(port, core, listener, group, administrator)
        } catch {
            await core.stop()
            try? await group.shutdownGracefully()
            if let error = error as? EmulatorError { throw error }
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw EmulatorError(
                .cannotStart,
                "No server can listen on 127.0.0.1, port \(configuration.port): \(reason). Choose another port, or 0 for any."
            )
        }
    }

    private init(
        _ port: Int,
        _ core: ServerCore,
        _ listener: any Channel,
        _ group: MultiThreadedEventLoopGroup,
        _ administrator: AdministratorSession
    ) {
        self.port = port
        self.core = core
        self.listener = listener
        self.group = group
        self.administrator = administrator
    }

    /// Runs a script of T-SQL as `sa`, in a session that lasts as long as the server: `USE` holds for the next script, too.
    /// Lines that hold nothing but `GO` separate batches.
    ///
    /// - Returns: The rows of the last result as text, NULL as `nil`; none where no statement gave a result.
    /// - Throws: ``EmulatorError`` with code `statement` and the number of the first error of T-SQL; what comes after the batch
    ///   with the error is not run. With code `stopped` after ``stop()``.
    @discardableResult
    public func run(_ script: String) async throws(EmulatorError) -> [[String?]] {
        var rows: [[String?]] = []
        for batch in BatchSplitter.batches(of: script) {
            for _ in 0..<batch.count { rows = try await administrator.run(batch.text) }
        }
        return rows
    }

    /// Makes something go wrong for clients; see ``Fault``. ``run(_:)`` is spared.
    public func inject(_ fault: Fault) { core.faults.add(fault) }

    /// How many times faults are still to strike.
    public var waitingFaults: Int { core.faults.count }

    /// Takes back the faults that have not struck.
    public func clearFaults() { core.faults.clear() }

    /// The clients that are logged in, in the order of their sessions' numbers.
    public var clients: [Client] { core.state.registry.sessions.compactMap(Client.init) }

    /// The errors that clients were told, the last thousand of them: also those of which a program makes nothing.
    public var clientErrors: [ClientError] {
        core.state.registry.errors.map { ClientError(login: $0.login, number: $0.number, message: $0.message) }
    }

    /// Ends all connections, as a server does that is shut down, and removes the data. May be called again.
    public func stop() async {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        try? await listener.close().get()
        await core.stop()
        try? await group.shutdownGracefully()
    }
}
#endif
