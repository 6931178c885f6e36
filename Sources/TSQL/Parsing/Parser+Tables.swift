extension Parser {
    // MARK: CREATE TABLE

    /// What follows the name of a table.
    func tableDefinition(_ named: TableDefinition) throws(TSQLError) -> TableDefinition {
        if at(.as) {
            if text(token(ahead: 1)).uppercased() == "FILETABLE" { throw unsupported("FILETABLE") }
            if next(.node) { throw unsupported("AS NODE") }
            throw unsupported("CREATE TABLE AS")
        }
        var table = try tableBody(named)
        while true {
            if take(.on) {
                table.filegroup = try placement()
            } else if take(.textimage_on) {
                table.textFilegroup = try identifier()
            } else if at(.filestream_on) {
                throw unsupported("FILESTREAM_ON")
            } else if at(.with), next(.leftParenthesis) {
                table.options = try withOptions()
            } else {
                return table
            }
        }
    }

    /// Columns, constraints and indexes in parentheses.
    func tableBody(_ named: TableDefinition) throws(TSQLError) -> TableDefinition {
        var table = named
        try expect(.leftParenthesis)
        repeat {
            // A comma before the end is accepted.
            if at(.rightParenthesis), !table.columns.isEmpty { break }
            try tableElement(&table)
            // The comma before a constraint may be left out.
            while at(.constraint, .primary, .unique, .foreign, .check) { try tableElement(&table) }
        } while take(.comma)
        try expect(.rightParenthesis)
        return table
    }

    private func tableElement(_ table: inout TableDefinition) throws(TSQLError) {
        if let constraint = try constraint(ofColumn: false) {
            table.constraints.append(constraint)
        } else if at(.index) {
            table.indexes.append(try inlineIndex(ofColumn: false))
        } else if at(.period), next(.for) {
            throw unsupported("PERIOD FOR SYSTEM_TIME")
        } else {
            table.columns.append(try columnDefinition())
        }
    }

    // MARK: Columns

    func columnDefinition() throws(TSQLError) -> ColumnDefinition {
        let line = current.line
        var column = ColumnDefinition(name: try identifier(), line: line)
        if take(.as) {
            column.computation = ColumnDefinition.Computation(expression: try expression())
        } else if at(.comma) || at(.rightParenthesis), column.name.lowercased() == "timestamp" {
            return column
        } else {
            column.type = try dataType()
        }
        while try columnOption(&column) {}
        return column
    }

    /// Takes one property of a column, if one is next.
    private func columnOption(_ column: inout ColumnDefinition) throws(TSQLError) -> Bool {
        if let isNullable = try nullability() {
            column.isNullable = isNullable
            return true
        }
        if let constraint = try constraint(ofColumn: true) {
            column.constraints.append(constraint)
            return true
        }
        switch current.word {
        case .collate:
            advance()
            column.collation = try identifier()
        case .identity:
            advance()
            column.identity = try identity()
        case .not where next(.for):
            guard column.identity != nil else { throw unexpected() }
            column.identity?.isNotForReplication = try notForReplication()
        case .rowguidcol:
            advance()
            column.isRowGUID = true
        case .sparse:
            advance()
            column.isSparse = true
        case .persisted where column.computation != nil:
            advance()
            column.computation?.isPersisted = true
        case .index: column.index = try inlineIndex(ofColumn: true)
        case .generated: throw unsupported("GENERATED ALWAYS")
        case .masked: throw unsupported("MASKED")
        case .encrypted: throw unsupported("ENCRYPTED WITH")
        case .filestream: throw unsupported("FILESTREAM")
        case .hidden: throw unsupported("HIDDEN")
        default:
            if current.kind == .word, text(current).uppercased() == "COLUMN_SET" { throw unsupported("COLUMN_SET") }
            return false
        }
        return true
    }

    private func identity() throws(TSQLError) -> ColumnDefinition.Identity {
        var identity = ColumnDefinition.Identity()
        if take(.leftParenthesis) {
            identity.seed = try signedInteger()
            try expect(.comma)
            identity.increment = try signedInteger()
            try expect(.rightParenthesis)
        }
        return identity
    }

    /// `NOT FOR REPLICATION`, if it is next.
    private func notForReplication() throws(TSQLError) -> Bool {
        guard at(.not), next(.for) else { return false }
        try expect(.not, .for, .replication)
        return true
    }

    // MARK: Constraints

    /// A constraint of a table or of a column, if one is next.
    func constraint(ofColumn: Bool) throws(TSQLError) -> ConstraintDefinition? {
        let line = current.line
        let name = take(.constraint) ? try identifier() : nil
        guard let kind = try constraintKind(ofColumn: ofColumn) else {
            if name != nil { throw unexpected() }
            return nil
        }
        return ConstraintDefinition(name: name, kind: kind, line: line)
    }

    private func constraintKind(ofColumn: Bool) throws(TSQLError) -> ConstraintDefinition.Kind? {
        switch current.word {
        case .primary:
            advance()
            try expect(.key)
            return .primaryKey(try key(ofColumn: ofColumn))
        case .unique:
            advance()
            return .unique(try key(ofColumn: ofColumn))
        case .foreign, .references:
            if ofColumn {
                if take(.foreign) { try expect(.key) }
                return .foreignKey(try foreignKey(columns: []))
            }
            try expect(.foreign, .key)
            return .foreignKey(try foreignKey(columns: try columnList()))
        case .check:
            advance()
            let isNotForReplication = try notForReplication()
            let condition = try parenthesized(condition)
            return .check(condition, isNotForReplication: isNotForReplication)
        case .default:
            advance()
            let value = try expression()
            var column: String?
            if !ofColumn {
                try expect(.for)
                column = try identifier()
            }
            let withValues = at(.with) && next(.values)
            if withValues {
                advance()
                advance()
            }
            return .defaultValue(value, column: column, withValues: withValues)
        default: return nil
        }
    }

    private func key(ofColumn: Bool) throws(TSQLError) -> ConstraintDefinition.Key {
        var key = ConstraintDefinition.Key(isClustered: clustering())
        if !ofColumn || at(.leftParenthesis) { key.columns = try indexColumns() }
        key.options = try indexOptions()
        if take(.on) { key.filegroup = try placement() }
        return key
    }

    private func clustering() -> Bool? {
        if take(.clustered) { return true }
        return take(.nonclustered) ? false : nil
    }

    private func foreignKey(columns: [String]) throws(TSQLError) -> ConstraintDefinition.ForeignKey {
        try expect(.references)
        var key = ConstraintDefinition.ForeignKey(columns: columns, table: try name(), referencedColumns: [])
        if at(.leftParenthesis) { key.referencedColumns = try columnList() }
        while at(.on), next(.delete) || next(.update) {
            advance()
            if try either(.delete, or: .update) {
                key.onDelete = try referentialAction()
            } else {
                key.onUpdate = try referentialAction()
            }
        }
        key.isNotForReplication = try notForReplication()
        return key
    }

    private func referentialAction() throws(TSQLError) -> ConstraintDefinition.ForeignKey.Action {
        if take(.cascade) { return .cascade }
        if take(.no) {
            try expect(.action)
            return .noAction
        }
        try expect(.set)
        return try either(.null, or: .default) ? .setNull : .setDefault
    }

    private func placement() throws(TSQLError) -> TableDefinition.Placement {
        // `ON PRIMARY` is refused: the word is reserved. `"default"` and `[PRIMARY]` are names.
        let name = current.kind == .string ? try stringText() : try identifier()
        let column = at(.leftParenthesis) ? try parenthesized(identifier) : nil
        return TableDefinition.Placement(name: name, partitionColumn: column)
    }

    // MARK: Indexes

    private func indexColumns() throws(TSQLError) -> [IndexDefinition.Column] {
        try parenthesized { () throws(TSQLError) in
            try list { () throws(TSQLError) in
                let name = try identifier()
                if take(.desc) { return IndexDefinition.Column(name: name, isDescending: true) }
                _ = take(.asc)
                return IndexDefinition.Column(name: name)
            }
        }
    }

    /// `WITH (…)`, or as earlier versions wrote it, without parentheses.
    private func indexOptions() throws(TSQLError) -> [NamedOption] {
        guard at(.with), next(.leftParenthesis) || token(ahead: 1).kind == .word, !next(.values) else { return [] }
        if next(.leftParenthesis) { return try withOptions() }
        guard next(.fillfactor) || isIdentifier(token(ahead: 1)) else { return [] }
        advance()
        return try list(option)
    }

    private func inlineIndex(ofColumn: Bool) throws(TSQLError) -> IndexDefinition {
        let line = current.line
        try expect(.index)
        var index = IndexDefinition(name: try identifier(), line: line)
        index.isUnique = take(.unique)
        index.isClustered = clustering()
        if at(.columnstore) || at(.hash) { throw unsupported("\(text(current).uppercased()) INDEX") }
        if !ofColumn || at(.leftParenthesis) { index.columns = try indexColumns() }
        try indexTail(&index)
        return index
    }

    private func indexTail(_ index: inout IndexDefinition) throws(TSQLError) {
        if take(.include) { index.include = try columnList() }
        if take(.where) { index.where = try condition() }
        index.options = try indexOptions()
        if take(.on) { index.filegroup = try placement() }
        if at(.filestream_on) { throw unsupported("FILESTREAM_ON") }
    }

    func createIndex() throws(TSQLError) -> IndexDefinition {
        let line = current.line
        let isUnique = take(.unique)
        let isClustered = clustering()
        if at(.columnstore) { throw unsupported("COLUMNSTORE INDEX") }
        try expect(.index)
        var index = IndexDefinition(name: try identifier(), isUnique: isUnique, isClustered: isClustered, line: line)
        try expect(.on)
        index.table = try name()
        index.columns = try indexColumns()
        try indexTail(&index)
        return index
    }

    func alterIndex() throws(TSQLError) -> AlterIndexStatement {
        try expect(.index)
        let name = take(.all) ? nil : try identifier()
        try expect(.on)
        let table = try self.name()
        let action: AlterIndexStatement.Action
        var options: [NamedOption] = []
        switch current.word {
        case .rebuild: action = .rebuild
        case .reorganize: action = .reorganize
        case .disable: action = .disable
        case .set: action = .set
        default: throw unexpected()
        }
        advance()
        if at(.partition) { throw unsupported("ALTER INDEX PARTITION") }
        if action == .set {
            options = try optionList()
        } else if at(.with), next(.leftParenthesis) {
            options = try withOptions()
        }
        return AlterIndexStatement(name: name, table: table, action: action, options: options)
    }

    func dropIndex() throws(TSQLError) -> DropIndexStatement {
        let isIfExists = take(.if)
        if isIfExists { try expect(.exists) }
        let indexes = try list { () throws(TSQLError) in
            var name = try name()
            if take(.on) { return DropIndexStatement.Index(name: name.last, table: try self.name()) }
            // The form of earlier versions: `table.index`.
            guard name.parts.count > 1 else { throw unexpected() }
            let index = name.parts.removeLast()
            return DropIndexStatement.Index(name: index, table: name)
        }
        let options = at(.with) && next(.leftParenthesis) ? try withOptions() : []
        return DropIndexStatement(isIfExists: isIfExists, indexes: indexes, options: options)
    }

    // MARK: ALTER TABLE

    func alterTable() throws(TSQLError) -> AlterTableStatement {
        try expect(.table)
        let table = try name()
        return AlterTableStatement(table: table, action: try alterTableAction())
    }

    private func alterTableAction() throws(TSQLError) -> AlterTableStatement.Action {
        var isChecked: Bool?
        if take(.with) { isChecked = try either(.check, or: .nocheck) }
        if take(.add) { return try addToTable(isChecked: isChecked) }
        if at(.check, .nocheck) {
            let isEnabled = at(.check)
            advance()
            try expect(.constraint)
            let names = take(.all) ? [] : try list(identifier)
            return .switchConstraints(names, isEnabled: isEnabled, isChecked: isChecked)
        }
        if isChecked != nil { throw unexpected() }
        switch current.word {
        case .alter: return try alterColumn()
        case .drop:
            advance()
            return .drop(try droppedParts())
        case .enable, .disable:
            let isEnabled = at(.enable)
            advance()
            if take(.trigger) { return .switchTriggers(take(.all) ? [] : try list(identifier), isEnabled: isEnabled) }
            try expect(.change_tracking)
            let options = isEnabled && at(.with) && next(.leftParenthesis) ? try withOptions() : []
            return .changeTracking(isEnabled: isEnabled, options: options)
        case .switch: return try switchPartition()
        case .set:
            advance()
            return .set(try optionList())
        case .rebuild:
            advance()
            if at(.partition) { throw unsupported("REBUILD PARTITION") }
            return .rebuild(at(.with) && next(.leftParenthesis) ? try withOptions() : [])
        default: throw unexpected()
        }
    }

    private func addToTable(isChecked: Bool?) throws(TSQLError) -> AlterTableStatement.Action {
        var added = TableDefinition(name: Name(parts: [], line: current.line), line: current.line)
        repeat { try tableElement(&added) } while take(.comma)
        if !added.indexes.isEmpty { throw unsupported("ALTER TABLE ADD INDEX") }
        return .add(columns: added.columns, constraints: added.constraints, isChecked: isChecked)
    }

    private func alterColumn() throws(TSQLError) -> AlterTableStatement.Action {
        try expect(.alter, .column)
        guard token(ahead: 1).word == .add || token(ahead: 1).word == .drop else {
            let column = try columnDefinition()
            if column.computation != nil { throw unexpected() }
            if take(.with) { throw unsupported("ALTER COLUMN WITH") }
            return .alterColumn(column)
        }
        let name = try identifier()
        let isAdded = try either(.add, or: .drop)
        var property = ""
        if try notForReplication() {
            property = "NOT FOR REPLICATION"
        } else if at(.rowguidcol, .persisted, .sparse) {
            property = try upperWord()
        } else if at(.masked, .hidden) {
            throw unsupported(text(current).uppercased())
        } else {
            throw unexpected()
        }
        return .alterColumnProperty(column: name, property: property, isAdded: isAdded)
    }

    private func droppedParts() throws(TSQLError) -> [AlterTableStatement.DroppedPart] {
        // Without a word it is a constraint; the word before a name holds for those after it.
        var kind = AlterTableStatement.DroppedPart.Kind.constraint
        var isIfExists = false
        return try list { () throws(TSQLError) in
            if at(.column, .constraint) {
                kind = at(.column) ? .column : .constraint
                advance()
                isIfExists = take(.if)
                if isIfExists { try expect(.exists) }
            }
            if at(.period), next(.for) { throw unsupported("PERIOD FOR SYSTEM_TIME") }
            var part = AlterTableStatement.DroppedPart(kind: kind, isIfExists: isIfExists, name: try identifier())
            if at(.with), next(.leftParenthesis) { part.options = try withOptions() }
            return part
        }
    }

    private func switchPartition() throws(TSQLError) -> AlterTableStatement.Action {
        try expect(.switch)
        let source = take(.partition) ? try expression() : nil
        try expect(.to)
        let table = try name()
        let target = take(.partition) ? try expression() : nil
        if at(.with), next(.leftParenthesis) { throw unsupported("SWITCH WITH") }
        return .switchPartition(source, to: table, targetPartition: target)
    }
}
