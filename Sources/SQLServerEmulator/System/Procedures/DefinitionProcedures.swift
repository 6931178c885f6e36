import TSQL

/// Procedures that define or rename something.
///
/// Source: Microsoft, "sp_rename (Transact-SQL)", "Security stored procedures (Transact-SQL)".
extension SystemProcedures {
    static let definitionProcedures: [String: SystemProcedure] = [
        "sp_rename": SystemProcedure([
            ("@objname", .nvarchar(1035), nil), ("@newname", name, nil), ("@objtype", .varchar(13), .null),
        ]) {
            (session, call) throws(SQLError) in
            try session.rename(
                call.text("@objname") ?? "",
                to: call.text("@newname") ?? "",
                as: call.text("@objtype")?.uppercased()
            )
            return 0
        },
        "sp_addrolemember": SystemProcedure([("@rolename", name, nil), ("@membername", name, nil)]) {
            (session, call) throws(SQLError) in
            try session.runText(
                "ALTER ROLE \(quoted(call, "@rolename")) ADD MEMBER \(quoted(call, "@membername"))",
                variables: [:]
            )
            return 0
        },
        "sp_droprolemember": SystemProcedure([("@rolename", name, nil), ("@membername", name, nil)]) {
            (session, call) throws(SQLError) in
            try session.runText(
                "ALTER ROLE \(quoted(call, "@rolename")) DROP MEMBER \(quoted(call, "@membername"))",
                variables: [:]
            )
            return 0
        },
        "sp_addsrvrolemember": SystemProcedure([("@loginame", name, nil), ("@rolename", name, .null)]) {
            (session, call) throws(SQLError) in
            try session.runText(
                "ALTER SERVER ROLE \(quoted(call, "@rolename")) ADD MEMBER \(quoted(call, "@loginame"))",
                variables: [:]
            )
            return 0
        },
        "sp_adduser": SystemProcedure([
            ("@loginame", name, nil), ("@name_in_db", name, .null), ("@grpname", name, .null),
        ]) {
            (session, call) throws(SQLError) in
            try addUser(session, call)
            if call.text("@grpname") != nil {
                let member = call.text("@name_in_db") == nil ? "@loginame" : "@name_in_db"
                try session.runText(
                    "ALTER ROLE \(quoted(call, "@grpname")) ADD MEMBER \(quoted(call, member))",
                    variables: [:]
                )
            }
            return 0
        },
        "sp_grantdbaccess": SystemProcedure([("@loginame", name, nil), ("@name_in_db", name, .null)]) {
            (session, call) throws(SQLError) in
            try addUser(session, call)
            return 0
        },
    ]

    private static func quoted(_ call: SystemCall, _ parameter: String) -> String { quoted(call.text(parameter) ?? "") }

    private static func addUser(_ session: Session, _ call: SystemCall) throws(SQLError) {
        let user = call.text("@name_in_db") == nil ? "@loginame" : "@name_in_db"
        try session.runText("CREATE USER \(quoted(call, user)) FOR LOGIN \(quoted(call, "@loginame"))", variables: [:])
    }
}

extension Session {
    /// `sp_rename`
    fileprivate func rename(_ old: String, to new: String, as kind: String?) throws(SQLError) {
        guard !new.isEmpty else {
            throw SQLError(15223, "Error: The input parameter 'newname' is not allowed to be null.", severity: 11)
        }
        try checkMayDefine()
        let unknown = SQLError(
            15225,
            "No item by the name of '\(old)' could be found in the current database '\(databaseName)', given that @itemtype was input as '\(kind ?? "(null)")'.",
            severity: 11
        )
        guard let parts = ObjectName.parts(old.trimmingSpaces), let last = parts.last, !last.isEmpty else {
            throw unknown
        }
        try writing { () throws(SQLError) in
            switch kind {
            case "COLUMN", "INDEX":
                guard parts.count > 1 else {
                    throw SQLError(
                        15248,
                        "Either the parameter @objname is ambiguous or the claimed @objtype (\(kind ?? "")) is wrong.",
                        severity: 11
                    )
                }
                let schema = parts.count > 2 && !parts[parts.count - 3].isEmpty ? parts[parts.count - 3] : "dbo"
                guard var table = database.table(schema: schema, name: parts[parts.count - 2]), !table.isShipped else {
                    throw unknown
                }
                if kind == "COLUMN" {
                    try rename(column: last, to: new, of: &table, unknown)
                } else {
                    guard let place = table.indexes.firstIndex(where: { $0.name.matches(last) }) else { throw unknown }
                    try checkIsFree(new, "INDEX", !table.indexes.contains { $0.name.matches(new) })
                    table.indexes[place].name = new
                }
                table.modified = server.now()
                let changed = table
                try change(databaseName) { (catalogue) throws(SQLError) in
                    // Names of constraints are names of objects.
                    catalogue.replace(changed)
                }
            case nil, "OBJECT":
                let given = parts.count > 1 ? parts[parts.count - 2] : ""
                let schema = given.isEmpty ? "dbo" : given
                guard let id = database.objectID(schema: schema, name: last) else { throw unknown }
                try checkIsFree(new, "OBJECT", database.objectID(schema: schema, name: new) == nil)
                try rename(object: id, to: new)
            default: throw SQLError.unsupported("sp_rename of a \(kind ?? "")")
            }
        }
        inform(15477, "Caution: Changing any part of an object name could break scripts and stored procedures.")
    }

