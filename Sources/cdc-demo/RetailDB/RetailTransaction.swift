import CDCCore
import Columnar

/// What one statement does to a table of the retail database: to one row, or deletes of some.
struct RetailStatement: Sendable {
    typealias Assignment = (column: String, value: Value)

    enum Kind: Sendable { case insert, update, delete }

    var kind: Kind
    var table: SourceTable
    /// The keys of the rows.
    var ids: [Int32]
    /// Without the key.
    var values: [Assignment] = []
    /// Columns that get the time at which the statement runs.
    var stamps: [String] = []

    /// The column of the key.
    var key: String { table.key[0] }
}

/// A transaction on the retail database, for whichever database runs it.
struct RetailTransaction: Sendable {
    /// When it is made, in microseconds since 1970, on the clock of a database that has none of its own.
    var time: Int64
    private(set) var statements: [RetailStatement] = []

    init(time: Int64) {
        self.time = time
    }

    mutating func insert(
        _ table: SourceTable,
        _ id: Int32,
        _ values: [RetailStatement.Assignment],
        stamping stamps: [String]
    ) {
        statements.append(RetailStatement(kind: .insert, table: table, ids: [id], values: values, stamps: stamps))
    }

    mutating func update(
        _ table: SourceTable,
        _ id: Int32,
        _ values: [RetailStatement.Assignment],
        stamping stamps: [String]
    ) {
        statements.append(RetailStatement(kind: .update, table: table, ids: [id], values: values, stamps: stamps))
    }

    mutating func delete(_ table: SourceTable, _ ids: [Int32]) {
        statements.append(RetailStatement(kind: .delete, table: table, ids: ids))
    }
}
