import TSQL

/// Everything that one database defines. A value: a transaction works on its own copy until it commits.
struct DatabaseCatalogue: Sendable {
    var id: Int
    var name: String
    var collation: Collation
    var created: Int64
    /// Distinguishes the database from others of its name, made before or after.
    var fork = (0..<16).map { _ in UInt8.random(in: 0...255) }
    var options = Options()
    var schemas: [String: SchemaObject] = [:]
    var tables: [Int: TableObject] = [:]
    var modules: [Int: ModuleObject] = [:]
    var types: [String: SQLType] = [:]
    var principals: [Principal] = []
    var permissions: [Permission] = []
    var properties: [ExtendedProperty] = []
    var capture: CaptureState?
    /// The ids of objects by schema and name in lower case.
    private(set) var names: [String: Int] = [:]
    private var lastID = 1_977_058_079

    init(id: Int, name: String, collation: Collation, created: Int64) {
        self.id = id
        self.name = name
        self.collation = collation
        self.created = created
        for (id, schema) in [(1, "dbo"), (2, "guest"), (3, "INFORMATION_SCHEMA"), (4, "sys")] {
            schemas[schema.lowercased()] = SchemaObject(id: id, name: schema, owner: schema)
        }
    }

    struct Options: Sendable {
        var allowsSnapshotIsolation = false
        var isReadCommittedSnapshot = false
        var changeTracking: ChangeTracking?
        var recovery = "FULL"
        var isReadOnly = false

        struct ChangeTracking: Hashable, Sendable {
            var retention: Int
            var unit: String
            var cleansUp: Bool
        }
    }

    /// Whether transactions may read it under `SNAPSHOT`. Two of the system's databases allow it from the beginning.
    var allowsSnapshots: Bool { options.allowsSnapshotIsolation || name == "master" || name == "msdb" }

    // MARK: Names

    private static func key(_ schema: String, _ name: String) -> String {
        "\(schema.lowercased())\u{0}\(name.lowercased())"
    }

    func objectID(schema: String, name: String) -> Int? { names[Self.key(schema, name)] }

    func table(schema: String, name: String) -> TableObject? {
        objectID(schema: schema, name: name).flatMap { tables[$0] }
    }

    func module(schema: String, name: String) -> ModuleObject? {
        objectID(schema: schema, name: name).flatMap { modules[$0] }
    }

    /// An id that no object has had. Ids look like SQL Server's: large, and not in the order of their making.
    mutating func newID() -> Int {
        lastID = (lastID + 16_000_057) % 2_147_483_647
        return lastID < 1_000_000 ? newID() : lastID
    }

    mutating func add(_ table: TableObject) {
        tables[table.id] = table
        names[Self.key(table.schema, table.name)] = table.id
        for constraint in table.constraintNames { names[Self.key(table.schema, constraint.name)] = constraint.id }
    }

    mutating func add(_ module: ModuleObject) {
        modules[module.id] = module
        names[Self.key(module.schema, module.name)] = module.id
    }

    /// Takes an object out, with the constraints that belong to it.
    mutating func removeObject(_ id: Int) {
        if let table = tables.removeValue(forKey: id) {
            names[Self.key(table.schema, table.name)] = nil
            for constraint in table.constraintNames { names[Self.key(table.schema, constraint.name)] = nil }
        }
        if let module = modules.removeValue(forKey: id) { names[Self.key(module.schema, module.name)] = nil }
    }

    /// Takes an object out for good, with what was granted on it.
    mutating func dropObject(_ id: Int) {
        removeObject(id)
        permissions.removeAll { permission in
            if case .object(id, _) = permission.scope { true } else { false }
        }
    }

    /// Puts a changed table in the place of the one of its id.
    mutating func replace(_ table: TableObject) {
        removeObject(table.id)
        add(table)
    }
}

struct SchemaObject: Hashable, Sendable {
    var id: Int
    var name: String
    var owner: String
}

/// A view, procedure, function or trigger.
struct ModuleObject: Sendable {
    enum Kind: Sendable {
        case view(ViewDefinition)
        case procedure(ProcedureDefinition)
        case function(FunctionDefinition)
        case trigger(TriggerDefinition)
        case synonym(Name)
        case sequence(SequenceObject)

        /// What stands after its `WITH`.
        var options: [ModuleOption] {
            switch self {
            case .view(let definition): definition.options
            case .procedure(let definition): definition.options
            case .function(let definition): definition.options
            case .trigger(let definition): definition.options
            case .synonym, .sequence: []
            }
        }
    }

    var id: Int
    var schema: String
    var name: String
    var kind: Kind
    /// The text that made it, as `sys.sql_modules` shows it.
    var text: String
    var identity = ModuleIdentity.caller
    var isDisabled = false
    var created: Int64
    var modified: Int64
}

extension TableObject {
    /// The names and ids of everything that is an object of its own.
    var constraintNames: [(id: Int, name: String)] {
        indexes.filter { $0.kind != .index }.map { ($0.constraintID, $0.name) } + foreignKeys.map { ($0.id, $0.name) }
            + checks.map { ($0.id, $0.name) }
            + columns.compactMap { column in column.defaultValue.map { ($0.id, $0.name) } }
    }
}
