import Columnar

/// Columns of every type with seeded values, and the same as plain arrays of boxed values.
enum Sample {
    static let types: [DataType] = [
        .boolean, .byte, .short, .integer, .long, .float, .double, .decimal(precision: 9, scale: 2),
        .decimal(precision: 18, scale: 18), .decimal(precision: 19, scale: 0), .decimal(precision: 38, scale: 10),
        .string, .binary, .date, .timestamp, .timestampNTZ,
    ]

    static let nestedTypes: [DataType] = [
        .structure([Field("a", .integer), Field("b", .string)]),
        .structure([]),
        .list(element: .long, containsNull: true),
        .list(element: .boolean, containsNull: true),
        .map(key: .string, value: .double, valueContainsNull: true),
        .list(element: .list(element: .string, containsNull: true), containsNull: true),
        .structure([
            Field("x", .list(element: .structure([Field("y", .boolean), Field("z", .binary)]), containsNull: true)),
            Field("m", .map(key: .integer, value: .list(element: .date, containsNull: true), valueContainsNull: true)),
        ]),
        .map(
            key: .structure([Field("k", .short)]),
            value: .map(key: .string, value: .decimal(precision: 20, scale: 5), valueContainsNull: true),
            valueContainsNull: true
        ),
    ]

    static let allTypes = types + nestedTypes

    /// `count` values, of which about `nulls` in a hundred are null.
    static func values(_ type: DataType, count: Int, nulls: Int, _ random: inout SplitMix) -> [Value] {
        (0..<count).map { _ in
            Int.random(in: 0..<100, using: &random) < nulls ? .null : value(type, nulls: nulls, &random)
        }
    }

    private static func value(_ type: DataType, nulls: Int, _ random: inout SplitMix) -> Value {
        switch type {
        case .boolean: return .boolean(.random(using: &random))
        case .byte: return .integer(.random(in: -128...127, using: &random))
        case .short: return .integer(.random(in: -32768...32767, using: &random))
        case .integer: return .integer(.random(in: Int64(Int32.min)...Int64(Int32.max), using: &random))
        case .long: return .integer(.random(in: .min ... .max, using: &random))
        case .float: return .float(.random(in: -1e6...1e6, using: &random))
        case .double: return .double(.random(in: -1e6...1e6, using: &random))
        case .decimal(let precision, let scale):
            let limit = DecimalText.powersOfTen[precision] - 1
            return .decimal(unscaled: .random(in: -limit...limit, using: &random), scale: scale)
        case .string:
            let letters = Array("aé€😀 z")
            return .string(
                String(
                    (0..<Int.random(in: 0..<8, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a"
                    }
                )
            )
        case .binary:
            return .binary(
                (0..<Int.random(in: 0..<8, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            )
        case .date: return .date(.random(in: .min ... .max, using: &random))
        case .timestamp: return .timestamp(.random(in: .min ... .max, using: &random))
        case .timestampNTZ: return .timestampNTZ(.random(in: .min ... .max, using: &random))
        case .structure(let schema):
            return .structure(schema.fields.flatMap { values($0.type, count: 1, nulls: nulls, &random) })
        case .list(let element, _):
            return .list(values(element, count: Int.random(in: 0..<4, using: &random), nulls: nulls, &random))
        case .map(let key, let value, _):
            let count = Int.random(in: 0..<4, using: &random)
            return .map(
                keys: values(key, count: count, nulls: 0, &random),
                values: values(value, count: count, nulls: nulls, &random)
            )
        }
    }
}

extension Column {
    /// All values, boxed: what a kernel is compared with.
    var boxed: [Value] { (0..<count).map { value(at: $0) } }
}
