extension Parser {
    /// A view, a procedure, a function or a trigger, if one is next.
    func module(
        _ form: ModuleForm,
        from start: Token,
        isFirstInBatch: Bool
    ) throws(TSQLError) -> Statement.Kind? {
        let kind: String
        switch current.word {
        case .view: kind = "VIEW"
        case .proc, .procedure: kind = "PROCEDURE"
        case .function: kind = "FUNCTION"
        case .trigger: kind = "TRIGGER"
        default: return nil
        }
        if !isFirstInBatch {
            throw .notFirstInBatch("\(form == .alter ? "ALTER" : "CREATE") \(kind)", line: start.line)
        }
        advance()
        isInModule = true
        defer { isInModule = false }
        switch kind {
        case "VIEW": return .createView(try viewDefinition(form))
        case "PROCEDURE": return .createProcedure(try procedureDefinition(form))
        case "FUNCTION": return .createFunction(try functionDefinition(form))
        default: return .createTrigger(try triggerDefinition(form))
        }
    }

    func viewDefinition(_ form: ModuleForm) throws(TSQLError) -> ViewDefinition {
        let name = try name()
        let columns = at(.leftParenthesis) ? try columnList() : []
        let options = try moduleOptions()
        try expect(.as)
        let query = try selectStatement()
        let withCheckOption = take(.with, .check, .option)
        return ViewDefinition(
            form: form,
            name: name,
            columns: columns,
            options: options,
            query: query,
            withCheckOption: withCheckOption
        )
    }

    private func procedureDefinition(_ form: ModuleForm) throws(TSQLError) -> ProcedureDefinition {
        let name = try name()
        let number = take(.semicolon) ? try integer() : nil
        var parameters: [Parameter] = []
        if at(.leftParenthesis) {
            parameters = try parenthesized { () throws(TSQLError) in try list(parameter) }
        } else if current.kind == .variable {
            parameters = try list(parameter)
        }
        let options = try moduleOptions()
        let isForReplication = take(.for, .replication)
        try expect(.as)
        return ProcedureDefinition(
            form: form,
            name: name,
            number: number,
            parameters: parameters,
            options: options,
            isForReplication: isForReplication,
            body: try moduleBody()
        )
    }

    /// All that is left of the batch.
    private func moduleBody() throws(TSQLError) -> [Statement] {
        if at(.external) { throw unsupported("EXTERNAL NAME") }
        return try statements()
    }

    func parameter() throws(TSQLError) -> Parameter {
        let line = current.line
        let name = try variable()
        _ = take(.as)
        var parameter = Parameter(name: name, type: try dataType(), line: line)
        parameter.isVarying = take(.varying)
        parameter.isNullable = try nullability()
        if take(.equal) { parameter.defaultValue = try constant() }
        parameter.isOutput = take(.output) || take(.out)
        parameter.isReadOnly = take(.readonly)
        return parameter
    }

    private func moduleOptions() throws(TSQLError) -> [ModuleOption] {
        guard take(.with) else { return [] }
        return try list { () throws(TSQLError) in
            if at(.exec, .execute) {
                advance()
                try expect(.as)
                if current.kind == .string || current.kind == .nationalString {
                    return .executeAsUser(try stringText())
                }
                guard at(.caller, .owner, .self_) else { throw unexpected() }
                return .executeAs(try upperWord())
            }
            if take(.returns) {
                try expect(.null, .on, .null, .input)
                return .word("RETURNS NULL ON NULL INPUT")
            }
            var words = try upperWord()
            if words == "CALLED" {
                try expect(.on, .null, .input)
                words = "CALLED ON NULL INPUT"
            } else if take(.equal) {
                words += " = " + (try upperWord())
            }
            return .word(words)
        }
    }

    // MARK: Functions

    private func functionDefinition(_ form: ModuleForm) throws(TSQLError) -> FunctionDefinition {
        let name = try name()
        try expect(.leftParenthesis)
        let parameters = at(.rightParenthesis) ? [] : try list(parameter)
        try expect(.rightParenthesis)
        try expect(.returns)
        let options: [ModuleOption]
        let body: FunctionDefinition.Body
        if take(.table) {
            options = try moduleOptions()
            _ = take(.as)
            if at(.external) { throw unsupported("EXTERNAL NAME") }
            try expect(.return)
            body = .inlineTable(try inlineQuery())
        } else if current.kind == .variable {
            let line = current.line
            let variable = Name(parts: [try variable()], line: line)
            try expect(.table)
            let table = try tableBody(TableDefinition(name: variable, line: line))
            options = try moduleOptions()
            body = .table(table, try functionBody())
        } else {
            let type = try dataType()
            options = try moduleOptions()
            body = .scalar(type, try functionBody())
        }
        return FunctionDefinition(form: form, name: name, parameters: parameters, options: options, body: body)
    }

    /// `AS BEGIN … END`
    private func functionBody() throws(TSQLError) -> [Statement] {
        _ = take(.as)
        if at(.external) { throw unsupported("EXTERNAL NAME") }
        try expect(.begin)
        let body = try statements()
        try expect(.end)
        return body
    }

    private func inlineQuery() throws(TSQLError) -> SelectStatement {
        guard at(.leftParenthesis) else { return try selectStatement() }
        let outer = try enter()
        defer { leave(outer) }
        // Parentheses may hold a `WITH`, which those of a query do not.
        if next(.with) || next(.leftParenthesis) { return try parenthesized(inlineQueryWithin) }
        return try selectStatement()
    }

    private func inlineQueryWithin() throws(TSQLError) -> SelectStatement {
        at(.leftParenthesis) ? try inlineQuery() : try selectStatement()
    }

    // MARK: Triggers

    private func triggerDefinition(_ form: ModuleForm) throws(TSQLError) -> TriggerDefinition {
        let name = try name()
        try expect(.on)
        let scope = try triggerScope()
        let options = try moduleOptions()
        var timing = TriggerDefinition.Timing.after
        if take(.instead) {
            try expect(.of)
            timing = .insteadOf
        } else {
            _ = try either(.for, or: .after)
        }
        let events = try list(upperWord)
        if take(.with) { throw unsupported("WITH APPEND") }
        let isNotForReplication = take(.not, .for, .replication)
        try expect(.as)
        return TriggerDefinition(
            form: form,
            name: name,
            scope: scope,
            options: options,
            timing: timing,
            events: events,
            isNotForReplication: isNotForReplication,
            body: try moduleBody()
        )
    }

    private func triggerScope() throws(TSQLError) -> TriggerScope {
        if take(.database) { return .database }
        if take(.all) {
            try expect(.server)
            return .allServer
        }
        return .object(try name())
    }

    func switchTrigger() throws(TSQLError) -> SwitchTriggerStatement {
        let isEnabled = try either(.enable, or: .disable)
        try expect(.trigger)
        let names = take(.all) ? [] : try list(name)
        try expect(.on)
        return SwitchTriggerStatement(isEnabled: isEnabled, names: names, scope: try triggerScope())
    }
}
