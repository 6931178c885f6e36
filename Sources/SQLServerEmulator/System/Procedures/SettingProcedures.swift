import TSQL

/// Procedures that set something for the server or the session, and locks of applications.
///
/// Source: Microsoft, "Database engine stored procedures (Transact-SQL)".
extension SystemProcedures {
    static let settingProcedures: [String: SystemProcedure] = [
        "sp_configure": SystemProcedure([("@configname", .varchar(35), .null), ("@configvalue", .int, .null)]) {
            (session, call) throws(SQLError) in
            let registry = session.server.registry
            let showsAll = registry.setting("show advanced options") == 1
            var settings = registry.settings.filter { showsAll || !$0.isAdvanced }
            if let wanted = call.text("@configname") {
                // A part of a name is enough where it means one setting.
                let exact = settings.filter { $0.name.matches(wanted) }
                settings =
                    exact.isEmpty ? settings.filter { $0.name.lowercased().contains(wanted.lowercased()) } : exact
                if settings.count > 1 { throw SQLError(15124, "The configuration option '\(wanted)' is not unique.") }
                guard let setting = settings.first else {
                    throw SQLError(
                        15123,
                        "The configuration option '\(wanted)' does not exist, or it may be an advanced option."
                    )
                }
                if let value = call.int("@configvalue") {
                    guard session.holdsOnServer("ALTER SETTINGS") else {
                        throw SQLError(15247, "User does not have permission to perform this action.")
                    }
                    guard (setting.minimum...setting.maximum).contains(Int64(value)) else {
                        throw SQLError(
                            15129,
                            "'\(value)' is not a valid value for configuration option '\(setting.name)'."
                        )
                    }
                    registry.configure(setting.name, Int64(value))
                    session.inform(
                        15457,
                        "Configuration option '\(setting.name)' changed from \(setting.value) to \(value). Run the RECONFIGURE statement to install."
                    )
                    return 0
                }
            }
            try session.answer(
                [
                    ("name", .nvarchar(35)), ("minimum", .int), ("maximum", .int), ("config_value", .int),
                    ("run_value", .int),
                ],
                settings.sorted { $0.name.lowercased() < $1.name.lowercased() }.map { setting in
                    [
                        .string(setting.name), .integer(setting.minimum), .integer(setting.maximum),
                        .integer(setting.value),
                        .integer(setting.valueInUse),
                    ]
                }
            )
            return 0
        },
        "sp_dboption": SystemProcedure([
            ("@dbname", name, .null), ("@optname", .varchar(35), .null), ("@optvalue", .varchar(10), .null),
        ]) {
            (session, call) throws(SQLError) in
            guard let database = call.text("@dbname"), let option = call.text("@optname"),
                let value = call.text("@optvalue")
            else {
                throw SQLError.unsupported("sp_dboption without a value")
            }
            guard session.catalogue(database) != nil else { throw Session.unknownDatabase(database) }
            let isOn = ["true", "on"].contains(value.lowercased())
            switch option.lowercased() {
            case "read only":
                try session.runText(
                    "ALTER DATABASE \(quoted(database)) SET \(isOn ? "READ_ONLY" : "READ_WRITE")",
                    variables: [:]
                )
            case "trunc. log on chkpt.":
                try session.runText(
                    "ALTER DATABASE \(quoted(database)) SET RECOVERY \(isOn ? "SIMPLE" : "FULL")",
                    variables: [:]
                )
            case "select into/bulkcopy", "autoclose", "autoshrink", "auto create statistics", "auto update statistics",
                "torn page detection", "ansi nulls", "quoted identifier":
                break
            default: throw SQLError.unsupported("sp_dboption '\(option)'")
            }
            return 0
        },
        "sp_set_session_context": SystemProcedure([
            ("@key", name, nil), ("@value", .sqlVariant, nil), ("@read_only", .bit, .integer(0)),
        ]) { (session, call) throws(SQLError) in
            guard let key = call.text("@key") else {
                throw SQLError(15666, "Cannot set key in the session context. The key is NULL.")
            }
            if session.context[key]?.isReadOnly ?? false {
                throw SQLError(
                    15664,
                    "Cannot set key '\(key)' in the session context. The key has been set as read_only for this session."
                )
            }
            session.context[key] = (call.value("@value"), call.int("@read_only") == 1)
            return 0
        },
        "sp_reset_connection": SystemProcedure { (session, call) throws(SQLError) in
            if session.transaction.count > 0 { try session.rollbackTransaction() }
            session.reset(session.databaseName, SessionSettings())
            return 0
        },
        "sp_getapplock": SystemProcedure([
            ("@resource", .nvarchar(255), nil), ("@lockmode", .varchar(32), nil),
            ("@lockowner", .varchar(32), .string("Transaction")),
            ("@locktimeout", .int, .null), ("@dbprincipal", name, .string("public")),
        ]) { (session, call) throws(SQLError) in
            let modes: [ServerRegistry.LockMode] = [.intentShared, .shared, .update, .intentExclusive, .exclusive]
            let owner = call.text("@lockowner")?.lowercased()
            guard let resource = call.text("@resource"), let wanted = call.text("@lockmode"),
                let mode = modes.first(where: { $0.rawValue.matches(wanted) }),
                owner == "session" || owner == "transaction"
            else { return -999 }
            // A lock of a transaction needs one.
            if owner == "transaction", session.transaction.count == 0 { return -999 }
            let timeout = call.int("@locktimeout").map(Int64.init) ?? session.settings.lockTimeout
            let status = try session.lock(resource, mode, timeout: timeout)
            if status >= 0, owner == "transaction" { session.transaction.locks.append(resource) }
            return status
        },
        "sp_releaseapplock": SystemProcedure([
            ("@resource", .nvarchar(255), nil), ("@lockowner", .varchar(32), .string("Transaction")),
            ("@dbprincipal", name, .string("public")),
        ]) { (session, call) throws(SQLError) in
            let resource = call.text("@resource") ?? ""
            guard session.server.registry.unlock(session.key(ofLock: resource), for: session.id) else {
                throw SQLError(
                    1223,
                    "Cannot release the application lock (Database Principal: 'public', Resource: '\(resource)') because it is not currently held."
                )
            }
            if call.text("@lockowner")?.lowercased() == "transaction",
                let place = session.transaction.locks.lastIndex(of: resource)
            {
                session.transaction.locks.remove(at: place)
            }
            return 0
        },
    ]

    /// A name in brackets.
    static func quoted(_ name: String) -> String { "[\(name.replacing("]", with: "]]"))]" }
}

extension Session {
    /// Locks of applications are those of a database.
    func key(ofLock resource: String) -> String { "\(database.id) \(resource)" }

    /// Takes a lock, and waits for it where another session has it.
    ///
    /// - Parameter timeout: Milliseconds; below zero it waits forever.
    /// - Returns: 0 at once, 1 after waiting, −1 where the time is over.
    func lock(_ resource: String, _ mode: ServerRegistry.LockMode, timeout: Int64) throws(SQLError) -> Int64 {
        var waited: Int64 = 0
        while !server.registry.lock(key(ofLock: resource), mode, for: id) {
            if timeout >= 0, waited >= timeout { return -1 }
            if sink.isCancelled { throw .interrupted }
            // The time is counted in steps, not read from the server's clock, which tests may hold.
            Thread.pause(microseconds: 5000)
            waited += 5
        }
        return waited == 0 ? 0 : 1
    }

    /// Gives back the locks that end with the transaction.
    func releaseTransactionLocks() {
        for resource in transaction.locks { _ = server.registry.unlock(key(ofLock: resource), for: id) }
    }
}
