import Columnar

/// Columns of every type, and rows with the values that programs trip over.
enum EveryType {
    static let point = Schema([Field("x", .double), Field("label", .string)])
    static let inner = Schema([
        Field("flag", .boolean), Field("names", .list(element: .string, containsNull: true)),
    ])
    static let outer = Schema([
        Field("a", .integer), Field("b", .string), Field("inner", .structure(inner)),
    ])

    static let schema: Schema = [
        Field("id", .long, isNullable: false),
        Field("flag", .boolean),
        Field("tiny", .byte),
        Field("small", .short),
        Field("medium", .integer),
        Field("big", .long),
        Field("single", .float),
        Field("double", .double),
        Field("price", .decimal(precision: 9, scale: 2)),
        Field("money", .decimal(precision: 18, scale: 4)),
        Field("huge", .decimal(precision: 38, scale: 0)),
        Field("exact", .decimal(precision: 38, scale: 10)),
        Field("fraction", .decimal(precision: 38, scale: 38)),
        Field("text", .string),
        Field("required_text", .string, isNullable: false),
        Field("bytes", .binary),
        Field("day", .date),
        Field("instant", .timestamp),
        Field("local", .timestampNTZ),
        Field("structure", .structure(outer)),
        Field("numbers", .list(element: .integer, containsNull: true)),
        Field(
            "table",
            .list(element: .list(element: .decimal(precision: 20, scale: 3), containsNull: true), containsNull: true)
        ),
        Field("points", .list(element: .structure(point), containsNull: true)),
        Field("counts", .map(key: .string, value: .long, valueContainsNull: true)),
        Field("places", .map(key: .integer, value: .structure(point), valueContainsNull: true)),
        Field(
            "times",
            .map(key: .date, value: .list(element: .timestamp, containsNull: true), valueContainsNull: true)
        ),
    ]

    /// The first row of each of these numbers is peculiar; all others are ordinary.
    static func row(_ id: Int) -> [Value] {
        switch id {
        case 0: nulls(id)
        case 1: smallest(id)
        case 2: largest(id)
        case 3: empty(id)
        default: id % 13 == 0 ? nulls(id) : ordinary(id)
        }
    }

    static func batch(_ ids: some Sequence<Int>) throws -> RecordBatch {
        try RecordBatch(schema, rows: ids.map(row))
    }

    // MARK: Rows

    private static func nulls(_ id: Int) -> [Value] {
        schema.fields.map { field in
            switch field.name {
            case "id": .integer(Int64(id))
            case "required_text": ""
            default: .null
            }
        }
    }

    private static let nines: Int128 = DecimalText.powersOfTen[38] - 1
    private static let firstDay: Int32 = -719_162  // 0001-01-01
    private static let lastDay: Int32 = 2_932_896  // 9999-12-31

    private static func smallest(_ id: Int) -> [Value] {
        [
            .integer(Int64(id)), false, -128, -32768, .integer(Int64(Int32.min)), .integer(.min),
            .float(-.infinity), .double(-.greatestFiniteMagnitude),
            .decimal(unscaled: -999_999_999, scale: 2), .decimal(unscaled: -999_999_999_999_999_999, scale: 4),
            .decimal(unscaled: -nines, scale: 0), .decimal(unscaled: -nines, scale: 10),
            .decimal(unscaled: -nines, scale: 38),
            "\u{1}\t\n\"\\", " ", .binary([0]),
            .date(firstDay), .timestamp(Int64(firstDay) * 86_400_000_000),
            .timestampNTZ(Int64(firstDay) * 86_400_000_000),
            .structure([.integer(Int64(Int32.min)), "", .structure([false, .list([""])])]),
            .list([.integer(Int64(Int32.min)), nil]), .list([.list([]), nil, .list([nil])]),
            .list([.structure([.double(-0.0), nil]), nil]),
            .map(keys: [""], values: [.integer(.min)]), .map(keys: [-1], values: [nil]),
            .map(keys: [.date(firstDay)], values: [.list([])]),
        ]
    }

