public import CDCJSON

/// A named column: of a table, or of a structure inside one.
public struct Field: Hashable, Sendable {
    public var name: String
    public var type: DataType
    /// Whether values may be null.
    public var isNullable: Bool
    /// What else is known of the column, as Delta's schema keeps it; unknown entries are carried along untouched.
    public var metadata: [String: JSONValue]

    public init(_ name: String, _ type: DataType, isNullable: Bool = true, metadata: [String: JSONValue] = [:]) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.metadata = metadata
    }
}

/// The columns of a table, in order.
public struct Schema: Hashable, Sendable {
    public var fields: [Field]

    public init(_ fields: [Field]) {
        self.fields = fields
    }

    public var count: Int { fields.count }

    /// The position of the column `name`, which must match to the letter; `nil` where there is none.
    public func index(of name: String) -> Int? {
        fields.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// The column `name`, which must match to the letter; `nil` where there is none.
    public subscript(name: String) -> Field? {
        index(of: name).map { fields[$0] }
    }

    /// The schema of the named columns only, in the order of `names`.
    ///
    /// - Throws: ``ColumnarError`` with code `unknownColumn`, naming the columns there are.
    public func selecting(_ names: [String]) throws(ColumnarError) -> Schema {
        var selected: [Field] = []
        for name in names {
            guard let field = self[name] else { throw .unknownColumn(name, in: self) }
            selected.append(field)
        }
        return Schema(selected)
    }
}

extension Schema: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Field...) { self.init(elements) }
}
