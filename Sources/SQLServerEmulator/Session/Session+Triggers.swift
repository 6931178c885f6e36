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

/// Triggers of a database. They run in the transaction of the statement that fired them.
extension Session {
    /// Refuses events that are never fired here.
    func checkEvents(of trigger: TriggerDefinition) throws(SQLError) {
        guard case .database = trigger.scope else {
            throw SQLError.unsupported("CREATE TRIGGER on a table or on all servers")
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
            try run(trigger, description(of: event, in: database), in: name)
        }
    }

    private func run(_ trigger: ModuleObject, _ data: String, in name: String) throws(SQLError) {
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
        runningBatch = batch
        databaseName = name
        // An error in a trigger ends the transaction, unless the trigger says otherwise.
        settings.abortsTransactions = true
        // There is always a transaction, also where the statement has opened none.
        let opensTransaction = transaction.count == 0
        if opensTransaction { transaction.count = 1 }
        defer {
            eventData.removeLast()
            runningBatch = outerBatch
            settings = outerSettings
            databaseName = outerDatabase
        }
        var frame = Frame()
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
