#if Emulator
import TDSWire
import TSQL

/// A client's requests, one after the other, on the thread of its session.
final class ClientSession {
    let server: ServerCore
    let connection: Connection
    let sink: WireSink
    /// `nil` until the client is logged in.
    private(set) var session: Session?
    /// The database in which a reset puts the session.
    private var firstDatabase = ""
    /// Which settings a reset brings back.
    private var firstSettings = SessionSettings()
    /// The statements that the client prepared, by their handles.
    var prepared: [Int32: PreparedStatement] = [:]
    var lastHandle: Int32 = 0
    /// The `INSERT BULK` whose rows come in the next message.
    var bulkTarget: InsertBulkStatement?

    init(_ server: ServerCore, _ connection: Connection) {
        self.server = server
        self.connection = connection
        sink = WireSink(connection, serverName: server.configuration.name)
    }

    /// Serves the client until it goes, and then ends its transaction.
    func run() {
        while let request = connection.next() {
            switch request {
            case .login(let login, let isEncrypted):
                sink.beginRequest([])
                let isWelcome = logIn(login, isEncrypted)
                finish(request)
                if !isWelcome { connection.close() }
            case .lateAttention:
                sink.beginRequest([])
                _ = connection.finish(request)
                sink.endRequest(isAbandoned: true)
            case .message(let message):
                answer(message)
                finish(request)
                if sink.isFatal { connection.close() }
            }
        }
        guard let session else { return }
        server.state.registry.forget(session.id)
        if session.transaction.count > 0 { try? session.rollbackTransaction() }
    }

    private func finish(_ request: Connection.Request) {
        sink.endRequest(isAbandoned: connection.finish(request))
    }

    // MARK: Login

    /// Answers LOGIN7.
    ///
    /// Source: MS-TDS 2.2.6.4; the order of the tokens is that of genuine servers.
    private func logIn(_ login: TDSWire.Login, _ isEncrypted: Bool) -> Bool {
        do {
            guard login.version >= .v7_3A else { throw SQLError.unsupported("TDS before 7.3") }
            let known = try authenticate(login)
            connection.didLogIn()
            let session = try open(known, login)
            self.session = session
            sink.session = session
            sink.hasNullBitmaps = login.version >= .v7_3B
            let size = packetSize(login)
            session.client = SessionClient(
                hostName: login.host,
                programName: login.application,
                interfaceName: login.library,
                packetSize: size,
                isEncrypted: isEncrypted,
                isReadOnlyIntent: login.typeFlags.contains(.readOnlyIntent),
                isConnected: true
            )
            welcome(session, login, packetSize: size)
            return true
        } catch let error as SQLError { sink.message(ServerText(error, line: 1)) } catch {
            sink.message(ServerText(SQLError(50_000, "\(error)", severity: 20), line: 1))
        }
        return false
    }

    private func authenticate(_ login: TDSWire.Login) throws(SQLError) -> ServerState.Login {
        guard !login.flags2.contains(.integratedSecurity) else {
            throw SQLError(
                18452,
                "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.",
                severity: 14
            )
        }
        guard !login.flags3.contains(.changePassword) else { throw SQLError.unsupported("a new password at login") }
        guard let known = server.state.login(login.user), known.password == login.password.plainText else {
            // Which of the two was wrong is not for the client to know: the state is always 1.
            throw Self.loginFailed(login.user)
        }
        guard !known.isDisabled else {
            throw SQLError(
                18470,
                "Login failed for user '\(known.name)'. Reason: The account is disabled.",
                severity: 14
            )
        }
        return known
    }

    private static func loginFailed(_ user: String) -> SQLError {
        SQLError(18456, "Login failed for user '\(user)'.", severity: 14)
    }

    private func open(_ known: ServerState.Login, _ login: TDSWire.Login) throws(SQLError) -> Session {
        let session: Session
        do {
            session = try Session(
                server: server.state,
                login: known,
                database: login.database.isEmpty ? nil : Session.name(login.database).last,
                recorder: server.makeRecorder(),
                sink: sink
            )
        } catch {
            sink.message(ServerText(error, line: 1))
            throw Self.loginFailed(known.name)
        }
        session.sqlite.cancellation = connection.cancellation
        if !login.flags2.contains(.odbc) {
            // As for a client of DB-Library, which turns on what it needs.
            session.settings.quotesIdentifiers = false
            session.settings.others["ANSI_NULLS"] = false
            session.settings.textSize = 4096
        }
        firstDatabase = session.databaseName
        firstSettings = session.settings
        sink.stream.sessionID = UInt16(truncatingIfNeeded: session.id)
        return session
    }

