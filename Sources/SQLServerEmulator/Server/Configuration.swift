#if Emulator
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension SQLServerEmulator {
    /// How a server is set up.
    public struct Configuration: Sendable {
        /// On 127.0.0.1; 0 for any that is free.
        public var port = 0
        /// `@@SERVERNAME`, and the server's name in messages.
        public var name = "EMULATOR"
        /// The password of `sa`; a random one where none is given.
        public var password: String
        /// Who else may log in.
        public var logins: [Login] = []
        public var encryption = Encryption.notSupported
        /// The packet sizes that a client may ask for.
        public var packetSizes = 512...32767
        /// The server's clock: microseconds since 1970-01-01T00:00:00Z.
        public var now: @Sendable () -> Int64 = Configuration.systemClock
        public var capture = Capture()

        public init(password: String? = nil) { self.password = password ?? Configuration.randomPassword() }

        private static let systemClock: @Sendable () -> Int64 = {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        }

        /// A password that the policy of SQL Server would take.
        private static func randomPassword() -> String {
            let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
            return "Aa1-" + String((0..<16).map { _ in letters.randomElement() ?? "x" })
        }
    }

    /// Somebody who may log in with a password.
    public struct Login: Sendable {
        public var name: String
        public var password: String
        /// Whether everything is allowed; otherwise what `CREATE USER` and `GRANT` say.
        public var isSysadmin: Bool
        public var defaultDatabase: String

        public init(_ name: String, password: String, isSysadmin: Bool = false, defaultDatabase: String = "master") {
            self.name = name
            self.password = password
            self.isSysadmin = isSysadmin
            self.defaultDatabase = defaultDatabase
        }
    }

    /// Whether connections are encrypted. TLS 1.2, as inside of TDS 7.4.
    public struct Encryption: Sendable {
        enum Mode: Sendable { case notSupported, off, on, required }

        let mode: Mode
        let certificate: Certificate?

        /// Not at all; a client that insists goes away.
        public static let notSupported = Encryption(mode: .notSupported, certificate: nil)

        /// As the client likes: only the login, where it does not ask for more.
        public static func off(_ certificate: Certificate) -> Encryption {
            Encryption(mode: .off, certificate: certificate)
        }

        /// Everything; a client that cannot is sent away.
        public static func on(_ certificate: Certificate) -> Encryption {
            Encryption(mode: .on, certificate: certificate)
        }

        /// As ``on(_:)``, and every client is told that the server insists ("force encryption").
        public static func required(_ certificate: Certificate) -> Encryption {
            Encryption(mode: .required, certificate: certificate)
        }
    }

    /// The files with the server's certificate and key.
    public struct Certificate: Hashable, Sendable {
        /// A PEM file: the server's certificate first, then those between it and its root.
        public var chain: String
        /// A PEM file with the private key, not encrypted.
        public var key: String

        public init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }
    }

    /// The job that reads the log for Change Data Capture.
    public struct Capture: Hashable, Sendable {
        /// Whether the server runs it by itself.
        public var isAutomatic = true
        /// The pause between two readings of the log; SQL Server's default is five seconds.
        public var pollingInterval = Duration.milliseconds(100)
        /// Whether change tables that are made have the column `__$command_id`; those of servers of before 2016 may lack it.
        public var hasCommandIDs = true

        public init() {}
    }

    /// An error that a client was told.
    public struct ClientError: Hashable, Sendable {
        public var login: String
        public var number: Int32
        public var message: String
    }

    /// Who is connected.
    public struct Client: Hashable, Sendable {
        /// `@@SPID`
        public var session: Int
        public var login: String
        public var host: String
        public var application: String
        /// The driver, as it calls itself.
        public var library: String
        /// Whether all of the connection is encrypted, and not only its login.
        public var isEncrypted: Bool
        /// Whether the client promised to change nothing: `ApplicationIntent=ReadOnly`.
        public var isReadOnlyIntent: Bool
        public var packetSize: Int

        /// - Returns: `nil` for a session of the server's own.
        init?(_ record: SessionRecord) {
            let client = record.client
            guard client.isConnected else { return nil }
            session = record.id
            login = record.login
            host = client.hostName
            application = client.programName
            library = client.interfaceName
            isEncrypted = client.isEncrypted
            isReadOnlyIntent = client.isReadOnlyIntent
            packetSize = client.packetSize
        }
    }
}
#endif
