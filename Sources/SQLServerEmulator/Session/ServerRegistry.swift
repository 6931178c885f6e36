import Synchronization

/// What the server knows besides its databases and logins: sessions, settings, rights of logins, locks of applications.
final class ServerRegistry: Sendable {
    private let shared = Mutex(Shared())

    private struct Shared {
        var sessions: [Int: SessionRecord] = [:]
        var settings = ServerSetting.all
        var permissions: [Permission] = []
        var locks: [ApplicationLock] = []
        var errors: [SentError] = []
    }

    /// An error that a client was told.
    struct SentError: Sendable {
        var login: String
        var number: Int32
        var message: String
    }

    /// A lock that `sp_getapplock` took.
    private struct ApplicationLock {
        var name: String
        var session: Int
        var mode: LockMode
        var count: Int
    }

    /// The modes of `sp_getapplock`.
    enum LockMode: String, Sendable {
        case intentShared = "IntentShared"
        case shared = "Shared"
        case update = "Update"
        case intentExclusive = "IntentExclusive"
        case exclusive = "Exclusive"

        /// Source: Microsoft, "Lock compatibility".
        func isCompatible(with other: LockMode) -> Bool {
            switch (self, other) {
            case (.exclusive, _), (_, .exclusive): false
            case (.intentShared, _), (_, .intentShared): true
            case (.shared, .shared), (.shared, .update), (.update, .shared), (.intentExclusive, .intentExclusive): true
            default: false
            }
        }
    }

    // MARK: Sessions

    var sessions: [SessionRecord] { shared.withLock { $0.sessions.values.sorted { $0.id < $1.id } } }

    func note(_ session: SessionRecord) { shared.withLock { $0.sessions[session.id] = session } }

    /// A session ended: its locks end with it.
    func forget(_ session: Int) {
        shared.withLock { shared in
            shared.sessions[session] = nil
            shared.locks.removeAll { $0.session == session }
        }
    }

    // MARK: Errors

    /// How many errors are kept.
    private static let errorLimit = 1000

    /// The last errors that clients were told, the newest last.
    var errors: [SentError] { shared.withLock { $0.errors } }

    func note(_ error: SentError) {
        shared.withLock { shared in
            if shared.errors.count == Self.errorLimit { shared.errors.removeFirst() }
            shared.errors.append(error)
        }
    }

    // MARK: Settings

    /// The settings of `sp_configure`, by their numbers.
    var settings: [ServerSetting] { shared.withLock { $0.settings.sorted { $0.number < $1.number } } }

    /// The value of a setting that is in use.
    func setting(_ name: String) -> Int64? {
        shared.withLock { $0.settings.first { $0.name.matches(name) }?.valueInUse }
    }

    /// Gives a setting a value, which counts from ``reconfigure()`` on.
    func configure(_ name: String, _ value: Int64) {
        shared.withLock { shared in
            guard let index = shared.settings.firstIndex(where: { $0.name.matches(name) }) else { return }
            shared.settings[index].value = value
        }
    }

    /// Makes the values that were configured those in use.
    func reconfigure() {
        shared.withLock { shared in
            for index in shared.settings.indices { shared.settings[index].valueInUse = shared.settings[index].value }
        }
    }

    // MARK: Rights of logins

    /// What logins may do on the server; the scope of these is none of a database's.
    var permissions: [Permission] { shared.withLock { $0.permissions } }

    func setPermission(_ permission: Permission, isRevoked: Bool) {
        shared.withLock { shared in
            shared.permissions.removeAll { $0.grantee.matches(permission.grantee) && $0.name == permission.name }
            if !isRevoked { shared.permissions.append(permission) }
        }
    }

    // MARK: Locks of applications

    /// Takes a lock, if no other session has one that is in its way.
    func lock(_ name: String, _ mode: LockMode, for session: Int) -> Bool {
        shared.withLock { shared in
            if shared.locks.contains(where: {
                $0.name == name && $0.session != session && !$0.mode.isCompatible(with: mode)
            }) {
                return false
            }
            if let own = shared.locks.firstIndex(where: { $0.name == name && $0.session == session && $0.mode == mode })
            {
                shared.locks[own].count += 1
            } else {
                shared.locks.append(ApplicationLock(name: name, session: session, mode: mode, count: 1))
            }
            return true
        }
    }

    /// Gives a lock back.
    ///
    /// - Returns: Whether the session had it.
    func unlock(_ name: String, for session: Int) -> Bool {
        shared.withLock { shared in
            guard let own = shared.locks.lastIndex(where: { $0.name == name && $0.session == session }) else {
                return false
            }
            shared.locks[own].count -= 1
            if shared.locks[own].count == 0 { shared.locks.remove(at: own) }
            return true
        }
    }
}

/// A setting of `sp_configure`.
///
/// Source: Microsoft, "Server configuration options".
struct ServerSetting: Hashable, Sendable {
    var number: Int
    var name: String
    var minimum: Int64
    var maximum: Int64
    var isAdvanced = false
    var value: Int64
    var valueInUse: Int64

    private init(
        _ number: Int,
        _ name: String,
        _ minimum: Int64,
        _ maximum: Int64,
        _ value: Int64,
        isAdvanced: Bool = false
    ) {
        self.number = number
        self.name = name
        self.minimum = minimum
        self.maximum = maximum
        self.isAdvanced = isAdvanced
        self.value = value
        valueInUse = value
    }

    /// The bytes of a large value that Change Data Capture carries; −1 for any.
    static let replicatedText = "max text repl size (B)"

    /// Those that clients ask for, with the values of a new server.
    static let all = [
        ServerSetting(103, "user connections", 0, 32767, 0, isAdvanced: true),
        ServerSetting(115, "nested triggers", 0, 1, 1),
        ServerSetting(117, "remote access", 0, 1, 1),
        ServerSetting(124, "default language", 0, 9999, 0),
        ServerSetting(518, "show advanced options", 0, 1, 0),
        ServerSetting(1534, "user options", 0, 32767, 0),
        ServerSetting(1536, replicatedText, -1, 2_147_483_647, 65_536),
        ServerSetting(1539, "max degree of parallelism", 0, 32767, 0, isAdvanced: true),
        ServerSetting(1544, "max server memory (MB)", 128, 2_147_483_647, 2_147_483_647, isAdvanced: true),
        ServerSetting(1562, "clr enabled", 0, 1, 0),
        ServerSetting(16384, "Agent XPs", 0, 1, 1, isAdvanced: true),
        ServerSetting(16393, "contained database authentication", 0, 1, 0),
    ]
}
