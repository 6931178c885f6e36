/// Databases, and the properties of database, server, connection and session.
///
/// Source: Microsoft, "DATABASEPROPERTYEX", "SERVERPROPERTY", "CONNECTIONPROPERTY" and "SESSIONPROPERTY (Transact-SQL)".
extension ContextFunctions {
    static let databaseFunctions: [String: ContextFunction] = [
        "DB_ID": ContextFunction([name], optional: 1, .int) { session, values in
            if values.isEmpty { return .number(session.database.id) }
            return values[0].string.flatMap(session.catalogue).map { .number($0.id) } ?? .null
        },
        "DB_NAME": ContextFunction([.int], optional: 1, name) { session, values in
            if values.isEmpty { return .string(session.databaseName) }
            return .optional(session.databases.first { $0.id == values[0].whole }?.name)
        },
        "HAS_DBACCESS": ContextFunction([name], .int) { session, values in
            values[0].string.flatMap(session.catalogue).map { .bool(session.hasAccess(to: $0)) } ?? .null
        },
        "DATABASEPROPERTYEX": ContextFunction([name, name], .sqlVariant) { session, values in
            guard let database = values[0].string.flatMap(session.catalogue) else { return .null }
            switch values[1].string?.lowercased().trimmingSpaces {
            case "collation": return .variant(database.collation.name)
            case "status": return .variant("ONLINE")
            case "updateability": return .variant(database.options.isReadOnly ? "READ_ONLY" : "READ_WRITE")
            case "useraccess": return .variant("MULTI_USER")
            case "recovery": return .variant(database.id <= 4 ? "SIMPLE" : database.options.recovery)
            case "version": return .variant(957)
            case "sqlsortorder": return .variant(52)
            case "lcid": return .variant(1033)
            case "comparisonstyle": return .variant(196_609)
            case "isautocreatestatistics", "isautoupdatestatistics": return .variant(true)
            case "isfulltextenabled", "isautoclose", "isautoshrink", "isinstandby", "ispublished", "issubscribed",
                "issyncwithbackup", "ismergepublished", "isansinulldefault", "isansinullsenabled",
                "isansipaddingenabled",
                "isansiwarningsenabled", "isarithmeticabortenabled", "isclosecursorsoncommitenabled",
                "islocalcursorsdefault",
                "isnullconcat", "isnumericroundabortenabled", "isparameterizationforced", "isquotedidentifiersenabled",
                "isrecursivetriggersenabled", "istorpagedetectionenabled":
                return .variant(false)
            default: return .null
            }
        },
    ]

    static let propertyFunctions: [String: ContextFunction] = [
        "SERVERPROPERTY": ContextFunction([name], .sqlVariant) { session, values in
            switch values[0].string?.lowercased().trimmingSpaces {
            case "productversion": return .variant("16.0.1000.6")
            case "productmajorversion": return .variant("16")
            case "productminorversion": return .variant("0")
            case "productbuild": return .variant("1000")
            case "productlevel": return .variant("RTM")
            case "edition": return .variant("Developer Edition (64-bit)")
            case "editionid": return .variant(.bigint, .integer(-2_117_995_310))
            case "engineedition": return .variant(3)
            case "servername", "machinename", "computernamephysicalnetbios": return .variant(session.server.name)
            case "collation": return .variant(Collation.default.name)
            case "collationid": return .variant(872_468_488)
            case "comparisonstyle": return .variant(196_609)
            case "lcid": return .variant(1033)
            case "sqlcharset": return .variant(.tinyint, .integer(1))
            case "sqlcharsetname": return .variant("iso_1")
            case "sqlsortorder": return .variant(.tinyint, .integer(52))
            case "sqlsortordername": return .variant("nocase_iso")
            case "processid": return .variant(1000)
            case "licensetype": return .variant("DISABLED")
            case "resourceversion": return .variant("16.00.1000")
            case "buildclrversion": return .variant("v4.0.30319")
            case "isclustered", "ishadrenabled", "isintegratedsecurityonly", "issingleuser", "isfulltextinstalled",
                "islocaldb",
                "ispolybaseinstalled", "isadvancedanalyticsinstalled", "filestreamconfiguredlevel",
                "filestreameffectivelevel",
                "isbigdatacluster", "istempdbmetadatamemoryoptimized":
                return .variant(false)
            case "isxtpsupported": return .variant(true)
            case "hadrmanagerstatus": return .variant(2)
            default: return .null
            }
        },
        "CONNECTIONPROPERTY": ContextFunction([name], .sqlVariant) { session, values in
            switch values[0].string?.lowercased().trimmingSpaces {
            case "net_transport", "physical_net_transport": return .variant("TCP")
            case "protocol_type": return .variant("TSQL")
            case "auth_scheme": return .variant("SQL")
            case "client_net_address", "local_net_address": return .variant(session.client.address)
            case "local_tcp_port": return .variant(1433)
            default: return .null
            }
        },
        "SESSIONPROPERTY": ContextFunction([name], .sqlVariant) { session, values in
            let property = values[0].string?.uppercased().trimmingSpaces ?? ""
            switch property {
            case "QUOTED_IDENTIFIER": return .variant(session.settings.quotesIdentifiers)
            case "ANSI_NULLS", "ANSI_PADDING", "ANSI_WARNINGS", "ARITHABORT", "CONCAT_NULL_YIELDS_NULL":
                return .variant(session.settings.others[property] ?? true)
            case "NUMERIC_ROUNDABORT": return .variant(session.settings.others[property] ?? false)
            default: return .null
            }
        },
        "FULLTEXTSERVICEPROPERTY": ContextFunction([name], .int) { _, values in
            values[0].string?.matches("IsFulltextInstalled") ?? false ? .integer(0) : .null
        },
        "SESSION_CONTEXT": ContextFunction([name], .sqlVariant) { session, values in
            values[0].string.flatMap { session.context[$0]?.value } ?? .null
        },
        "CONTEXT_INFO": ContextFunction([], .varbinary(128)) { session, _ in
            let bytes = session.settings.contextInfo
            return bytes.isEmpty ? .null : .binary(bytes + [UInt8](repeating: 0, count: max(0, 128 - bytes.count)))
        },
    ]
}
