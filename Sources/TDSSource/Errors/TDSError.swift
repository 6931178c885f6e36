/// What went wrong between here and SQL Server, and what to do about it.
///
/// No password is in any part of it, and no SQL text but the word that a message of the server may quote.
public struct TDSError: Error, Hashable, Sendable, CustomStringConvertible {
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case invalidConfiguration, environmentOverrides, libraryFailed
            case connectionFailed, tlsFailed, loginFailed, unknownDatabase, connectionLost
            case timeout, cancelled, poolClosed
            case deadlockVictim, lockTimeout, permissionDenied, objectNotFound, serverError
            case unexpectedResult, unsupportedType
        }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// A setting that cannot work, found before anything was sent.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// Variables of the environment would overrule the program's settings.
        public static let environmentOverrides = Code(.environmentOverrides)
        /// FreeTDS, a thread or a file that a connection needs could not be had.
        public static let libraryFailed = Code(.libraryFailed)
        /// The server could not be reached.
        public static let connectionFailed = Code(.connectionFailed)
        /// An encrypted connection was asked for and could not be had.
        public static let tlsFailed = Code(.tlsFailed)
        /// The server knows no such user, or the password is another.
        public static let loginFailed = Code(.loginFailed)
        /// There is no such database, or the user may not open it.
        public static let unknownDatabase = Code(.unknownDatabase)
        /// The connection broke.
        public static let connectionLost = Code(.connectionLost)
        /// The server did not answer in time.
        public static let timeout = Code(.timeout)
        /// The task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The pool was closed.
        public static let poolClosed = Code(.poolClosed)
        /// The server chose this statement to end a deadlock.
        public static let deadlockVictim = Code(.deadlockVictim)
        /// A lock could not be had within the lock timeout.
        public static let lockTimeout = Code(.lockTimeout)
        /// The user may not do this.
        public static let permissionDenied = Code(.permissionDenied)
        /// There is no such object in the database.
        public static let objectNotFound = Code(.objectNotFound)
        /// The server refused for another reason.
        public static let serverError = Code(.serverError)
        /// The answer is not of the shape that the statement should have.
        public static let unexpectedResult = Code(.unexpectedResult)
        /// A column of a type that cannot be read as it is.
        public static let unsupportedType = Code(.unsupportedType)

        public var description: String { base.rawValue }
    }

    public var code: Code
    /// What happened and what to do, for a person.
    public var message: String
    /// What the server said, where it said something.
    public var server: ServerMessage?

    public init(_ code: Code, _ message: String, server: ServerMessage? = nil) {
        self.code = code
        self.message = message
        self.server = server
    }

    public var description: String {
        var context = "\(code)"
        if let server { context += ", \(server.origin)" }
        return "\(message) [\(context)]"
    }
}

extension TDSError {
    /// Whether the same work may succeed later without anybody doing anything.
    public var isRetryable: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .timeout, .deadlockVictim, .lockTimeout: true
        default: server.map { Self.passingNumbers.contains($0.number) } ?? false
        }
    }

    /// Whether a SNAPSHOT transaction was refused, because the database does not allow them, or not yet, or no more.
    ///
    /// Source: SQL Server documentation, "Database Engine events and errors", 3952, 3956 and 3957.
    var deniesSnapshotIsolation: Bool { server.map { [3952, 3956, 3957].contains($0.number) } ?? false }

    /// Server errors that pass: a scan that met moving data, a snapshot conflict, a database or a replica that is starting, being
    /// recovered or changing its role, a server that is going down or coming up, and Azure's reconfiguration and throttling.
    ///
    /// Source: SQL Server documentation, "Transient errors", and these messages in the list of errors.
    static let passingNumbers: Set<Int32> = [
        601, 3960, 3961, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920,
        921, 922, 952, 976, 978, 983, 4221, 6005, 17142, 18401,
    ]
}
