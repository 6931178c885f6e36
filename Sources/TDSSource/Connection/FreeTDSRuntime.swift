import CFreeTDS
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// FreeTDS as the process has it: set up once, with the handlers that every connection shares.
///
/// A process that uses db-lib by itself as well loses its own handlers to these.
final class FreeTDSRuntime: Sendable {
    static let shared = FreeTDSRuntime()

    /// Variables that overrule the program's settings, or write what is sent into a file.
    static let overridingVariables = ["TDSPORT", "TDSVER", "TDSHOST", "TDSDUMP", "TDSDUMPCONFIG"]

    private let isReady: Bool
    private let file = PrivateConfigurationFile()
    /// Whether a connection was tried already. FreeTDS fills tables at the first one, without a lock.
    private let isWarm = Mutex(false)

    private init() {
        // dbinit() resets the handlers, so it comes first, and only once.
        isReady = dbinit() == SUCCEED && Handlers.canFindSessions
        dberrhandle(Handlers.error)
        dbmsghandle(Handlers.message)
        dbsetmaxprocs(4096)
    }

    /// Refuses variables of the environment that FreeTDS obeys before any setting of the program.
    ///
    /// - Throws: ``TDSError`` with code `environmentOverrides`, which names them.
    static func checkEnvironment(_ value: (String) -> String? = { getenv($0).map { String(cString: $0) } })
        throws(TDSError)
    {
        let set = overridingVariables.filter { value($0) != nil }
        guard !set.isEmpty else { return }
        throw TDSError(
            .environmentOverrides,
            "the environment sets \(set.joined(separator: ", ")), which FreeTDS would obey in place of the configuration; "
                + "unset \(set.count == 1 ? "it" : "them") for this process"
        )
    }

    /// Connects and logs in, on the calling thread, whose session this then is.
    func open(_ configuration: SQLServerConfiguration, _ session: Session) throws(TDSError) -> OpaquePointer {
        try configuration.validate()
        try Self.checkEnvironment()
        guard isReady else { throw TDSError(.libraryFailed, "FreeTDS could not be set up; is there memory left?") }
        if case .required(.file(let path), _) = configuration.encryption, access(path, R_OK) != 0 {
            throw TDSError(
                .tlsFailed,
                "the certificate authorities in \(path) cannot be read: \(systemText(of: errno)); check the path"
            )
        }
        Handlers.adopt(session)
        var isOpen = false
        defer { if !isOpen { Handlers.adopt(nil) } }
        guard let login = dblogin() else { throw TDSError(.libraryFailed, "no memory for a login") }
        defer { dbloginfree(login) }
        let texts = [
            (DBSETUSER, configuration.user), (DBSETPWD, configuration.password.exposed),
            (DBSETAPP, configuration.applicationName), (DBSETDBNAME, configuration.database),
        ]
        for (field, text) in texts where dbsetlname(login, text, field) != SUCCEED {
            throw TDSError(.libraryFailed, "FreeTDS refused field \(field) of the login")
        }
        dbsetlversion(login, BYTE(DBVERSION_74))
        let handle = try file.withSection(configuration) { section throws(TDSError) in connect(login, section) }
        guard let handle else {
            var error = session.log.loginError(configuration, timedOut: session.timedOut)
            if error.code == .tlsFailed, case .port(let port) = configuration.endpoint {
                switch ServerProbe.ask(configuration.host, port: port, within: configuration.loginTimeout) {
                case .other: break
                case .none:
                    error = TDSError(
                        .connectionFailed,
                        "\(configuration.place) takes connections and does not answer; it may be starting, or a load balancer may have "
                            + "no server"
                    )
                case .withoutEncryption:
                    error = TDSError(
                        .tlsFailed,
                        "\(configuration.place) does not encrypt, and encryption is required; give the server a certificate, or turn "
                            + "encryption off where passwords and rows may be read on the way"
                    )
                }
            }
            throw error
        }
        isOpen = true
        return handle
    }

    private func connect(_ login: OpaquePointer, _ section: String) -> OpaquePointer? {
        var handle: OpaquePointer?
        let isFirst = isWarm.withLock { isWarm in
            if isWarm { return false }
            handle = dbopen(login, section)
            isWarm = true
            return true
        }
        return isFirst ? handle : dbopen(login, section)
    }
}
