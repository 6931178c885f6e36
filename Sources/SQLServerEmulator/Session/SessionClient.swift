/// What a client told of itself when it connected.
struct SessionClient: Hashable, Sendable {
    var hostName = ""
    var programName = ""
    var interfaceName = ""
    var processID = 0
    /// The client's IP address.
    var address = "127.0.0.1"
    var port = 0
    var packetSize = 4096
    /// The version of TDS: 7.4 is `0x74000004`.
    var protocolVersion: Int64 = 0x7400_0004
    /// Whether the connection is encrypted with TLS.
    var isEncrypted = false
    /// Whether it promised to change nothing.
    var isReadOnlyIntent = false
    /// Whether there is a connection: the server's own sessions have none.
    var isConnected = false
}

/// A session as the views of the server show it.
struct SessionRecord: Sendable {
    var id: Int
    var login: String
    var isSysadmin: Bool
    var database: String
    var client: SessionClient
    /// Microseconds since 1970.
    var connected: Int64
}