    private static func largest(_ id: Int) -> [Value] {
        [
            .integer(Int64(id)), true, 127, 32767, .integer(Int64(Int32.max)), .integer(.max),
            .float(.infinity), .double(.leastNonzeroMagnitude),
            .decimal(unscaled: 999_999_999, scale: 2), .decimal(unscaled: 999_999_999_999_999_999, scale: 4),
            .decimal(unscaled: nines, scale: 0), .decimal(unscaled: nines, scale: 10),
            .decimal(unscaled: nines, scale: 38),
            .string("\u{10FFFF}" + String(repeating: "𝄞ü€", count: 40)), "e\u{301}", .binary(Array(0...255)),
            .date(lastDay), .timestamp(Int64(lastDay) * 86_400_000_000 + 86_399_999_999),
            .timestampNTZ(Int64(lastDay) * 86_400_000_000 + 86_399_999_999),
            .structure([nil, nil, nil]),
            .list((0..<300).map { .integer($0) }), .list([.list([.decimal(unscaled: 1, scale: 3)]), .list([])]),
            .list([.structure([.double(.nan), "ü"]), .structure([nil, nil])]),
            .map(keys: ["a", "b", "c"], values: [.integer(.max), nil, 0]),
            .map(keys: [1, 2], values: [.structure([1.5, "p"]), .structure([nil, nil])]),
            .map(keys: [.date(lastDay), .date(0)], values: [.list([.timestamp(-1), nil]), nil]),
        ]
    }

    /// Not a number, minus zero, and everything that has a length with none.
    private static func empty(_ id: Int) -> [Value] {
        [
            .integer(Int64(id)), false, 0, 0, 0, 0, .float(.nan), .double(-0.0),
            .decimal(unscaled: 0, scale: 2), .decimal(unscaled: 0, scale: 4), .decimal(unscaled: 0, scale: 0),
            .decimal(unscaled: 0, scale: 10), .decimal(unscaled: 0, scale: 38),
            "", "", .binary([]), .date(0), .timestamp(0), .timestampNTZ(0),
            .structure([0, "", .structure([nil, .list([])])]),
            .list([]), .list([]), .list([]), .map(keys: [], values: []), .map(keys: [], values: []),
            .map(keys: [], values: []),
        ]
    }

    private static func ordinary(_ id: Int) -> [Value] {
        let number = Int64(id)
        let wide = Int128(id)
        return [
            .integer(number), .boolean(id % 2 == 0), .integer(number % 100), .integer(number * 7 % 30_000),
            .integer(number * -1001), .integer(number << 33), .float(Float(id) / 3), .double(Double(id) * -0.1),
            .decimal(unscaled: wide * 101, scale: 2), .decimal(unscaled: wide * -10_001, scale: 4),
            .decimal(unscaled: wide << 90, scale: 0), .decimal(unscaled: -(wide << 70) - wide, scale: 10),
            .decimal(unscaled: wide << 80, scale: 38),
            id % 5 == 0 ? nil : .string("text \(id % 4) ü"), .string("r\(id)"), .binary([UInt8(id & 255), 0, 255]),
            .date(Int32(id) * 100), .timestamp(number * 86_400_000_001 - 1), .timestampNTZ(-number * 3_600_000_003),
            id % 6 == 0
                ? nil : .structure([.integer(number), .string("b\(id)"), .structure([true, .list(["n", nil])])]),
            .list((0..<number % 4).map { .integer($0 * number) }),
            .list([.list([.decimal(unscaled: wide, scale: 3)])]),
            .list([.structure([.double(Double(id)), .string("p\(id)")])]),
            .map(keys: ["k", .string("k\(id)")], values: [.integer(number), nil]),
            .map(keys: [.integer(number)], values: [.structure([0.5, nil])]),
            .map(keys: [.date(Int32(id))], values: [.list([.timestamp(number)])]),
        ]
    }
}
