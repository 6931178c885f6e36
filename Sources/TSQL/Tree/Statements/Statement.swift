/// A statement and where it stands.
package struct Statement: Equatable, Sendable {
    package indirect enum Kind: Equatable, Sendable {
        // Data
        case select(SelectStatement)
        case insert(InsertStatement)
        case insertBulk(InsertBulkStatement)
        case update(UpdateStatement)
        case delete(DeleteStatement)
        case merge(MergeStatement)
        case truncateTable(Name)

        // Variables and settings
        case declare([Declaration])
        case setVariable(String, AssignmentOperator, Expression)
        case setCursorVariable(String, CursorDefinition)
        /// `SET @x.modify('…')`
        case callMethod(Expression)
        case set(SetOption)
        case use(database: String)

        // Flow
        case block([Statement])
        case conditional(condition: Expression, then: Statement, otherwise: Statement?)
        case loop(condition: Expression, body: Statement)
        case `break`
        case `continue`
        case tryCatch(try: [Statement], catch: [Statement])
        /// Without arguments it throws again what a `CATCH` caught.
        case `throw`(ThrowArguments?)
        case raiseError(RaiseErrorStatement)
        case print(Expression)
        case `return`(Expression?)
        case goto(String)
        case label(String)
        case waitForDelay(Expression)
        case waitForTime(Expression)
        case execute(ExecuteStatement)
        case executeAs(ExecuteAsStatement)
        case revert(cookie: String?)

        // Transactions
        case beginTransaction(NameOrVariable?, mark: Expression?, isMarked: Bool)
        case commit(NameOrVariable?, delayedDurability: Bool?)
        case rollback(NameOrVariable?)
        case saveTransaction(NameOrVariable)

        // Cursors
        case declareCursor(name: String, CursorDefinition)
        case openCursor(NameOrVariable, isGlobal: Bool)
        case fetchCursor(FetchStatement)
        case closeCursor(NameOrVariable, isGlobal: Bool)
        case deallocateCursor(NameOrVariable, isGlobal: Bool)

        // Definitions
        case createTable(TableDefinition)
        case alterTable(AlterTableStatement)
        case createIndex(IndexDefinition)
        case alterIndex(AlterIndexStatement)
        case dropIndex(DropIndexStatement)
        case createStatistics(StatisticsDefinition)
        case updateStatistics(table: Name, names: [String], options: [NamedOption])
        case createView(ViewDefinition)
        case createProcedure(ProcedureDefinition)
        case createFunction(FunctionDefinition)
        case createTrigger(TriggerDefinition)
        case switchTrigger(SwitchTriggerStatement)
        case createSchema(SchemaDefinition)
        case alterSchema(name: String, transferring: Securable)
        case createType(TypeDefinition)
        case createSynonym(name: Name, target: Name)
        case sequence(SequenceDefinition)
        case createDatabase(DatabaseDefinition)
        case alterDatabase(AlterDatabaseStatement)
        case drop(DropStatement)

        // Security
        case principal(PrincipalStatement)
        case alterRole(AlterRoleStatement)
        case alterAuthorization(Securable, owner: String?)
        case permission(PermissionStatement)

        // Administration
        case dbcc(DBCCStatement)
        case checkpoint(Expression?)
        case kill(Expression)
        case reconfigure(withOverride: Bool)
    }

    package var kind: Kind
    package var span: SourceSpan

    /// The line in which the statement begins, counted from 1.
    package var line: Int { span.line }
}
