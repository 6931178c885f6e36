import TSQL

/// `CREATE SEQUENCE`, `ALTER SEQUENCE` and `NEXT VALUE FOR`.
extension Session {
    func define(_ definition: SequenceDefinition) throws(SQLError) {
        try writing { () throws(SQLError) in
            let (database, schema) = try place(of: definition.name)
            try checkMayDefine()
            let now = server.now()
            let binder = Binder(self)
            let name = definition.name
            guard definition.isAlter else {
                let type = try definition.type.map { (type) throws(SQLError) in try binder.type(type) } ?? .bigint
                let sequence = try SequenceObject(definition, type: type, altering: nil)
                return try change(database) { (catalogue) throws(SQLError) in
                    guard catalogue.objectID(schema: schema, name: name.last) == nil else {
                        throw SQLError(
                            2714,
                            "There is already an object named '\(name.last)' in the database.",
                            state: 6
                        )
                    }
                    let id = catalogue.newID()
                    catalogue.add(
                        ModuleObject(
                            id: id,
                            schema: schema,
                            name: name.last,
                            kind: .sequence(sequence),
                            text: "",
                            created: now,
                            modified: now
                        )
                    )
                }
            }
            guard var module = try self.database(named: database).module(schema: schema, name: name.last),
                case .sequence(let known) = module.kind
            else { throw Binder.unknown(name) }
            module.kind = .sequence(try SequenceObject(definition, type: known.type, altering: known))
            module.modified = now
            let (changed, storage) = (module, key(of: module, in: try self.database(named: database)))
            try change(database) { (catalogue) throws(SQLError) in catalogue.add(changed) }
            let restarts = definition.options.contains { if case .restart = $0 { true } else { false } }
            if restarts { server.noteIdentity(nil, of: storage) }
        }
        finish(.none, isQuiet: true)
    }

    /// By what the server keeps where a sequence stands.
    private func key(of module: ModuleObject, in database: DatabaseCatalogue) -> String {
        "sequence \(database.id) \(module.id)"
    }

    /// The sequence of a name, and what gives its next number.
    func sequence(_ name: Name) throws(SQLError) -> BoundFunction {
        let database = try Binder(self).database(of: name)
        let schema = name.parts.count > 1 ? name.parts[name.parts.count - 2] : ""
        guard let module = database.module(schema: schema.isEmpty ? "dbo" : schema, name: name.last) else {
            throw Binder.unknown(name)
        }
        guard case .sequence(let sequence) = module.kind else {
            throw SQLError(11726, "Object '\(name.last)' is not a sequence object.")
        }
        try checkMay("UPDATE", module, in: database)
        let storage = key(of: module, in: database)
        return BoundFunction(
            key: "next value \(storage) \(sequence)",
            arguments: [],
            result: sequence.type,
            isNullable: false
        ) { [unowned self] (_) throws(SQLError) in
            guard let next = server.next(of: storage, sequence.number) else {
                throw SQLError(
                    11728,
                    "The sequence object '\(module.name)' has reached its minimum or maximum value. Restart the sequence object to allow new values to be generated."
                )
            }
            return .integer(next)
        }
    }

    /// The last number that a sequence gave; its start where it gave none.
    func current(_ sequence: SequenceObject, _ module: ModuleObject, in database: DatabaseCatalogue) -> Int64 {
        server.lastIdentity(of: key(of: module, in: database)) ?? sequence.start
    }
}
