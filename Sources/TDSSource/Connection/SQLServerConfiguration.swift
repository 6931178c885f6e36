/// Where a SQL Server is, and how to connect to it.
///
/// SQL Server authentication only. Times are whole seconds in FreeTDS and rounded up where they reach it.
public struct SQLServerConfiguration: Sendable {
    /// How to find the server on its host.
    public enum Endpoint: Hashable, Sendable {
        /// A TCP port, 1…65535.
        case port(Int)
        /// A named instance, whose port the SQL Server Browser tells on UDP port 1434.
        case instance(String)
    }

    /// Whose signature makes a server's certificate good.
    public enum Trust: Hashable, Sendable {
        /// The authorities that the operating system trusts.
        case system
        /// The authorities in a PEM file, given by its absolute path.
        case file(String)
        /// Anybody's: what is sent is encrypted, to whoever answers.
        case anyCertificate
    }

    public enum Encryption: Hashable, Sendable {
        /// All that is sent is encrypted with TLS 1.2, or there is no connection.
        ///
        /// TDS 7 begins in the clear, so a server that agrees to encrypt the login only is found out by its first answer after it. Somebody
        /// between who also rewrites each packet of that server can hide this; against him helps a server that forces encryption.
        case required(_ trust: Trust = .system, checkHostName: Bool = true)
        /// Everything, the password included, is sent in the clear.
        case disabled
    }

    /// A DNS name or an IP address.
    public var host: String
    public var endpoint: Endpoint
    public var database: String
    public var user: String
    public var password: Secret
    public var encryption: Encryption
    /// How long the server may be silent at each step of connecting. Looking up the host name is not part of it.
    public var loginTimeout: Duration
    /// How long the server may be silent while it works on a statement; `nil` waits forever.
    public var queryTimeout: Duration?
    /// How long the server may take to confirm that it stopped, after which the connection is given up.
    public var attentionTimeout: Duration
    /// How long a statement may wait for a lock; `nil` waits forever.
    public var lockTimeout: Duration?
    /// As which program the server lists the connection.
    public var applicationName: String
    /// Whether an availability group may send the connection to a secondary replica. Being sent on to another host over TLS
    /// fails in FreeTDS before 1.3.18.
    public var readOnlyIntent: Bool
    /// Bytes of a packet, 512…32767. SQL Server allows at most 16383 for encrypted connections.
    public var packetSize: Int

    public init(
        host: String,
        endpoint: Endpoint = .port(1433),
        database: String,
        user: String,
        password: Secret,
        encryption: Encryption = .required(),
        loginTimeout: Duration = .seconds(15),
        queryTimeout: Duration? = .seconds(300),
        attentionTimeout: Duration = .seconds(10),
        lockTimeout: Duration? = .seconds(30),
        applicationName: String = "swift-cdc",
        readOnlyIntent: Bool = false,
        packetSize: Int = 16_000
    ) {
        self.host = host
        self.endpoint = endpoint
        self.database = database
        self.user = user
        self.password = password
        self.encryption = encryption
        self.loginTimeout = loginTimeout
        self.queryTimeout = queryTimeout
        self.attentionTimeout = attentionTimeout
        self.lockTimeout = lockTimeout
        self.applicationName = applicationName
        self.readOnlyIntent = readOnlyIntent
        self.packetSize = packetSize
    }

    /// The server as a person names it: `db.example.com:1433`.
    package var place: String {
        switch endpoint {
        case .port(let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .instance(let name): "\(host)\\\(name)"
        }
    }
}
