import TSQL

/// What binders ask of the session.
extension Session: BindingContext {
    var routines: Routines { sqlite.routines }

    var database: DatabaseCatalogue {
        // A database that was dropped under the session has nothing in it.
        catalogue(databaseName)
            ?? DatabaseCatalogue(id: 0, name: databaseName, collation: .default.with(.implicit), created: server.now())
    }

    func database(named name: String) throws(SQLError) -> DatabaseCatalogue {
        guard let database = catalogue(name) else { throw Self.unknownDatabase(name) }
        guard hasAccess(to: database) else {
            throw SQLError(
                916,
                "The server principal \"\(loginName)\" is not able to access the database \"\(database.name)\" under the current security context.",
                severity: 14
            )
        }
        return database
    }

    func variable(_ name: String) throws(SQLError) -> (type: SQLType, value: SQLValue) {
        guard let variable = frames[frames.count - 1].variables[name.lowercased()] else {
            throw SQLError(137, "Must declare the scalar variable \"\(name)\".", severity: 15)
        }
        return variable
    }

    func setVariable(_ name: String, _ value: SQLValue) {
        frames[frames.count - 1].variables[name.lowercased()]?.value = value
    }

    func tableVariable(_ name: String) throws(SQLError) -> TableObject {
        guard let table = frames[frames.count - 1].tables[name.lowercased()] else {
            throw SQLError(1087, "Must declare the table variable \"\(name)\".", severity: 15)
        }
        return table
    }

    func temporaryTable(_ name: String) -> TableObject? { temporaryTables[name.lowercased()] }

    func global(_ name: String) throws(SQLError) -> (type: SQLType, value: SQLValue) {
        switch name.lowercased() {
        case "@@rowcount": (.int, .integer(rowCount))
        case "@@error": (.int, .integer(Int64(lastError)))
        case "@@trancount": (.int, .integer(Int64(transaction.count)))
        case "@@spid": (.smallint, .integer(Int64(id)))
        case "@@identity": (.decimal(38, 0), lastIdentity)
        case "@@servername": (.nvarchar(128), .string(server.name))
        case "@@servicename": (.nvarchar(128), .string("MSSQLSERVER"))
        case "@@version":
            (.nvarchar(300), .string("Microsoft SQL Server 2022 (emulated by swift-cdc) - 16.0.1000.6 (X64)"))
        case "@@microsoftversion": (.int, .integer(0x1000_03E8))
        case "@@language": (.nvarchar(128), .string("us_english"))
        case "@@langid": (.smallint, .integer(0))
        case "@@datefirst": (.tinyint, .integer(Int64(settings.dateFirst)))
        case "@@dbts": (.varbinary(8), .binary(server.lastRowVersion))
        case "@@lock_timeout": (.int, .integer(settings.lockTimeout))
        case "@@max_precision": (.tinyint, .integer(38))
        case "@@nestlevel": (.int, .integer(Int64(frames.count - 1)))
        case "@@options": (.int, .integer(5496))
        case "@@procid": (.int, .integer(0))
        case "@@textsize": (.int, .integer(settings.textSize))
        case "@@cursor_rows": (.int, .integer(cursorRows))
        case "@@fetch_status": (.int, .integer(fetchStatus))
        default: throw SQLError(137, "Must declare the scalar variable \"\(name)\".", severity: 15)
        }
    }
}
