import TSQL

/// What a statement that defines something did, as triggers learn of it.
struct DefinitionEvent {
    /// `ALTER_TABLE`
    var type: String
    var schema: String
    var object: String
    var objectType = "TABLE"
    /// The statement.
    var text: String

    /// The events that are fired.
    static let types: Set<String> = ["CREATE_TABLE", "ALTER_TABLE", "DROP_TABLE"]
    /// Names for several events.
    static let groups: [String: Set<String>] = ["DDL_TABLE_EVENTS": types]

    /// Whether a trigger for a word is one for this event.
    func isMeant(by word: String) -> Bool { word == type || Self.groups[word]?.contains(type) ?? false }
}

/// Triggers of a database and of tables. They run in the transaction of the statement that fired them.
extension Session {
    /// Refuses events that are never fired here.
    func checkEvents(of trigger: TriggerDefinition) throws(SQLError) {
        switch trigger.scope {
        case .allServer: throw SQLError.unsupported("CREATE TRIGGER … ON ALL SERVER")
        case .object(let name):
            if trigger.timing == .insteadOf { throw SQLError.unsupported("CREATE TRIGGER … INSTEAD OF") }
            guard case .table(let table)? = try? Binder(self).object(name, for: nil), table.id > 0, !table.isShipped
            else {
                throw SQLError(
                    8197,
                    "The object '\(name.parts.joined(separator: "."))' does not exist or is invalid for this operation.",
                    state: 4
                )
            }
            return
        case .database: break
        }
        for event in trigger.events where !DefinitionEvent.types.contains(event) && DefinitionEvent.groups[event] == nil
        {
            throw SQLError.unsupported("CREATE TRIGGER … FOR \(event)")
        }
    }

    /// Runs the triggers of an event.
    func fire(_ event: DefinitionEvent, in name: String) throws(SQLError) {
        guard let database = catalogue(name) else { return }
        let triggers = database.modules.values.filter { module in
            guard case .trigger(let definition) = module.kind, !module.isDisabled, case .database = definition.scope
            else { return false }
            return definition.events.contains(where: event.isMeant)
        }
        for trigger in triggers.sorted(by: { $0.id < $1.id }) {
            try run(trigger, description(of: event, in: database), Frame(), in: name)
        }
    }

    /// Runs the triggers of a table after a statement has changed it.
    ///
    /// - Parameters:
    ///   - actions: What the statement does, `INSERT`, `UPDATE` or `DELETE`: triggers run whether it found rows or not.
    ///   - touched: The ids of the columns that it sets.
    func fireTriggers(of table: TableObject, _ actions: [String], _ changes: [RowChange], touched: Set<Int> = [])
        throws(SQLError)
    {
        guard table.id > 0, let database = database(of: table) else { return }
        let triggers = database.triggers(of: table.id).filter { !$0.isDisabled && $0.id != runningTriggers.last }
        guard !triggers.isEmpty else { return }
        for action in actions {
            let own = changes.filter { $0.action == action }
            for trigger in triggers {
                guard case .trigger(let definition) = trigger.kind, definition.events.contains(action) else { continue }
                var frame = Frame()
                frame.triggered = table
                frame.updated = action == "INSERT" ? Set(table.columns.map(\.id)) : action == "UPDATE" ? touched : []
                frame.tables["inserted"] = try makeTriggerTable(table, own.compactMap(\.after))
                frame.tables["deleted"] = try makeTriggerTable(table, own.compactMap(\.before))
                rowCount = Int64(own.count)
                try run(trigger, nil, frame, in: database.name)
            }
        }
    }

    /// A table of rows that a trigger sees. It goes with the trigger's variables.
    private func makeTriggerTable(_ table: TableObject, _ rows: [[StoredValue]]) throws(SQLError) -> TableObject {
        var result = table
        result.id = -Int(truncatingIfNeeded: server.newTransactionID())
        result.storage = "temp.\"t\(-result.id)\""
        (result.indexes, result.foreignKeys, result.checks, result.tracking) = ([], [], [], nil)
        let columns = table.columns.map(\.storage).joined(separator: ", ")
        try sqlite.run("CREATE TABLE \(result.storage) (\(columns))")
        let marks = table.columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        for row in rows { try sqlite.run("INSERT INTO \(result.storage) (\(columns)) VALUES (\(marks))", row) }
        return result
    }

    func triggerTable(_ name: String) -> TableObject? {
        frames[frames.count - 1].triggered == nil ? nil : frames[frames.count - 1].tables[name.lowercased()]
    }

