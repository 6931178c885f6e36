/// One value, boxed: for tests, for literals and for printing. Data on its way never takes this shape.
///
/// Texts are equal where their bytes are, as keys are; a `String` would not tell `é` from `e` with an accent behind it.
public enum Value: Sendable {
    case null
    case boolean(Bool)
    /// A whole number of any width.
    case integer(Int64)
    case float(Float)
    case double(Double)
    /// `unscaled` × 10^−`scale`.
    case decimal(unscaled: Int128, scale: Int)
    case string(String)
    case binary([UInt8])
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    /// Microseconds since 1970-01-01T00:00:00 on a clock without zone.
    case timestampNTZ(Int64)
    /// The values of a structure's fields, in the order of its schema.
    case structure([Value])
    case list([Value])
    case map(keys: [Value], values: [Value])
}

extension Value {
    /// A decimal from its text, `-12.50`: the scale is the number of digits after the point.
    ///
    /// - Throws: ``ColumnarError`` with code `outOfRange` where the text is no decimal of at most 38 digits.
    public static func decimal(_ text: String) throws(ColumnarError) -> Value {
        let (unscaled, scale) = try DecimalText.parse(text)
        return .decimal(unscaled: unscaled, scale: scale)
    }

    public var isNull: Bool { self == .null }
}

extension Value: Hashable {
    public static func == (a: Value, b: Value) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.float(let a), .float(let b)): a == b
        case (.double(let a), .double(let b)): a == b
        case (.decimal(let a, let scale), .decimal(let b, let otherScale)): a == b && scale == otherScale
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.binary(let a), .binary(let b)): a == b
        case (.date(let a), .date(let b)): a == b
        case (.timestamp(let a), .timestamp(let b)): a == b
        case (.timestampNTZ(let a), .timestampNTZ(let b)): a == b
        case (.structure(let a), .structure(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.map(let keys, let values), .map(let otherKeys, let otherValues)):
            keys == otherKeys && values == otherValues
        default: false
        }
    }

    /// Equal values have equal hashes: texts that differ in form only may share one.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .boolean(let value): hasher.combine(value)
        case .integer(let value), .timestamp(let value), .timestampNTZ(let value): hasher.combine(value)
        case .float(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .decimal(let unscaled, let scale):
            hasher.combine(unscaled)
            hasher.combine(scale)
        case .string(let value): hasher.combine(value)
        case .binary(let bytes): hasher.combine(bytes)
        case .date(let day): hasher.combine(day)
        case .structure(let values), .list(let values): hasher.combine(values)
        case .map(let keys, let values):
            hasher.combine(keys)
            hasher.combine(values)
        }
    }
}

