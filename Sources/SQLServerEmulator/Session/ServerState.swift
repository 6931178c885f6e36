import Synchronization

/// What all sessions of a server share: the committed catalogues, and counters that no transaction takes back.
final class ServerState: Sendable {
    private let shared: Mutex<Shared>
    /// The SQLite file with the rows of all databases.
    let path: String
    let name: String
    let registry = ServerRegistry()
    /// Microseconds since 1970-01-01T00:00:00Z.
    let now: @Sendable () -> Int64
    /// Change Data Capture: its options, and what its scans have done.
    let capture = CaptureControl()

    private struct Shared {
        var databases: [String: DatabaseCatalogue] = [:]
        /// The last value that each identity column gave, by the storage of its table, and that each sequence gave.
        var identities: [String: Int64] = [:]
        var logins: [String: Login] = [:]
        var lastSession = 50
        var lastTransaction: UInt64 = 0
        var lastRowVersion: UInt64 = 2000
        /// The first that a transaction took that has not ended; one writes at a time.
        var openRowVersion: UInt64?
    }

    /// Somebody who may connect.
    struct Login: Sendable {
        var name: String
        var password: String
        var isSysadmin: Bool
        var defaultDatabase = "master"
        var isDisabled = false
        /// Its number among the principals of the server.
        var id = 0
        var created: Int64 = 0
    }

    init(name: String, path: String, now: @escaping @Sendable () -> Int64) {
        self.name = name
        self.path = path
        self.now = now
        var shared = Shared()
        for (index, database) in ["master", "tempdb", "model", "msdb"].enumerated() {
            shared.databases[database] = DatabaseCatalogue(
                id: index + 1,
                name: database,
                collation: .default.with(.implicit),
                created: now()
            )
        }
        self.shared = Mutex(shared)
    }

    // MARK: Catalogues

    var databases: [DatabaseCatalogue] { shared.withLock { $0.databases.values.sorted { $0.id < $1.id } } }

    func database(_ name: String) -> DatabaseCatalogue? { shared.withLock { $0.databases[name.lowercased()] } }

    /// Puts what a transaction made of the catalogues in their place. The transaction holds SQLite's write lock meanwhile.
    func commit(_ changed: [String: DatabaseCatalogue?]) {
        shared.withLock { shared in for (name, database) in changed { shared.databases[name] = database } }
    }

    // MARK: Counters

    /// The next value of an identity column.
    func nextIdentity(of storage: String, _ identity: TableColumn.Identity) -> Int64 {
        shared.withLock { shared in
            let next = shared.identities[storage].map { $0 &+ identity.increment } ?? identity.seed
            shared.identities[storage] = next
            return next
        }
    }

    /// The next number of a sequence; `nil` where there is none.
    func next(of storage: String, _ number: (Int64?) -> Int64?) -> Int64? {
        shared.withLock { shared in
            guard let next = number(shared.identities[storage]) else { return nil }
            shared.identities[storage] = next
            return next
        }
    }

    /// Takes note of a value that was given explicitly, or of `DBCC CHECKIDENT`.
    func noteIdentity(_ value: Int64?, of storage: String) { shared.withLock { $0.identities[storage] = value } }

    func lastIdentity(of storage: String) -> Int64? { shared.withLock { $0.identities[storage] } }

    func newSessionID() -> Int {
        shared.withLock { shared in
            shared.lastSession += 1
            return shared.lastSession
        }
    }

    func newTransactionID() -> UInt64 {
        shared.withLock { shared in
            shared.lastTransaction += 1
            return shared.lastTransaction
        }
    }

    // MARK: Logins

    var logins: [Login] { shared.withLock { $0.logins.values.sorted { $0.name < $1.name } } }

    func login(_ name: String) -> Login? { shared.withLock { $0.logins[name.lowercased()] } }

    func add(_ login: Login) {
        let now = now()
        shared.withLock { shared in
            var login = login
            if login.id == 0 {
                // The first numbers are those of `sa` and of the fixed roles.
                login.id = login.name.matches("sa") ? 1 : max(267, shared.logins.values.map(\.id).max() ?? 0) + 1
                login.created = now
            }
            shared.logins[login.name.lowercased()] = login
        }
    }

    func removeLogin(_ name: String) { _ = shared.withLock { $0.logins.removeValue(forKey: name.lowercased()) } }
}

/// Values of `rowversion`, most significant byte first.
extension ServerState {
    /// The next one, for a row of the transaction that writes.
    func nextRowVersion() -> [UInt8] {
        Self.bytes(
            shared.withLock { shared in
                shared.lastRowVersion += 1
                shared.openRowVersion = shared.openRowVersion ?? shared.lastRowVersion
                return shared.lastRowVersion
            }
        )
    }

    /// The last that was given: `@@DBTS`.
    var lastRowVersion: [UInt8] { Self.bytes(shared.withLock { $0.lastRowVersion }) }

    /// The lowest that may still be rolled back, or the next: `MIN_ACTIVE_ROWVERSION()`.
    var minimumActiveRowVersion: [UInt8] {
        Self.bytes(shared.withLock { $0.openRowVersion ?? $0.lastRowVersion + 1 })
    }

    /// The transaction that wrote has ended.
    func closeRowVersions() { shared.withLock { $0.openRowVersion = nil } }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    }
}