    func isUpdated(_ column: String) throws(SQLError) -> Bool {
        guard let table = frames[frames.count - 1].triggered else {
            throw SQLError(157, "The UPDATE function can be used only in a trigger.", severity: 15)
        }
        guard let found = table.column(column) else { throw SQLError(207, "Invalid column name '\(column)'.") }
        return frames[frames.count - 1].updated.contains(found.id)
    }

    /// - Throws: 334 for rows that would go to the client while triggers may change them.
    func checkMayOutput(_ clauses: [OutputClause], of table: TableObject) throws(SQLError) {
        guard clauses.contains(where: { $0.into == nil }), table.id > 0, let database = database(of: table),
            database.triggers(of: table.id).contains(where: { !$0.isDisabled })
        else { return }
        throw SQLError(
            334,
            "The target table '\(table.name)' of the DML statement cannot have any enabled triggers if the statement contains an OUTPUT clause without INTO clause."
        )
    }

    private func run(_ trigger: ModuleObject, _ data: String?, _ frame: Frame, in name: String) throws(SQLError) {
        guard frames.count <= 32 else {
            throw SQLError(
                217,
                "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32)."
            )
        }
        let batch = try parsed(trigger)
        guard case .createTrigger(let definition)? = batch.statements.first?.kind else { return }
        let (outerBatch, outerSettings, outerDatabase) = (runningBatch, settings, databaseName)
        eventData.append(data)
        runningTriggers.append(trigger.id)
        runningBatch = batch
        databaseName = name
        // An error in a trigger ends the transaction, unless the trigger says otherwise.
        settings.abortsTransactions = true
        // There is always a transaction, also where the statement has opened none.
        let opensTransaction = transaction.count == 0
        if opensTransaction { transaction.count = 1 }
        defer {
            eventData.removeLast()
            runningTriggers.removeLast()
            runningBatch = outerBatch
            settings = outerSettings
            databaseName = outerDatabase
        }
        var frame = frame
        frame.procedure = trigger.name
        do throws(SQLError) {
            try inModule(trigger, of: try self.database(named: name)) { () throws(SQLError) in
                _ = try inFrame(frame) { () throws(SQLError) in try runModule(definition.body) }
            }
            guard sqlite.isInTransaction else { throw SQLError.endedInTrigger }
            if transaction.isDoomed {
                throw SQLError(
                    3616,
                    "An error was raised during trigger execution. The batch has been aborted and the user transaction, if any, has been rolled back."
                )
            }
        } catch {
            abortsBatch = true
            if opensTransaction {
                transaction.count = 0
                transaction.isDoomed = false
            } else if error.number == 3616 {
                try rollbackTransaction()
            }
            throw error
        }
        if opensTransaction { transaction.count = 0 }
    }

    /// The text of a module as a batch, to which the places of its statements refer.
    func parsed(_ module: ModuleObject) throws(SQLError) -> Batch {
        if let known = parsedModules[module.text] { return known }
        let batch = try parse(module.text)
        if parsedModules.count >= 200 { parsedModules = [:] }
        parsedModules[module.text] = batch
        return batch
    }

    /// What `EVENTDATA()` gives.
    ///
    /// Source: Microsoft, "EVENTDATA (Transact-SQL)".
    private func description(of event: DefinitionEvent, in database: DatabaseCatalogue) throws(SQLError) -> String {
        let time = try Conversion.convert(
            SystemViews.dateTime(server.now()),
            from: .datetime,
            to: .nvarchar(30),
            style: 126
        )
        let parts = [
            ("EventType", event.type), ("PostTime", time.string ?? ""), ("SPID", "\(id)"), ("ServerName", server.name),
            ("LoginName", loginName), ("UserName", userName(in: database)), ("DatabaseName", database.name),
            ("SchemaName", event.schema), ("ObjectName", event.object), ("ObjectType", event.objectType),
        ]
        let elements = parts.map { "<\($0.0)>\($0.1.escapedForXML)</\($0.0)>" }.joined()
        let options =
            "<SetOptions ANSI_NULLS=\"ON\" ANSI_NULL_DEFAULT=\"ON\" ANSI_PADDING=\"ON\" QUOTED_IDENTIFIER=\"\(settings.quotesIdentifiers ? "ON" : "OFF")\" ENCRYPTED=\"FALSE\"/>"
        return
            "<EVENT_INSTANCE>\(elements)<TSQLCommand>\(options)<CommandText>\(event.text.escapedForXML)</CommandText></TSQLCommand></EVENT_INSTANCE>"
    }
}

extension SQLError {
    static let endedInTrigger = SQLError(3609, "The transaction ended in the trigger. The batch has been aborted.")
}

extension DatabaseCatalogue {
    /// The triggers of a table, in the order in which they were made.
    func triggers(of table: Int) -> [ModuleObject] {
        modules.values.filter { $0.parent(in: self) == table }.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
    }
}
