/// A type of T-SQL with its parameters.
///
/// Lengths of `char` and `varchar` count bytes of the collation's code page, those of `nchar` and `nvarchar` UTF-16 code
/// units, those of `binary` and `varbinary` bytes. Scales count decimal digits.
///
/// Source: Microsoft, "Data types (Transact-SQL)".
package enum SQLType: Hashable, Sendable {
    /// The type of a NULL that nothing gave a type.
    case null
    case bit
    case tinyint
    case smallint
    case int
    case bigint
    /// Precision 1…38, scale 0…precision.
    case decimal(Int, Int)
    case smallmoney
    case money
    case real
    case float
    case date
    case time(Int)
    case smalldatetime
    case datetime
    case datetime2(Int)
    case datetimeoffset(Int)
    case char(Int, Collation)
    case varchar(TypeLength, Collation)
    case nchar(Int, Collation)
    case nvarchar(TypeLength, Collation)
    case text(Collation)
    case ntext(Collation)
    case binary(Int)
    case varbinary(TypeLength)
    case image
    case uniqueidentifier
    case xml
    case sqlVariant
    /// Also called `timestamp`.
    case rowversion
    case hierarchyid
    case geometry
    case geography
}

/// The declared length of a type of variable length.
package enum TypeLength: Hashable, Sendable, ExpressibleByIntegerLiteral {
    case units(Int)
    case max

    package init(integerLiteral value: Int) { self = .units(value) }

    /// The length in units; `nil` for `max`.
    package var units: Int? { if case .units(let count) = self { count } else { nil } }
}

extension SQLType {
    package static let decimalMaximum = 38
    /// The longest non-max `char`, `varchar`, `binary` and `varbinary` in bytes; half of it in UTF-16 units.
    package static let byteMaximum = 8000

    /// `varchar(n)` in the default collation.
    package static func varchar(_ length: TypeLength) -> SQLType { .varchar(length, .default) }
    package static func nvarchar(_ length: TypeLength) -> SQLType { .nvarchar(length, .default) }
    package static func char(_ length: Int) -> SQLType { .char(length, .default) }
    package static func nchar(_ length: Int) -> SQLType { .nchar(length, .default) }
}

/// What kind of values a type has, where the rules of T-SQL speak of kinds.
package enum TypeFamily: Hashable, Sendable {
    case null, integer, decimal, money, float, dateTime, characters, binary, guid, xml, variant, userDefined
}

extension SQLType {
    package var family: TypeFamily {
        switch self {
        case .null: .null
        case .bit, .tinyint, .smallint, .int, .bigint: .integer
        case .decimal: .decimal
        case .smallmoney, .money: .money
        case .real, .float: .float
        case .date, .time, .smalldatetime, .datetime, .datetime2, .datetimeoffset: .dateTime
        case .char, .varchar, .nchar, .nvarchar, .text, .ntext: .characters
        case .binary, .varbinary, .image, .rowversion: .binary
        case .uniqueidentifier: .guid
        case .xml: .xml
        case .sqlVariant: .variant
        case .hierarchyid, .geometry, .geography: .userDefined
        }
    }

    /// Whether values are exact or approximate numbers.
    package var isNumeric: Bool {
        switch family {
        case .integer, .decimal, .money, .float: true
        default: false
        }
    }

    package var isCharacters: Bool { family == .characters }

    /// Whether characters are those of Unicode, two bytes each: `nchar`, `nvarchar`, `ntext`, `xml`.
    package var isWide: Bool {
        switch self {
        case .nchar, .nvarchar, .ntext, .xml: true
        default: false
        }
    }

    /// The old large types, which hardly any operator takes.
    package var isOldLarge: Bool {
        switch self {
        case .text, .ntext, .image: true
        default: false
        }
    }

    package var collation: Collation? {
        switch self {
        case .char(_, let collation), .nchar(_, let collation): collation
        case .varchar(_, let collation), .nvarchar(_, let collation): collation
        case .text(let collation), .ntext(let collation): collation
        default: nil
        }
    }

    /// The same type with another collation; a type without collation stays as it is.
    package func with(_ collation: Collation) -> SQLType {
        switch self {
        case .char(let length, _): .char(length, collation)
        case .nchar(let length, _): .nchar(length, collation)
        case .varchar(let length, _): .varchar(length, collation)
        case .nvarchar(let length, _): .nvarchar(length, collation)
        case .text: .text(collation)
        case .ntext: .ntext(collation)
        default: self
        }
    }

    /// The declared length of characters and binaries, `max` for the large types; `nil` for the other types.
    package var length: TypeLength? {
        switch self {
        case .char(let length, _), .nchar(let length, _), .binary(let length): .units(length)
        case .varchar(let length, _), .nvarchar(let length, _), .varbinary(let length): length
        case .text, .ntext, .image, .xml: .max
        case .rowversion: .units(8)
        default: nil
        }
    }

    /// The digits after the point of exact numbers, and of fractions of a second.
    package var scale: Int {
        switch self {
        case .decimal(_, let scale), .time(let scale), .datetime2(let scale), .datetimeoffset(let scale): scale
        case .money, .smallmoney: 4
        case .datetime: 3
        default: 0
        }
    }

    /// Smallest and largest value of the whole numbers; `nil` for other types.
    package var integerRange: ClosedRange<Int64>? {
        switch self {
        case .bit: 0...1
        case .tinyint: 0...255
        case .smallint: -32_768...32_767
        case .int: -2_147_483_648...2_147_483_647
        case .bigint: Int64.min...Int64.max
        default: nil
        }
    }

    /// Smallest and largest unscaled value of exact numbers; `nil` for other types.
    package var unscaledRange: ClosedRange<Int128>? {
        switch self {
        case .decimal(let precision, _):
            let limit = DecimalMath.powerOfTen(precision) - 1
            return -limit...limit
        case .smallmoney: return -2_147_483_648...2_147_483_647
        case .money: return Int128(Int64.min)...Int128(Int64.max)
        default: return nil
        }
    }

    /// The decimal type that holds every value of an exact number.
    ///
    /// Source: Microsoft, "Precision, scale, and length (Transact-SQL)".
    package var decimalEquivalent: (precision: Int, scale: Int)? {
        switch self {
        case .bit: (1, 0)
        case .tinyint: (3, 0)
        case .smallint: (5, 0)
        case .int: (10, 0)
        case .bigint: (19, 0)
        case .smallmoney: (10, 4)
        case .money: (19, 4)
        case .decimal(let precision, let scale): (precision, scale)
        default: nil
        }
    }

    /// The rank of the type where operands of two types meet: that of the lower rank is converted.
    ///
    /// Source: Microsoft, "Data type precedence (Transact-SQL)".
    package var precedence: Int {
        switch self {
        case .null: 0
        case .binary: 1
        case .varbinary: 2
        case .char: 3
        case .varchar: 4
        case .nchar: 5
        case .nvarchar: 6
        case .uniqueidentifier: 7
        case .rowversion: 8
        case .image: 9
        case .text: 10
        case .ntext: 11
        case .bit: 12
        case .tinyint: 13
        case .smallint: 14
        case .int: 15
        case .bigint: 16
        case .smallmoney: 17
        case .money: 18
        case .decimal: 19
        case .real: 20
        case .float: 21
        case .time: 22
        case .date: 23
        case .smalldatetime: 24
        case .datetime: 25
        case .datetime2: 26
        case .datetimeoffset: 27
        case .xml: 28
        case .sqlVariant: 29
        case .hierarchyid, .geometry, .geography: 30
        }
    }
}
