import TSQL

/// Turns the tree of a statement into SQLite's SQL, with every type known and every conversion written out.
///
/// SQLite does what it does as SQL Server does: joins, grouping, sorting, windows, comparison of stored values. What depends on
/// T-SQL's types is a routine (``Routines``). What is not covered is refused by name.
final class Binder {
    let session: any BindingContext
    /// The values of the statement's parameters, `?1` first.
    private(set) var parameters: [StoredValue] = []
    /// The common table expressions in force, the innermost last.
    var tableExpressions: [TableExpression] = []
    /// What stands for the parameters of the functions that are bound in place of their calls, the innermost last.
    var functionArguments: [[String: TypedSQL]] = []
    /// The sequences of which the statement takes numbers.
    private var sequences: Set<String> = []
    private var lastAlias = 0
    /// The tables that hints ask to be locked to the end of the transaction.
    private(set) var tableLocks: [TableLock] = []

    struct TableLock {
        var storage: String
        var mode: ServerRegistry.LockMode
    }

    struct TableExpression {
        var name: String
        /// What stands in its place in a `FROM`: a query in parentheses, or within itself the name it has in SQLite.
        var sql: String
        var columns: [BoundQuery.Column]
        /// Whether it is named within itself.
        var isRecursive = false
    }

    /// The aliases by which the part that is bound names its own expression.
    var recursiveAliases: [String] = []
    /// The variables that the statement sets, in lower case, while what it sets them to is bound: these are read row by row.
    var assignedVariables: Set<String> = []
    /// Whether one of them is read.
    var readsAssigned = false
    /// `OPTION (MAXRECURSION n)`; 0 for no limit.
    var recursionLimit: Int64 = 100

    init(_ session: any BindingContext) { self.session = session }

    var routines: Routines { session.routines }

    /// Takes note of a table's hints. `TABLOCK` alone ends with its statement, which nobody notices.
    func note(_ hints: [TableHint], of table: TableObject) {
        let names = Set(hints.map(\.name))
        if names.contains("TABLOCKX") {
            tableLocks.append(TableLock(storage: table.storage, mode: .exclusive))
        } else if names.contains("TABLOCK"), !names.isDisjoint(with: ["HOLDLOCK", "SERIALIZABLE", "REPEATABLEREAD"]) {
            tableLocks.append(TableLock(storage: table.storage, mode: .shared))
        }
    }

    /// A name for a source that no other has in this statement.
    func newAlias() -> String {
        lastAlias += 1
        return "s\(lastAlias)"
    }

    /// `NEXT VALUE FOR`: another number for each row.
    func nextValue(of name: Name) throws(SQLError) -> TypedSQL {
        let function = try session.sequence(name)
        // Two of them in one row would have to be the same number.
        guard sequences.insert(function.key).inserted else {
            throw SQLError.unsupported("NEXT VALUE FOR \(name.last) twice in a statement")
        }
        let sql = routines.call(function.key, []) { (_) throws(SQLError) in
            try function.result.encode(try function.evaluate([]))
        }
        return TypedSQL(sql: sql, type: function.result, isNullable: false)
    }

    /// A parameter with a value.
    func parameter(_ value: StoredValue) -> String {
        parameters.append(value)
        return "?\(parameters.count)"
    }

    func parameter(_ value: SQLValue, _ type: SQLType) throws(SQLError) -> String {
        parameter(try type.encode(value))
    }
}

/// What a binder needs to know of the session for which it works.
protocol BindingContext: AnyObject {
    var routines: Routines { get }
    /// Where errors are told to have happened.
    var currentLine: Int { get set }
    var database: DatabaseCatalogue { get }
    var conversionSettings: ConversionSettings { get }
    /// The time of the statement, and where random values come from.
    var evaluationContext: EvaluationContext { get }
    func database(named name: String) throws(SQLError) -> DatabaseCatalogue
    /// The type and value of a variable, whose name has its `@`.
    ///
    /// - Throws: 137 where it was not declared.
    func variable(_ name: String) throws(SQLError) -> (type: SQLType, value: SQLValue)
    /// Gives a variable a value, or combines its own with it.
    func assign(_ name: String, _ operation: AssignmentOperator, _ value: SQLValue, _ type: SQLType) throws(SQLError)
    /// The table of a table variable.
    ///
    /// - Throws: 1087 where it was not declared.
    func tableVariable(_ name: String) throws(SQLError) -> TableObject
    /// `@@ROWCOUNT` and its kin, with the signs.
    func global(_ name: String) throws(SQLError) -> (type: SQLType, value: SQLValue)
    /// A table of the session whose name begins with `#`.
    func temporaryTable(_ name: String) -> TableObject?
    /// A view of the system, made ready to be read: its columns, and the table in SQLite that holds its rows now.
    func systemView(_ name: Name, in database: DatabaseCatalogue) throws(SQLError) -> (
        table: String, columns: [BoundQuery.Column]
    )?
    /// A table-valued function of the system.
    func tableFunction(_ call: TSQL.FunctionCall, _ arguments: [TypedSQL], _ binder: Binder) throws(SQLError) -> (
        sql: String, columns: [BoundQuery.Column]
    )?
    /// A function of a user that gives one value.
    func scalarFunction(_ module: ModuleObject, _ definition: FunctionDefinition, in database: DatabaseCatalogue)
        throws(SQLError) -> BoundFunction
    /// The value of a parameter that a call leaves out.
    func defaultValue(of parameter: Parameter) throws(SQLError) -> (value: SQLValue, type: SQLType)?
    /// What gives the next number of a sequence.
    func sequence(_ name: Name) throws(SQLError) -> BoundFunction
    /// The rows that fired the trigger that runs, `inserted` and `deleted`; `nil` outside of one.
    func triggerTable(_ name: String) -> TableObject?
    /// Whether the statement that fired the trigger that runs set a column.
    func isUpdated(_ column: String) throws(SQLError) -> Bool
    /// A function that depends on the session or the catalogue: `OBJECT_ID`, `DB_NAME`, `SCOPE_IDENTITY`.
    func contextFunction(_ name: String, _ arguments: [SQLType]) throws(SQLError) -> BoundFunction?
    /// Checks that the session may do something with a table or a module.
    func checkMay(_ permission: String, _ object: any CatalogueEntry, in database: DatabaseCatalogue) throws(SQLError)
    /// - Throws: 3952 where the isolation level keeps the session from the tables of a database.
    func checkIsolation(in database: DatabaseCatalogue) throws(SQLError)
    /// Does work for which an owner's own objects need no permission.
    func owned<T>(by owner: ChainOwner?, _ work: () throws(SQLError) -> T) throws(SQLError) -> T
}

/// A function whose argument types are settled.
struct BoundFunction {
    /// Distinguishes it from others, its argument types included.
    var key: String
    /// The types to which arguments are converted before the call.
    var arguments: [SQLType]
    var result: SQLType
    var isNullable = true
    var evaluate: ([SQLValue]) throws(SQLError) -> SQLValue
}
