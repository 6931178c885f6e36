/// A table of a database.
struct TableObject: Sendable {
    var id: Int
    var schema: String
    var name: String
    /// The table in SQLite that has the rows, quoted where it must be. All databases share one file.
    var storage: String
    var columns: [TableColumn]
    /// Primary key, unique constraints and indexes, in the order in which they were made.
    var indexes: [TableIndex] = []
    var foreignKeys: [ForeignKeyConstraint] = []
    var checks: [CheckConstraint] = []
    var tracking: TrackingState?
    var triggers: [Int] = []
    /// Microseconds since 1970, by the server's clock.
    var created: Int64
    var modified: Int64
    /// Whether it is one that the server made, such as a change table.
    var isShipped = false
    /// The column id that the next added column gets: ids are not given twice.
    var nextColumnID: Int

    func column(_ name: String) -> TableColumn? {
        columns.first { $0.name.matches(name) }
    }

    var primaryKey: TableIndex? { indexes.first { $0.kind == .primaryKey } }

    var identity: TableColumn? { columns.first { $0.identity != nil } }

    /// Change Tracking of the table.
    struct TrackingState: Hashable, Sendable {
        var tracksColumns: Bool
        /// Changes of versions up to it are gone.
        var minimumValidVersion: Int64
        var beginVersion: Int64
    }
}

struct TableColumn: Sendable {
    /// From 1; stays when columns before it are dropped.
    var id: Int
    var name: String
    var type: SQLType
    var isNullable: Bool
    var identity: Identity?
    var defaultValue: DefaultConstraint?
    var computation: Computation?
    var isRowGUID = false

    /// The column in SQLite.
    var storage: String { "c\(id)" }

    struct Identity: Hashable, Sendable {
        var seed: Int64
        var increment: Int64
    }

    struct DefaultConstraint: Sendable {
        var id: Int
        var name: String
        /// T-SQL.
        var text: String
    }

    struct Computation: Sendable {
        var text: String
        var isPersisted: Bool
    }
}

struct TableIndex: Sendable {
    enum Kind: Hashable, Sendable { case primaryKey, uniqueConstraint, index }

    /// The id of the constraint; of an index that is none, 0.
    var constraintID: Int
    var indexID: Int
    var name: String
    var kind: Kind
    var isUnique: Bool
    var isClustered: Bool
    var columns: [Column]
    var included: [Int] = []
    /// T-SQL of a filtered index.
    var filter: String?

    struct Column: Hashable, Sendable {
        var columnID: Int
        var isDescending: Bool
    }
}

struct ForeignKeyConstraint: Sendable {
    enum Action: Int, Sendable { case noAction, cascade, setNull, setDefault }

    var id: Int
    var name: String
    var columns: [Int]
    var referencedTable: Int
    var referencedColumns: [Int]
    var onDelete: Action
    var onUpdate: Action
    var isEnabled = true
    var isTrusted = true
}

struct CheckConstraint: Sendable {
    var id: Int
    var name: String
    /// T-SQL.
    var text: String
    var isEnabled = true
    var isTrusted = true
}

extension String {
    /// Whether two names are those of one thing, under the catalogue's collation, which knows no case.
    func matches(_ other: String) -> Bool {
        self == other || lowercased() == other.lowercased()
    }
}
