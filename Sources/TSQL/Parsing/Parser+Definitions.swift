extension Parser {
    func definitionStatement(_ word: Word, isFirstInBatch: Bool) throws(TSQLError) -> Statement.Kind? {
        switch word {
        case .create: return try createStatement(isFirstInBatch: isFirstInBatch)
        case .alter: return try alterStatement(isFirstInBatch: isFirstInBatch)
        case .drop: return try dropStatement()
        case .enable, .disable:
            guard next(.trigger) else { return nil }
            return .switchTrigger(try switchTrigger())
        default: return nil
        }
    }

    // MARK: CREATE

    private func createStatement(isFirstInBatch: Bool) throws(TSQLError) -> Statement.Kind {
        let start = current
        try expect(.create)
        if take(.or) {
            try expect(.alter)
            guard let kind = try module(.createOrAlter, from: start, isFirstInBatch: isFirstInBatch) else {
                throw unexpected()
            }
            return kind
        }
        if let kind = try module(.create, from: start, isFirstInBatch: isFirstInBatch) { return kind }
        if let kind = try createPrincipal() { return kind }
        switch current.word {
        case .table:
            advance()
            let line = current.line
            return .createTable(try tableDefinition(TableDefinition(name: try name(), line: line)))
        case .unique, .clustered, .nonclustered, .columnstore, .index: return .createIndex(try createIndex())
        case .schema: return .createSchema(try createSchema(isFirstInBatch: isFirstInBatch))
        case .type: return .createType(try createType())
        case .synonym:
            advance()
            let name = try name()
            try expect(.for)
            return .createSynonym(name: name, target: try self.name())
        case .sequence: return .sequence(try sequence(isAlter: false))
        case .database: return .createDatabase(try createDatabase())
        case .statistics: return .createStatistics(try createStatistics())
        default: throw unsupportedObject("CREATE")
        }
    }

    /// That a statement about some kind of object is not supported; that there is no object at all is a mistake of grammar.
    private func unsupportedObject(_ statement: String) -> TSQLError {
        guard current.kind == .word else { return unexpected() }
        return unsupported("\(statement) \(text(current).uppercased())")
    }

    // MARK: ALTER

    private func alterStatement(isFirstInBatch: Bool) throws(TSQLError) -> Statement.Kind {
        let start = current
        try expect(.alter)
        if let kind = try module(.alter, from: start, isFirstInBatch: isFirstInBatch) { return kind }
        switch current.word {
        case .table: return .alterTable(try alterTable())
        case .index: return .alterIndex(try alterIndex())
        case .database: return .alterDatabase(try alterDatabase())
        case .sequence: return .sequence(try sequence(isAlter: true))
        case .schema:
            advance()
            let name = try identifier()
            guard text(current).uppercased() == "TRANSFER" else { throw unexpected() }
            advance()
            return .alterSchema(name: name, transferring: try securable())
        case .authorization:
            advance()
            try expect(.on)
            let securable = try securable()
            try expect(.to)
            return .alterAuthorization(securable, owner: take(.schema, .owner) ? nil : try principalName())
        case .login, .user: return .principal(try alterPrincipal())
        case .role: return .alterRole(try alterRole(isServerRole: false))
        case .server where next(.role):
            advance()
            return .alterRole(try alterRole(isServerRole: true))
        default: throw unsupportedObject("ALTER")
        }
    }

    // MARK: DROP

    private func dropStatement() throws(TSQLError) -> Statement.Kind {
        try expect(.drop)
        if take(.index) { return .dropIndex(try dropIndex()) }
        guard let kind = dropKind() else { throw unsupportedObject("DROP") }
        advance()
        var statement = DropStatement(kind: kind, isIfExists: take(.if), names: [])
        if statement.isIfExists { try expect(.exists) }
        statement.names = try list(name)
        if kind == .trigger, take(.on) {
            if take(.all) {
                try expect(.server)
                statement.triggerScope = .allServer
            } else {
                try expect(.database)
                statement.triggerScope = .database
            }
        }
        return .drop(statement)
    }

    private func dropKind() -> DropStatement.Kind? {
        switch current.word {
        case .table: return .table
        case .view: return .view
        case .proc, .procedure: return .procedure
        case .function: return .function
        case .trigger: return .trigger
        case .schema: return .schema
        case .type: return .type
        case .synonym: return .synonym
        case .sequence: return .sequence
        case .database: return .database
        case .login: return .login
        case .user: return .user
        case .role: return .role
        case .server where next(.role):
            advance()
            return .serverRole
        case .statistics: return .statistics
        case .default: return .default
        case .rule: return .rule
        default: return nil
        }
    }

    // MARK: Schemas, types, sequences

    private func createSchema(isFirstInBatch: Bool) throws(TSQLError) -> SchemaDefinition {
        if !isFirstInBatch { throw .notFirstInBatch("CREATE SCHEMA", line: current.line) }
        try expect(.schema)
        let name = at(.authorization) ? nil : try identifier()
        let owner = take(.authorization) ? try principalName() : nil
        if name == nil, owner == nil { throw unexpected() }
        var definition = SchemaDefinition(name: name, owner: owner, elements: [])
        while at(.create, .grant, .deny, .revoke) {
            if at(.create), !next(.table), !next(.view) { throw unexpected() }
            definition.elements.append(try schemaElement())
        }
        return definition
    }

    private func schemaElement() throws(TSQLError) -> Statement {
        let start = current
        if at(.create), next(.view) {
            advance()
            advance()
            let view = try viewDefinition(.create)
            return Statement(kind: .createView(view), span: span(from: start))
        }
        return try statement()
    }

    private func createType() throws(TSQLError) -> TypeDefinition {
        try expect(.type)
        let line = current.line
        let name = try name()
        if take(.from) {
            let type = try dataType()
            return TypeDefinition(name: name, kind: .alias(type, isNullable: try nullability()))
        }
        guard take(.as) else {
            if at(.external) { throw unsupported("CREATE TYPE EXTERNAL NAME") }
            throw unexpected()
        }
        try expect(.table)
        var table = try tableBody(TableDefinition(name: name, line: line))
        table.options = try withOptions()
        return TypeDefinition(name: name, kind: .table(table))
    }

    /// `NULL` or `NOT NULL`, if it is next.
    func nullability() throws(TSQLError) -> Bool? {
        if take(.null) { return true }
        if at(.not), next(.null) {
            advance()
            advance()
            return false
        }
        return nil
    }

    private func sequence(isAlter: Bool) throws(TSQLError) -> SequenceDefinition {
        try expect(.sequence)
        var definition = SequenceDefinition(isAlter: isAlter, name: try name(), type: nil, options: [])
        if !isAlter, take(.as) { definition.type = try dataType() }
        while let option = try sequenceOption() { definition.options.append(option) }
        return definition
    }

    private func sequenceOption() throws(TSQLError) -> SequenceDefinition.Option? {
        if take(.start) {
            try expect(.with)
            return .start(try signedInteger())
        }
        if take(.increment) {
            try expect(.by)
            return .increment(try signedInteger())
        }
        if take(.minvalue) { return .minimum(try signedInteger()) }
        if take(.maxvalue) { return .maximum(try signedInteger()) }
        if take(.cycle) { return .cycle(true) }
        if take(.no, .minvalue) { return .minimum(nil) }
        if take(.no, .maxvalue) { return .maximum(nil) }
        if take(.no, .cycle) { return .cycle(false) }
        guard current.kind == .word else { return nil }
        switch text(current).uppercased() {
        case "RESTART":
            advance()
            return .restart(take(.with) ? try signedInteger() : nil)
        case "CACHE":
            advance()
            return .cache(current.kind == .integer ? try integer() : nil)
        case "NO":
            advance()
            guard text(current).uppercased() == "CACHE" else { throw unexpected() }
            advance()
            return .noCache
        default: return nil
        }
    }

    // MARK: Databases

    private func createDatabase() throws(TSQLError) -> DatabaseDefinition {
        try expect(.database)
        var definition = DatabaseDefinition(name: try identifier(), files: [], options: [])
        if take(.containment) {
            try expect(.equal)
            definition.containment = try upperWord()
        }
        if take(.on) { definition.files = try fileGroups() }
        if current.kind == .word, text(current).uppercased() == "LOG", next(.on) {
            advance()
            advance()
            let files = try list { () throws(TSQLError) in try optionList() }
            definition.files.append(DatabaseDefinition.FileGroup(name: "LOG", files: files))
        }
        if at(.as) { throw unsupported("AS SNAPSHOT OF") }
        if take(.collate) { definition.collation = try identifier() }
        if at(.for) { throw unsupported("FOR ATTACH") }
        if take(.with) { definition.options = try list(option) }
        return definition
    }

    private func fileGroups() throws(TSQLError) -> [DatabaseDefinition.FileGroup] {
        var groups: [DatabaseDefinition.FileGroup] = []
        var group = DatabaseDefinition.FileGroup(name: "PRIMARY", files: [])
        _ = take(.primary)
        repeat {
            if current.kind == .word, text(current).uppercased() == "FILEGROUP" {
                advance()
                groups.append(group)
                group = DatabaseDefinition.FileGroup(name: try identifier(), files: [])
            }
            guard at(.leftParenthesis) else { throw unexpected() }
            group.files.append(try optionList())
        } while take(.comma)
        groups.append(group)
        return groups
    }

    private func alterDatabase() throws(TSQLError) -> AlterDatabaseStatement {
        try expect(.database)
        if text(current).uppercased() == "SCOPED" { throw unsupported("ALTER DATABASE SCOPED") }
        let name = take(.current) ? nil : try identifier()
        if take(.collate) { return AlterDatabaseStatement(name: name, action: .collate(try identifier())) }
        if take(.modify, .name) {
            try expect(.equal)
            return AlterDatabaseStatement(name: name, action: .rename(try identifier()))
        }
        guard take(.set) else {
            if at(.add, .modify) { throw unsupported("ALTER DATABASE \(text(current).uppercased()) FILE") }
            throw unexpected()
        }
        let options = try list(option)
        guard take(.with) else { return AlterDatabaseStatement(name: name, action: .set(options, termination: nil)) }
        return AlterDatabaseStatement(name: name, action: .set(options, termination: try termination()))
    }

    private func termination() throws(TSQLError) -> String {
        if take(.rollback) {
            if take(.after) {
                let seconds = try integer()
                if current.kind == .word, text(current).uppercased() == "SECONDS" { advance() }
                return "ROLLBACK AFTER \(seconds)"
            }
            guard text(current).uppercased() == "IMMEDIATE" else { throw unexpected() }
            advance()
            return "ROLLBACK IMMEDIATE"
        }
        guard text(current).uppercased() == "NO_WAIT" else { throw unexpected() }
        advance()
        return "NO_WAIT"
    }

    // MARK: Statistics

    private func createStatistics() throws(TSQLError) -> StatisticsDefinition {
        try expect(.statistics)
        let name = try identifier()
        try expect(.on)
        var definition = StatisticsDefinition(name: name, table: try self.name(), columns: [], options: [])
        definition.columns = try columnList()
        if take(.where) { definition.where = try condition() }
        definition.options = try statisticsOptions()
        return definition
    }

    func updateStatistics() throws(TSQLError) -> Statement.Kind {
        try expect(.update, .statistics)
        let table = try name()
        var names: [String] = []
        if at(.leftParenthesis) {
            names = try columnList()
        } else if atAlias() {
            names = [try takeName()]
        }
        return .updateStatistics(table: table, names: names, options: try statisticsOptions())
    }

    /// `WITH FULLSCAN`, `WITH SAMPLE 10 PERCENT, NORECOMPUTE`
    private func statisticsOptions() throws(TSQLError) -> [NamedOption] {
        guard take(.with) else { return [] }
        return try list { () throws(TSQLError) in
            var option = try option()
            if option.unit == nil, take(.percent) { option.unit = "PERCENT" }
            return option
        }
    }

    // MARK: Administration

    func dbccStatement() throws(TSQLError) -> DBCCStatement {
        try expect(.dbcc)
        var statement = DBCCStatement(command: try upperWord(), arguments: [], options: [])
        if at(.leftParenthesis) {
            advance()
            if !at(.rightParenthesis) { statement.arguments = try list(dbccArgument) }
            try expect(.rightParenthesis)
        }
        if take(.with) { statement.options = try list(upperWord) }
        return statement
    }

    private func dbccArgument() throws(TSQLError) -> Expression {
        let start = current
        guard isIdentifier(current) else { return try constant() }
        let name = try name()
        return Expression(kind: .literal(.string(name.parts.joined(separator: "."))), span: span(from: start))
    }
}