    private func packetSize(_ login: TDSWire.Login) -> Int {
        let wanted = login.packetSize == 0 ? PacketHeader.initialPacketSize : Int(login.packetSize)
        let sizes = server.configuration.packetSizes.clamped(to: PacketHeader.packetSizes)
        return min(max(wanted, sizes.lowerBound), sizes.upperBound)
    }

    private func welcome(_ session: Session, _ login: TDSWire.Login, packetSize: Int) {
        let version = ServerCore.version
        sink.append(.environmentChange(.database(session.databaseName, was: "master")))
        inform(5701, "Changed database context to '\(session.databaseName)'.", state: 2)
        sink.append(.environmentChange(.collation(session.database.collation.wire)))
        sink.append(.environmentChange(.language("us_english")))
        inform(5703, "Changed language setting to us_english.", state: 1)
        sink.append(
            .loginAcknowledgement(
                LoginAcknowledgement(
                    version: min(login.version, .v7_4),
                    major: version.major,
                    minor: version.minor,
                    build: version.build
                )
            )
        )
        sink.append(.environmentChange(.packetSize(packetSize)))
        sink.stream.packetSize = packetSize
        if let features = login.features, !features.isEmpty {
            let granted =
                features.contains { $0.identifier == .utf8Support } ? [FeatureAcknowledgement.utf8Support] : []
            sink.append(.featureAcknowledgement(FeatureAcknowledgement(granted)))
        }
    }

    private func inform(_ number: Int32, _ text: String, state: UInt8) {
        sink.message(ServerText(SQLError(number, text, state: state, severity: 0), line: 1))
    }

    // MARK: Requests

    private func answer(_ message: Message) {
        guard let session else { return }
        do {
            if message.status.contains(.ignore) {
                // The client gave the message up before its end, and waits to hear that nothing was done.
                sink.beginRequest([])
                return connection.attention()
            }
            if !message.status.isDisjoint(with: [.resetConnection, .resetConnectionKeepingTransaction]) {
                reset(session, keepsTransaction: message.status.contains(.resetConnectionKeepingTransaction))
                sink.append(.environmentChange(.resetAcknowledgement))
            }
            switch message.type {
            case .sqlBatch:
                let text = try SQLBatchRequest(decoding: message.body).sql
                guard begin(text) else { return }
                if let target = InsertBulkStatement(text, session) {
                    bulkTarget = target
                } else {
                    session.run(batch: text)
                }
            case .rpc:
                let request = try RPCRequest(decoding: message.body)
                guard begin(request.calls.map { text(of: $0) }.joined(separator: "\n")) else { return }
                for call in request.calls { perform(call, session) }
            case .transactionManager:
                let request = try TransactionManagerRequest(decoding: message.body)
                guard begin("") else { return }
                perform(request.action, session)
            case .bulkLoad:
                guard begin("") else { return }
                load(message.body, session)
            default: break
            }
        } catch { refuse(error) }
    }

    /// Lets faults strike before the work.
    ///
    /// - Returns: Whether there is work to do.
    private func begin(_ text: String) -> Bool {
        let faults = server.faults.strike(text)
        sink.beginRequest(faults)
        for fault in faults {
            switch fault.kind {
            case .delay(let duration): wait(duration)
            case .silence:
                wait(nil)
                return false
            case .disconnection(let count): connection.cut(afterBytes: count)
            case .error, .deafness: break
            }
        }
        return true
    }

    /// Lets time pass until an attention ends it; for ever where there is no duration.
    private func wait(_ duration: Duration?) {
        let end = duration.map { ContinuousClock.now + $0 }
        while !connection.cancellation.isRequested {
            if let end, ContinuousClock.now >= end { return }
            Thread.pause(microseconds: 1000)
        }
    }

    /// Tells of a message that makes no sense. What is only not supported leaves the connection in order.
    private func refuse(_ error: TDSWireError) {
        sink.beginRequest([])
        if error.code == .unsupported {
            sink.message(ServerText(SQLError.unsupported(error.description), line: 1))
        } else {
            let text = "The incoming tabular data stream (TDS) protocol stream is incorrect. \(error)"
            sink.message(ServerText(SQLError(4002, text, severity: 20), line: 1))
        }
    }

    /// Puts the session in the state in which the login left it.
    func reset(_ session: Session, keepsTransaction: Bool = false) {
        prepared = [:]
        bulkTarget = nil
        if !keepsTransaction, session.transaction.count > 0 { try? session.rollbackTransaction() }
        let isolation = session.settings.isolation
        session.reset(firstDatabase, firstSettings)
        // The level outlives a reset, to the astonishment of many.
        session.settings.isolation = isolation
    }
}
#endif
