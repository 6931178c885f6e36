import TSQL

/// Principals and permissions.
///
/// Source: Microsoft, "Security catalog views (Transact-SQL)".
extension SystemViews {
    static let securityViews: [SystemView] = [
        SystemView(
            "sys",
            "database_principals",
            [
                ("name", sysname), ("principal_id", .int), ("type", .char(1)), ("type_desc", .nvarchar(60)),
                ("default_schema_name", sysname), ("create_date", .datetime), ("modify_date", .datetime),
                ("owning_principal_id", .int),
                ("sid", .varbinary(85)), ("is_fixed_role", .bit), ("authentication_type", .int),
                ("authentication_type_desc", .nvarchar(60)), ("default_language_name", sysname),
                ("default_language_lcid", .int),
            ]
        ) { session, database in
            principals(session, database).map { principal in
                let isUser = principal.kind == .user
                let hasLogin = principal.login != nil
                return [
                    .string(principal.name), .number(principal.id), .string(principal.kind.rawValue),
                    .string(isUser ? "SQL_USER" : "DATABASE_ROLE"),
                    isUser && principal.id < 3 || principal.id > 4 && isUser
                        ? .string(principal.id == 2 ? "guest" : "dbo") : .null,
                    dateTime(database.created), dateTime(database.created), isUser ? .null : .integer(1),
                    principal.login.map { .binary(session.securityID(ofLogin: $0)) }
                        ?? (principal.id == 2 ? .binary([0]) : .null),
                    .bool(FixedRole(rawValue: principal.name) != nil), .integer(isUser && hasLogin ? 1 : 0),
                    .string(isUser && hasLogin ? "INSTANCE" : "NONE"), .null, .null,
                ]
            }
        },
        SystemView("sys", "database_role_members", [("role_principal_id", .int), ("member_principal_id", .int)]) {
            session,
            database in
            let all = principals(session, database)
            return all.flatMap { member in
                member.roles.sorted().compactMap { role -> [SQLValue]? in
                    all.first { $0.kind == .role && $0.name.matches(role) }.map {
                        [.number($0.id), .number(member.id)]
                    }
                }
            }
        },
        SystemView("sys", "database_permissions", permissionColumns) { session, database in
            let all = principals(session, database)
            return database.permissions.compactMap { permission -> [SQLValue]? in
                guard let grantee = all.first(where: { $0.name.matches(permission.grantee) }) else { return nil }
                let (kind, description, major, minor): (Int, String, Int, Int) =
                    switch permission.scope {
                    case .database: (0, "DATABASE", 0, 0)
                    case .schema(let name): (3, "SCHEMA", database.schemas[name]?.id ?? 0, 0)
                    case .object(let id, let column): (1, "OBJECT_OR_COLUMN", id, column ?? 0)
                    }
                return row(of: permission, kind, description, major, minor, grantee.id)
            }
        },
        SystemView(
            "sys",
            "server_principals",
            [
                ("name", sysname), ("principal_id", .int), ("sid", .varbinary(85)), ("type", .char(1)),
                ("type_desc", .nvarchar(60)),
                ("is_disabled", .bit), ("create_date", .datetime), ("modify_date", .datetime),
                ("default_database_name", sysname),
                ("default_language_name", sysname), ("owning_principal_id", .int), ("is_fixed_role", .bit),
            ]
        ) { session, _ in
            var rows = serverPrincipals(session)
            for (index, role) in serverRoles.enumerated() {
                rows.append(
                    [
                        .string(role), .number(index + 2), .binary([UInt8(truncatingIfNeeded: index + 2)]),
                        .string("R"),
                        .string("SERVER_ROLE"), .bool(false), dateTime(0), dateTime(0), .null, .null, .integer(1),
                        .bool(role != "public"),
                    ]
                )
            }
            return rows
        },
        SystemView(
            "sys",
            "sql_logins",
            [
                ("name", sysname), ("principal_id", .int), ("sid", .varbinary(85)), ("type", .char(1)),
                ("type_desc", .nvarchar(60)),
                ("is_disabled", .bit), ("create_date", .datetime), ("modify_date", .datetime),
                ("default_database_name", sysname),
                ("default_language_name", sysname), ("owning_principal_id", .int), ("is_fixed_role", .bit),
                ("is_policy_checked", .bit), ("is_expiration_checked", .bit), ("password_hash", .varbinary(256)),
            ]
        ) { session, _ in
            serverPrincipals(session).map { $0 + [.bool(true), .bool(false), .null] }
        },
        SystemView("sys", "server_role_members", [("role_principal_id", .int), ("member_principal_id", .int)]) {
            session,
            _ in
            visibleLogins(session).filter(\.isSysadmin).map { [.integer(3), .number($0.id)] }
        },
        SystemView("sys", "server_permissions", permissionColumns) { session, _ in
            let logins = visibleLogins(session)
            var rows = logins.map { login in
                row(
                    of: Permission(grantee: login.name, name: "CONNECT SQL", scope: .database, isDenied: false),
                    100,
                    "SERVER",
                    0,
                    0,
                    login.id
                )
            }
            for permission in session.server.registry.permissions {
                guard let login = logins.first(where: { $0.name.matches(permission.grantee) }) else { continue }
                rows.append(row(of: permission, 100, "SERVER", 0, 0, login.id))
            }
            return rows
        },
    ]