    private func checkIsFree(_ name: String, _ kind: String, _ isFree: Bool) throws(SQLError) {
        guard isFree else {
            throw SQLError(
                15335,
                "Error: The new name '\(name)' is already in use as a \(kind) name and would cause a duplicate that is not permitted.",
                severity: 11
            )
        }
    }

    private func rename(column old: String, to new: String, of table: inout TableObject, _ unknown: SQLError)
        throws(SQLError)
    {
        guard let place = table.columns.firstIndex(where: { $0.name.matches(old) }) else { throw unknown }
        let column = table.columns[place]
        try checkIsFree(new, "COLUMN", !table.columns.contains { $0.id != column.id && $0.name.matches(new) })
        try checkMayRename(column, of: table, in: database)
        // Conditions and computations are kept as texts, in which the name stands.
        let texts =
            table.checks.map(\.text) + table.columns.compactMap(\.computation?.text)
            + table.indexes.compactMap(\.filter)
        if texts.contains(where: { $0.mentions(column.name) }) {
            throw SQLError(
                15336,
                "Object '\(table.name).\(column.name)' cannot be renamed because the object participates in enforced dependencies."
            )
        }
        table.columns[place].name = new
    }

    private func rename(object id: Int, to new: String) throws(SQLError) {
        let now = server.now()
        try change(databaseName) { (catalogue) throws(SQLError) in
            if var module = catalogue.modules[id] {
                catalogue.removeObject(id)
                module.name = new
                module.modified = now
                return catalogue.add(module)
            }
            let owner = catalogue.tables.values.first { $0.id == id || $0.constraintNames.contains { $0.id == id } }
            guard var table = owner else { return }
            if table.isShipped {
                throw SQLError(
                    15336,
                    "Object '\(table.name)' cannot be renamed because the object participates in enforced dependencies."
                )
            }
            // The old names go before the new ones come.
            catalogue.removeObject(table.id)
            if table.id == id { table.name = new }
            for index in table.indexes.indices
            where table.indexes[index].kind != .index && table.indexes[index].constraintID == id {
                table.indexes[index].name = new
            }
            for index in table.foreignKeys.indices where table.foreignKeys[index].id == id {
                table.foreignKeys[index].name = new
            }
            for index in table.checks.indices where table.checks[index].id == id { table.checks[index].name = new }
            for index in table.columns.indices where table.columns[index].defaultValue?.id == id {
                table.columns[index].defaultValue?.name = new
            }
            table.modified = now
            catalogue.add(table)
        }
    }
}

extension String {
    /// Whether a text names something, as a word of its own.
    fileprivate func mentions(_ name: String) -> Bool {
        let text = Array(lowercased().unicodeScalars)
        let word = Array(name.lowercased().unicodeScalars)
        guard !word.isEmpty, text.count >= word.count else { return false }
        func isPart(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_@#$".unicodeScalars.contains(scalar)
        }
        for start in 0...(text.count - word.count) where Array(text[start..<start + word.count]) == word {
            let end = start + word.count
            if start > 0, isPart(text[start - 1]) { continue }
            if end < text.count, isPart(text[end]) { continue }
            return true
        }
        return false
    }
}