extension Value: CustomStringConvertible {
    /// The value as a person writes it: `NULL`, `12.50`, `2024-01-31T12:00:00.000000Z`, `{1, a}`, `[1, 2]`.
    public var description: String {
        switch self {
        case .null: "NULL"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .float(let value): "\(value)"
        case .double(let value): "\(value)"
        case .decimal(let unscaled, let scale): DecimalText.format(unscaled, scale: scale)
        case .string(let value): value
        case .binary(let bytes): "\(bytes.count) bytes"
        case .date(let day): CivilTime.format(day: day)
        case .timestamp(let time): CivilTime.format(microseconds: time) + "Z"
        case .timestampNTZ(let time): CivilTime.format(microseconds: time)
        case .structure(let values): "{" + values.map(\.description).joined(separator: ", ") + "}"
        case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .map(let keys, let values):
            "[" + zip(keys, values).map { "\($0): \($1)" }.joined(separator: ", ") + "]"
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(nilLiteral: ()) { self = .null }
}

extension Column {
    /// Value `index`, boxed.
    public func value(at index: Int) -> Value {
        if isNull(at: index) { return .null }
        switch values {
        case .bits(let bits): return .boolean(bits[index])
        case .int32(let values): return type == .date ? .date(values[index]) : .integer(Int64(values[index]))
        case .int64(let values):
            switch type {
            case .timestamp: return .timestamp(values[index])
            case .timestampNTZ: return .timestampNTZ(values[index])
            case .decimal(_, let scale): return .decimal(unscaled: Int128(values[index]), scale: scale)
            default: return .integer(values[index])
            }
        case .int128(let values):
            guard case .decimal(_, let scale) = type else { return .null }
            return .decimal(unscaled: values[index], scale: scale)
        case .float(let values): return .float(values[index])
        case .double(let values): return .double(values[index])
        case .bytes(let values):
            return type == .string ? .string(values.string(at: index)) : .binary(Array(values[index]))
        case .structure(let columns, _): return .structure(columns.map { $0.value(at: index) })
        case .list(let offsets, let elements):
            return .list((Int(offsets[index])..<Int(offsets[index + 1])).map { elements.value(at: $0) })
        case .map(let offsets, let keys, let values):
            let entries = Int(offsets[index])..<Int(offsets[index + 1])
            return .map(keys: entries.map { keys.value(at: $0) }, values: entries.map { values.value(at: $0) })
        }
    }

    /// A column from boxed values: for tests and small tables.
    ///
    /// - Throws: ``ColumnarError`` where a value does not fit the type.
    public init(_ type: DataType, values: [Value]) throws(ColumnarError) {
        var builder = ColumnBuilder(type)
        for value in values { try builder.append(value) }
        self = builder.finish()
    }
}

extension ColumnBuilder {
    /// Appends a boxed value.
    ///
    /// A nested value that is refused may leave some of its parts behind: give the builder up after an error.
    ///
    /// Decimals may come with fewer digits after the point than the type has, decimals and doubles as whole numbers, and
    /// floats as doubles: what a `float` or `double` cannot hold exactly is rounded. Nothing else is converted.
    ///
    /// - Throws: ``ColumnarError`` with code `outOfRange` where the value does not fit the type, and with code `mismatch`
    ///   where a structure has more or fewer values than fields, or a map more or fewer keys than values.
    public mutating func append(_ value: Value) throws(ColumnarError) {
        switch (type, value) {
        case (_, .null): appendNull()
        case (.boolean, .boolean(let value)): append(value)
        case (.byte, .integer(let value)): append(Int32(try narrow(value, Int8.self)))
        case (.short, .integer(let value)): append(Int32(try narrow(value, Int16.self)))
        case (.integer, .integer(let value)): append(try narrow(value, Int32.self))
        case (.long, .integer(let value)): append(value)
        case (.float, .float(let value)): append(value)
        case (.float, .double(let value)): append(Float(value))
        case (.double, .double(let value)): append(value)
        case (.double, .integer(let value)): append(Double(value))
        case (.date, .date(let value)): append(value)
        case (.timestamp, .timestamp(let value)), (.timestampNTZ, .timestampNTZ(let value)): append(value)
        case (.string, .string(let value)): try append(value)
        case (.binary, .binary(let value)): try append(value)
        case (.decimal(let precision, let scale), .decimal(let unscaled, let own)):
            let rescaled = try DecimalText.rescale(unscaled, from: own, to: scale, precision: precision)
            if kind == .int64 { append(Int64(rescaled)) } else { append(rescaled) }
        case (.decimal, .integer(let value)): try append(.decimal(unscaled: Int128(value), scale: 0))
        case (.structure(let schema), .structure(let values)):
            guard values.count == schema.count else {
                throw ColumnarError(.mismatch, "\(values.count) values for a structure of \(schema.count) fields")
            }
            for (index, value) in values.enumerated() { try children[index].append(value) }
            try appendNested()
        case (.list, .list(let values)):
            for value in values { try children[0].append(value) }
            try appendNested()
        case (.map, .map(let keys, let values)):
            for key in keys { try children[0].append(key) }
            for value in values { try children[1].append(value) }
            try appendNested()
        default: throw ColumnarError(.outOfRange, "\(value) does not fit the type \(type)")
        }
    }

    private func narrow<T: FixedWidthInteger>(_ value: Int64, _: T.Type) throws(ColumnarError) -> T {
        guard let narrowed = T(exactly: value) else {
            throw ColumnarError(.outOfRange, "\(value) does not fit the type \(type)")
        }
        return narrowed
    }
}

extension RecordBatch {
    /// A batch from boxed rows: for tests and small tables.
    ///
    /// - Throws: ``ColumnarError`` where a row has another number of values than the schema, or a value does not fit.
    public init(_ schema: Schema, rows: [[Value]]) throws(ColumnarError) {
        var builder = RecordBatchBuilder(schema)
        for row in rows {
            guard row.count == schema.count else {
                throw ColumnarError(.mismatch, "a row of \(row.count) values for \(schema.count) columns")
            }
            for (index, value) in row.enumerated() { try builder.columns[index].append(value) }
        }
        try self.init(schema, builder.columns.indices.map { builder.columns[$0].finish() }, rowCount: rows.count)
    }

    /// Row `index`, boxed.
    public func row(_ index: Int) -> [Value] { columns.map { $0.value(at: index) } }

    /// All rows, boxed.
    public var rows: [[Value]] { (0..<rowCount).map(row) }
}