    /// The fixed roles of the server; `sysadmin` has the number 3.
    static let serverRoles = [
        "public", "sysadmin", "securityadmin", "serveradmin", "setupadmin", "processadmin", "diskadmin", "dbcreator",
        "bulkadmin",
    ]

    private static let permissionColumns: [(String, SQLType)] = [
        ("class", .tinyint), ("class_desc", .nvarchar(60)), ("major_id", .int), ("minor_id", .int),
        ("grantee_principal_id", .int),
        ("grantor_principal_id", .int), ("type", .char(4)), ("permission_name", .nvarchar(128)), ("state", .char(1)),
        ("state_desc", .nvarchar(60)),
    ]

    private static func row(
        of permission: Permission,
        _ kind: Int,
        _ description: String,
        _ major: Int,
        _ minor: Int,
        _ grantee: Int
    ) -> [SQLValue] {
        let codes = [
            "SELECT": "SL", "INSERT": "IN", "UPDATE": "UP", "DELETE": "DL", "EXECUTE": "EX", "REFERENCES": "RF",
            "CONTROL": "CL",
            "ALTER": "AL", "CONNECT": "CO", "VIEW DEFINITION": "VW", "VIEW CHANGE TRACKING": "VWCT",
            "VIEW DATABASE STATE": "VWDS",
            "CONNECT SQL": "COSQ", "VIEW SERVER STATE": "VWSS", "VIEW ANY DEFINITION": "VWAD", "CREATE TABLE": "CRTB",
            "VIEW ANY DATABASE": "VWDB", "CONTROL SERVER": "CL",
        ]
        let (state, word) =
            permission.isDenied
            ? ("D", "DENY") : permission.hasGrantOption ? ("W", "GRANT_WITH_GRANT_OPTION") : ("G", "GRANT")
        return [
            .number(kind), .string(description), .number(major), .number(minor), .number(grantee), .integer(1),
            .string((codes[permission.name] ?? "").padding(to: 4)), .string(permission.name), .string(state),
            .string(word),
        ]
    }

    /// The principals of a database that the session sees: itself, those of the system, and all for an owner.
    static func principals(_ session: Session, _ database: DatabaseCatalogue) -> [Principal] {
        var all = Principal.fixed
        let names = session.principals(in: database)
        let seesAll = session.isOwner(of: database) || session.holdsOnServer("VIEW ANY DEFINITION")
        all += database.principals.filter { seesAll || names.contains($0.name.lowercased()) }.sorted { $0.id < $1.id }
        return all + FixedRole.allCases.map { Principal(id: $0.id, name: $0.rawValue, kind: .role) }
    }

    private static func visibleLogins(_ session: Session) -> [ServerState.Login] {
        let seesAll = session.isSysadmin || session.holdsOnServer("VIEW ANY DEFINITION")
        return session.server.logins.filter { seesAll || $0.name.matches("sa") || $0.name.matches(session.loginName) }
    }

    private static func serverPrincipals(_ session: Session) -> [[SQLValue]] {
        visibleLogins(session).map { login in
            [
                .string(login.name), .number(login.id), .binary(session.securityID(ofLogin: login.name)), .string("S"),
                .string("SQL_LOGIN"), .bool(login.isDisabled), dateTime(login.created), dateTime(login.created),
                .string(login.defaultDatabase), .string("us_english"), .null, .bool(false),
            ]
        }
    }
}

/// The roles that every database has.
enum FixedRole: String, CaseIterable, Sendable {
    case owner = "db_owner"
    case accessAdmin = "db_accessadmin"
    case securityAdmin = "db_securityadmin"
    case ddlAdmin = "db_ddladmin"
    case backupOperator = "db_backupoperator"
    case dataReader = "db_datareader"
    case dataWriter = "db_datawriter"
    case denyDataReader = "db_denydatareader"
    case denyDataWriter = "db_denydatawriter"

    var id: Int {
        switch self {
        case .owner: 16384
        case .accessAdmin: 16385
        case .securityAdmin: 16386
        case .ddlAdmin: 16387
        case .backupOperator: 16389
        case .dataReader: 16390
        case .dataWriter: 16391
        case .denyDataReader: 16392
        case .denyDataWriter: 16393
        }
    }
}

extension Session {
    /// `SUSER_SID`: 0x01 for `sa`, else 16 bytes that follow from the name.
    func securityID(ofLogin name: String) -> [UInt8] {
        if name.matches("sa") { return [1] }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var bytes: [UInt8] = []
        for round in 0..<2 {
            for byte in name.lowercased().utf8 { hash = (hash ^ UInt64(byte) ^ UInt64(round)) &* 0x0000_0100_0000_01B3 }
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
        }
        return bytes
    }
}

extension String {
    /// The text with spaces at its end up to a length.
    func padding(to count: Int) -> String { self + String(repeating: " ", count: max(0, count - utf8.count)) }
}
