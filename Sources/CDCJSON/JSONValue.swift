/// A JSON value as RFC 8259 defines it.
///
/// Numbers that are whole and fit 64 bits are ``integer(_:)``; every other number keeps its text in ``number(_:)``, so that
/// a decimal such as `2.5000` loses neither digits nor scale on its way through.
public enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// The number's text, exactly as it was written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    /// The member `key` of an object; `nil` where there is none, or where this is no object.
    public subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// The text of a string; `nil` where this is none.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number, where it is whole and fits 64 bits; `nil` for anything else.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The truth of `true` and `false`; `nil` where this is neither.
    public var boolean: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    /// The elements of an array; `nil` where this is none.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members of an object; `nil` where this is none.
    public var object: [String: JSONValue]? {
        if case .object(let value) = self { value } else { nil }
    }

    public var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}

extension JSONValue {
    /// Parses one JSON text; anything but white space after it is an error.
    public init(parsing text: [UInt8]) throws(JSONError) {
        var reader = JSONReader(text)
        self = try reader.readValue()
        try reader.finish()
    }

    /// Parses one JSON text; anything but white space after it is an error.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// The value as compact JSON text, object members in the order of their keys.
    public var text: String {
        var writer = JSONWriter()
        writer.value(self)
        return writer.text
    }
}
