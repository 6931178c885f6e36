/// An argument of a type's name: `18` in `decimal(18, 2)`, `max` in `varchar(max)`.
package enum TypeArgument: Hashable, Sendable, ExpressibleByIntegerLiteral {
    case number(Int)
    case max

    package init(integerLiteral value: Int) { self = .number(value) }
}

extension SQLType {
    /// The type that a declaration names.
    ///
    /// - Parameters:
    ///   - name: Without schema and brackets, in any case; also the ISO names of one or several words (`double precision`).
    ///   - isCast: In CAST and CONVERT a text or binary without length has 30 units, in a declaration 1.
    /// - Throws: 243 for an unknown name, 2716, 1001, 1002, 192, 131 and 2750 for arguments that do not fit.
    package init(
        name: String,
        arguments: [TypeArgument] = [],
        collation: Collation = .default,
        isCast: Bool = false
    ) throws(SQLError) {
        let words = name.lowercased().split(whereSeparator: { $0 == " " || $0 == "\t" || $0.isNewline })
        let key = words.joined(separator: " ")
        let arguments = TypeArguments(name: key, arguments)
        let defaultLength = isCast ? 30 : 1
        switch key {
        case "decimal", "numeric", "dec":
            let precision = try arguments.number(0, in: 1...38, default: 18)
            let scale = try arguments.number(1, in: 0...38, default: 0)
            try arguments.limit(2)
            if scale > precision {
                throw SQLError(192, "The scale must be less than or equal to the precision.", severity: 15)
            }
            self = .decimal(precision, scale)
        case "float":
            let bits = try arguments.number(0, in: 1...53, default: 53)
            try arguments.limit(1)
            self = bits <= 24 ? .real : .float
        case "time": self = .time(try arguments.fraction())
        case "datetime2": self = .datetime2(try arguments.fraction())
        case "datetimeoffset": self = .datetimeoffset(try arguments.fraction())
        case "char", "character": self = .char(try arguments.fixedLength(8000, default: defaultLength), collation)
        case "nchar", "national char", "national character":
            self = .nchar(try arguments.fixedLength(4000, default: defaultLength), collation)
        case "binary": self = .binary(try arguments.fixedLength(8000, default: defaultLength))
        case "varchar", "char varying", "character varying":
            self = .varchar(try arguments.length(8000, default: defaultLength), collation)
        case "nvarchar", "national char varying", "national character varying":
            self = .nvarchar(try arguments.length(4000, default: defaultLength), collation)
        case "varbinary", "binary varying": self = .varbinary(try arguments.length(8000, default: defaultLength))
        default:
            guard let type = SQLType.plain(key, collation) else {
                throw SQLError(243, "Type \(name) is not a defined system type.")
            }
            try arguments.limit(0)
            self = type
        }
    }

    /// The types without arguments.
    private static func plain(_ name: String, _ collation: Collation) -> SQLType? {
        switch name {
        case "bit": .bit
        case "tinyint": .tinyint
        case "smallint": .smallint
        case "int", "integer": .int
        case "bigint": .bigint
        case "smallmoney": .smallmoney
        case "money": .money
        case "real": .real
        case "double precision": .float
        case "date": .date
        case "smalldatetime": .smalldatetime
        case "datetime": .datetime
        case "text": .text(collation)
        case "ntext", "national text": .ntext(collation)
        case "image": .image
        case "uniqueidentifier": .uniqueidentifier
        case "xml": .xml
        case "sql_variant": .sqlVariant
        case "rowversion", "timestamp": .rowversion
        case "hierarchyid": .hierarchyid
        case "geometry": .geometry
        case "geography": .geography
        case "sysname": .nvarchar(128, collation)
        default: nil
        }
    }
}

/// The arguments of one type's name, checked as they are taken.
private struct TypeArguments {
    let name: String
    let values: [TypeArgument]

    init(name: String, _ values: [TypeArgument]) {
        self.name = name
        self.values = values
    }

    func limit(_ count: Int) throws(SQLError) {
        guard values.count > count else { return }
        throw SQLError(
            2716,
            "Column, parameter, or variable #1: Cannot specify a column width on data type \(name)."
        )
    }

    func number(_ index: Int, in range: ClosedRange<Int>, default value: Int) throws(SQLError) -> Int {
        guard index < values.count else { return value }
        guard case .number(let number) = values[index], number >= range.lowerBound else {
            throw SQLError(1001, "Line 1: Length or precision specification 0 is invalid.", severity: 15)
        }
        if number > range.upperBound {
            throw SQLError(
                2750,
                "Column or parameter #1: Specified column precision \(number) is greater than the maximum precision "
                    + "of \(range.upperBound)."
            )
        }
        return number
    }

    func fraction() throws(SQLError) -> Int {
        try limit(1)
        guard let first = values.first else { return 7 }
        guard case .number(let scale) = first, 0...7 ~= scale else {
            let text = if case .number(let scale) = first { "\(scale)" } else { "max" }
            throw SQLError(1002, "Line 1: Specified scale \(text) is invalid.", severity: 15)
        }
        return scale
    }

    func fixedLength(_ maximum: Int, default length: Int) throws(SQLError) -> Int {
        guard let units = try self.length(maximum, default: length).units else {
            throw SQLError(1001, "Line 1: Length or precision specification max is invalid.", severity: 15)
        }
        return units
    }

    func length(_ maximum: Int, default length: Int) throws(SQLError) -> TypeLength {
        try limit(1)
        switch values.first {
        case nil: return .units(length)
        case .max: return .max
        case .number(let units):
            if units < 1 {
                throw SQLError(1001, "Line 1: Length or precision specification \(units) is invalid.", severity: 15)
            }
            if units > maximum {
                throw SQLError(
                    131,
                    "The size (\(units)) given to the type '\(name)' exceeds the maximum allowed for any data type "
                        + "(\(maximum)).",
                    severity: 15
                )
            }
            return .units(units)
        }
    }
}
