import CFreeTDS

/// What server and library said during one call into db-lib, and the error that it amounts to.
///
/// db-lib reports an error that comes after rows only here: every call then looks like success. So this log, not the return
/// code, decides whether a call succeeded.
struct MessageLog {
    private(set) var errors: [ServerMessage] = []
    private(set) var infos: [ServerMessage] = []
    private(set) var failures: [LibraryMessage] = []
    private(set) var warnings: [LibraryMessage] = []

    /// How many messages of a kind are kept; a batch may print without end.
    private static let limit = 100

    /// Messages that come with every login: the database and the language were set.
    private static let greetings: Set<Int32> = [5701, 5703]

    mutating func append(_ message: ServerMessage) {
        if message.isError {
            if errors.count < Self.limit { errors.append(message) }
        } else if !Self.greetings.contains(message.number), infos.count < Self.limit {
            infos.append(message)
        }
    }

    mutating func append(_ message: LibraryMessage) {
        if message.isWarning {
            if warnings.count < Self.limit { warnings.append(message) }
        } else if failures.count < Self.limit {
            failures.append(message)
        }
    }

    mutating func removeAll() { self = MessageLog() }

    /// Forgets what is no error, once it has been logged.
    mutating func removeNotes() {
        infos = []
        warnings = []
    }

    /// What the messages amount to while a statement runs; `nil` where none is an error.
    ///
    /// - Parameter user: Who runs it.
    func queryError(isAlive: Bool, user: String) -> TDSError? {
        if let error = errors.first(where: { $0.number == 1205 }) ?? errors.first { return TDSError(error, user: user) }
        if let failure = failures.first {
            return isAlive
                ? TDSError(.libraryFailed, "FreeTDS failed: \(failure.text) (\(failure.number))")
                : .lost("FreeTDS says: \(failure.text) (\(failure.number))")
        }
        return isAlive ? nil : .lost("no reason was given")
    }

    /// Why there is no connection.
    func loginError(_ configuration: SQLServerConfiguration, timedOut: Bool) -> TDSError {
        let place = configuration.place
        let browser =
            if case .instance = configuration.endpoint {
                ". The port of a named instance is asked of SQL Server Browser (UDP 1434): it must run and be reachable, and the "
                    + "instance be there; or give the port"
            } else { "" }
        // "Login failed" comes after what matters: that the database cannot be opened, and why.
        let reason =
            errors.first { TDSError.passingNumbers.contains($0.number) } ?? errors.first { $0.number == 4060 }
            ?? errors.first
        if let reason { return TDSError(reason, user: configuration.user) }
        if timedOut {
            return TDSError(
                .timeout,
                "\(place) did not answer within \(configuration.loginTimeout); check address, port and firewall, or raise the "
                    + "login timeout\(browser)"
            )
        }
        let numbers = Set(failures.map(\.number))
        let cause = failures.first { $0.systemError != 0 }.map { ": " + systemText(of: $0.systemError) } ?? ""
        if numbers.contains(SYBEUHST) || numbers.contains(SYBEINTF) {
            return TDSError(.connectionFailed, "the host of \(place) is not known; check its name and DNS")
        }
        if numbers.contains(SYBECONN) || numbers.contains(SYBESOCK) {
            return TDSError(
                .connectionFailed,
                "\(place) cannot be reached\(cause); check address and port, and that the server listens on TCP\(browser)"
            )
        }
        if case .required = configuration.encryption, numbers.isDisjoint(with: [SYBESEOF, SYBEREAD, SYBEWRIT]) {
            return TDSError(
                .tlsFailed,
                "no encrypted connection to \(place)\(cause); check that the server offers TLS 1.2, that its certificate "
                    + "is signed by the given authorities and names this host"
            )
        }
        var hint = "it may be starting or stopping"
        if case .disabled = configuration.encryption {
            hint +=
                "; a server that insists on encryption closes the connection like this, too: then require encryption"
        }
        return TDSError(.connectionFailed, "\(place) ended the login without a reason\(cause); \(hint)")
    }
}

extension TDSError {
    /// The error that a message of the server stands for.
    ///
    /// - Parameter user: Whom a missing permission is to be granted.
    init(_ message: ServerMessage, user: String) {
        var (code, advice) = Self.meaning(of: message)
        if let grant = MissingGrant.statement(for: message, to: user) { advice = "let an administrator run: \(grant)" }
        self.init(code, advice.map { "\(message.text) (\($0))" } ?? message.text, server: message)
    }

    static func lost(_ reason: String) -> TDSError {
        TDSError(.connectionLost, "the connection to the server broke; \(reason)")
    }

    private static func meaning(of message: ServerMessage) -> (Code, advice: String?) {
        switch message.number {
        case 18452, 18456, 18470, 18486, 18487, 18488:
            (.loginFailed, "check user and password; the server's error log has the reason")
        case 4060, 4064, 911: (.unknownDatabase, "check the name of the database and that the user may connect to it")
        case 1205: (.deadlockVictim, "run it again")
        case 1222: (.lockTimeout, "another transaction holds the lock; run it again later")
        case 229, 230, 262, 297, 300, 371, 916: (.permissionDenied, "grant the user what the message names")
        case 208, 2812: (.objectNotFound, nil)
        case _ where message.severity >= 20: (.connectionLost, nil)
        default: (.serverError, nil)
        }
    }
}
