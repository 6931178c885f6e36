/// What an `sql_variant` holds: a value and the type that it has.
///
/// Source: MS-TDS 2.2.5.5.4.
public struct TDSVariant: Hashable, Sendable {
    /// One of the types that a variant can hold, in the form without null where there is one.
    public private(set) var type: TDSType
    public private(set) var value: TDSValue

    public init(_ type: TDSType, _ value: TDSValue) {
        self.type = type.withoutNull
        self.value = value
    }
}

extension TDSVariant {
    init(_ reader: inout ByteReader) throws(TDSWireError) {
        let start = reader.position
        let code = try reader.byte()
        var properties = try reader.part(Int(try reader.byte()))
        type = try TDSVariant.type(code, &properties, at: start)
        try properties.expectEnd(of: "properties of an sql_variant")
        value = try TDSValue(TDSVariant.form(type), &reader)
    }

    /// The form of a value of `type` in a variant: nothing around it.
    private static func form(_ type: TDSType) -> ValueForm {
        var form = ValueForm(type, as: .column)
        form.framing = .bare
        return form
    }

    private static func type(
        _ code: UInt8,
        _ properties: inout ByteReader,
        at start: Int
    ) throws(TDSWireError) -> TDSType {
        switch code {
        case TypeCode.bit: return .bit(nullable: false)
        case TypeCode.tinyint: return .integer(.one, nullable: false)
        case TypeCode.smallint: return .integer(.two, nullable: false)
        case TypeCode.int: return .integer(.four, nullable: false)
        case TypeCode.bigint: return .integer(.eight, nullable: false)
        case TypeCode.real: return .float(.four, nullable: false)
        case TypeCode.float: return .float(.eight, nullable: false)
        case TypeCode.smallmoney: return .money(.four, nullable: false)
        case TypeCode.money: return .money(.eight, nullable: false)
        case TypeCode.smalldatetime: return .datetime(.four, nullable: false)
        case TypeCode.datetime: return .datetime(.eight, nullable: false)
        case TypeCode.guid: return .guid
        case TypeCode.date: return .date
        case TypeCode.time, TypeCode.datetime2, TypeCode.datetimeoffset:
            let scale = try properties.byte()
            guard scale <= 7 else {
                throw .malformed("a time with \(scale) digits of the second does not exist", at: start)
            }
            if code == TypeCode.time { return .time(scale: scale) }
            return code == TypeCode.datetime2 ? .datetime2(scale: scale) : .datetimeoffset(scale: scale)
        case TypeCode.decimal, TypeCode.numeric:
            let precision = try properties.byte()
            let scale = try properties.byte()
            guard DecimalType.precisions.contains(precision), scale <= precision else {
                throw .malformed(
                    "a decimal of \(precision) digits, \(scale) of them behind the point, does not exist",
                    at: start
                )
            }
            return .decimal(DecimalType(precision: precision, scale: scale, isNumeric: code == TypeCode.numeric))
        case TypeCode.binary: return .binary(try length(&properties, at: start))
        case TypeCode.varbinary: return .varbinary(try length(&properties, at: start))
        case TypeCode.char, TypeCode.varchar, TypeCode.nchar, TypeCode.nvarchar:
            let collation = try Collation(&properties)
            let length = try length(&properties, at: start)
            switch code {
            case TypeCode.char: return .char(length, collation)
            case TypeCode.varchar: return .varchar(length, collation)
            case TypeCode.nchar: return .nchar(length, collation)
            default: return .nvarchar(length, collation)
            }
        default:
            throw .malformed(
                "an sql_variant cannot hold the type \(String(code, radix: 16, uppercase: true))",
                at: start
            )
        }
    }

    private static func length(_ properties: inout ByteReader, at start: Int) throws(TDSWireError) -> UInt16 {
        let length = try properties.number(UInt16.self)
        guard length <= TypeCode.longestShort else {
            throw .malformed("a type of \(length) bytes in an sql_variant does not exist", at: start)
        }
        return length
    }

    /// Appends type, properties and value, without the length before them.
    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        // TYPE_INFO of the form without null begins with the type; what follows it has another order here.
        var info: [UInt8] = []
        try type.encode(into: &info)
        bytes.append(info[0])
        switch type {
        case .bit(nullable: false), .integer(_, nullable: false), .float(_, nullable: false),
            .money(_, nullable: false),
            .datetime(_, nullable: false), .guid, .date:
            bytes.append(0)
        case .time(let scale), .datetime2(let scale), .datetimeoffset(let scale): bytes.append(contentsOf: [1, scale])
        case .decimal(let decimal): bytes.append(contentsOf: [2, decimal.precision, decimal.scale])
        case .binary(let length), .varbinary(let length):
            bytes.append(2)
            bytes.append(number: length)
        case .char(let length, let collation), .varchar(let length, let collation), .nchar(let length, let collation),
            .nvarchar(let length, let collation):
            bytes.append(7)
            collation.encode(into: &bytes)
            bytes.append(number: length)
        default: throw .invalidValue("an sql_variant cannot hold a value of this type; convert it")
        }
        try bytes.append(value, TDSVariant.form(type), .standard)
    }
}

extension TDSType {
    /// The form of the type that has no null; the type itself where there is one form only.
    var withoutNull: TDSType {
        switch self {
        case .bit: .bit(nullable: false)
        case .integer(let size, _): .integer(size, nullable: false)
        case .float(let size, _): .float(size, nullable: false)
        case .money(let size, _): .money(size, nullable: false)
        case .datetime(let size, _): .datetime(size, nullable: false)
        default: self
        }
    }
}
