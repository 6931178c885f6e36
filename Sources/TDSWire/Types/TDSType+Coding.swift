extension TDSType {
    /// Appends the TYPE_INFO.
    /// - Throws: ``TDSWireError`` with code `invalidValue` for a type that cannot exist, such as a decimal of 39 digits.
    public func encode(as place: Place = .column, into bytes: inout [UInt8]) throws(TDSWireError) {
        try validate()
        switch self {
        case .null: bytes.append(TypeCode.null)
        case .bit(let nullable): bytes.append(contentsOf: nullable ? [TypeCode.bitN, 1] : [TypeCode.bit])
        case .integer(let size, let nullable):
            bytes.append(nullable ? TypeCode.intN : TDSType.code(size))
            if nullable { bytes.append(UInt8(size.rawValue)) }
        case .float(let size, let nullable):
            bytes.append(nullable ? TypeCode.floatN : size == .four ? TypeCode.real : TypeCode.float)
            if nullable { bytes.append(UInt8(size.rawValue)) }
        case .money(let size, let nullable):
            bytes.append(nullable ? TypeCode.moneyN : size == .four ? TypeCode.smallmoney : TypeCode.money)
            if nullable { bytes.append(UInt8(size.rawValue)) }
        case .datetime(let size, let nullable):
            bytes.append(nullable ? TypeCode.datetimeN : size == .four ? TypeCode.smalldatetime : TypeCode.datetime)
            if nullable { bytes.append(UInt8(size.rawValue)) }
        case .decimal(let type):
            bytes.append(type.isNumeric ? TypeCode.numeric : TypeCode.decimal)
            bytes.append(contentsOf: [type.maximumBytes, type.precision, type.scale])
        case .date: bytes.append(TypeCode.date)
        case .time(let scale): bytes.append(contentsOf: [TypeCode.time, scale])
        case .datetime2(let scale): bytes.append(contentsOf: [TypeCode.datetime2, scale])
        case .datetimeoffset(let scale): bytes.append(contentsOf: [TypeCode.datetimeoffset, scale])
        case .guid: bytes.append(contentsOf: [TypeCode.guid, 16])
        case .char(let length, let collation): bytes.append(short: TypeCode.char, length, collation)
        case .varchar(let length, let collation): bytes.append(short: TypeCode.varchar, length, collation)
        case .varcharMax(let collation): bytes.append(short: TypeCode.varchar, TypeCode.maxLength, collation)
        case .nchar(let length, let collation): bytes.append(short: TypeCode.nchar, length, collation)
        case .nvarchar(let length, let collation): bytes.append(short: TypeCode.nvarchar, length, collation)
        case .nvarcharMax(let collation): bytes.append(short: TypeCode.nvarchar, TypeCode.maxLength, collation)
        case .binary(let length): bytes.append(short: TypeCode.binary, length, nil)
        case .varbinary(let length): bytes.append(short: TypeCode.varbinary, length, nil)
        case .varbinaryMax: bytes.append(short: TypeCode.varbinary, TypeCode.maxLength, nil)
        case .xml(let schema):
            bytes.append(contentsOf: [TypeCode.xml, schema == nil ? 0 : 1])
            guard let schema else { return }
            try bytes.append(shortText: schema.database, "the database of an XML schema")
            try bytes.append(shortText: schema.owningSchema, "the owner of an XML schema")
            try bytes.append(longText: schema.collection, "the name of an XML schema")
        case .text(let length, let collation):
            bytes.append(long: TypeCode.text, length, collation)
        case .ntext(let length, let collation):
            bytes.append(long: TypeCode.ntext, length, collation)
        case .image(let length): bytes.append(long: TypeCode.image, length, nil)
        case .variant(let length): bytes.append(long: TypeCode.variant, length, nil)
        case .udt(let name):
            bytes.append(TypeCode.udt)
            if place == .column { bytes.append(number: name.maximumBytes) }
            try bytes.append(shortText: name.database, "the database of a CLR type")
            try bytes.append(shortText: name.schema, "the schema of a CLR type")
            try bytes.append(shortText: name.name, "the name of a CLR type")
            if place == .column { try bytes.append(longText: name.assemblyQualifiedName, "the name of a CLR class") }
        }
    }

    init(_ reader: inout ByteReader, as place: Place) throws(TDSWireError) {
        let start = reader.position
        let code = try reader.byte()
        switch code {
        case TypeCode.null: self = .null
        case TypeCode.bit: self = .bit(nullable: false)
        case TypeCode.bitN:
            guard try reader.byte() == 1 else { throw TDSType.invalidLength(code, at: start) }
            self = .bit(nullable: true)
        case TypeCode.tinyint: self = .integer(.one, nullable: false)
        case TypeCode.smallint: self = .integer(.two, nullable: false)
        case TypeCode.int: self = .integer(.four, nullable: false)
        case TypeCode.bigint: self = .integer(.eight, nullable: false)
        case TypeCode.intN:
            guard let size = IntegerSize(rawValue: Int(try reader.byte())) else {
                throw TDSType.invalidLength(code, at: start)
            }
            self = .integer(size, nullable: true)
        case TypeCode.real: self = .float(.four, nullable: false)
        case TypeCode.float: self = .float(.eight, nullable: false)
        case TypeCode.smallmoney: self = .money(.four, nullable: false)
        case TypeCode.money: self = .money(.eight, nullable: false)
        case TypeCode.smalldatetime: self = .datetime(.four, nullable: false)
        case TypeCode.datetime: self = .datetime(.eight, nullable: false)
        case TypeCode.floatN, TypeCode.moneyN, TypeCode.datetimeN:
            guard let size = WideSize(rawValue: Int(try reader.byte())) else {
                throw TDSType.invalidLength(code, at: start)
            }
            self =
                code == TypeCode.floatN
                ? .float(size, nullable: true)
                : code == TypeCode.moneyN ? .money(size, nullable: true) : .datetime(size, nullable: true)
        case TypeCode.decimal, TypeCode.numeric:
            let length = try reader.byte()
            let precision = try reader.byte()
            self = .decimal(
                DecimalType(
                    precision: precision,
                    scale: try reader.byte(),
                    isNumeric: code == TypeCode.numeric,
                    maximumBytes: length
                )
            )
        case TypeCode.date: self = .date
        case TypeCode.time: self = .time(scale: try reader.byte())
        case TypeCode.datetime2: self = .datetime2(scale: try reader.byte())
        case TypeCode.datetimeoffset: self = .datetimeoffset(scale: try reader.byte())
        case TypeCode.guid:
            guard try reader.byte() == 16 else { throw TDSType.invalidLength(code, at: start) }
            self = .guid
        case TypeCode.char: self = .char(try reader.number(), try Collation(&reader))
        case TypeCode.nchar: self = .nchar(try reader.number(), try Collation(&reader))
        case TypeCode.varchar:
            let length = try reader.number(UInt16.self)
            let collation = try Collation(&reader)
            self = length == TypeCode.maxLength ? .varcharMax(collation) : .varchar(length, collation)
        case TypeCode.nvarchar:
            let length = try reader.number(UInt16.self)
            let collation = try Collation(&reader)
            self = length == TypeCode.maxLength ? .nvarcharMax(collation) : .nvarchar(length, collation)
        case TypeCode.binary: self = .binary(try reader.number())
        case TypeCode.varbinary:
            let length = try reader.number(UInt16.self)
            self = length == TypeCode.maxLength ? .varbinaryMax : .varbinary(length)
        case TypeCode.xml: self = .xml(try TDSType.schema(&reader))
        case TypeCode.text: self = .text(try reader.number(), try Collation(&reader))
        case TypeCode.ntext: self = .ntext(try reader.number(), try Collation(&reader))
        case TypeCode.image: self = .image(try reader.number())
        case TypeCode.variant: self = .variant(try reader.number())
        case TypeCode.udt:
            let length = place == .column ? try reader.number(UInt16.self) : .max
            let database = try reader.shortText()
            let schema = try reader.shortText()
            let name = try reader.shortText()
            self = .udt(
                UDTName(
                    database: database,
                    schema: schema,
                    name: name,
                    maximumBytes: length,
                    assemblyQualifiedName: place == .column ? try reader.longText() : ""
                )
            )
        default:
            if let refusal = TypeCode.refusal(code) { throw .unsupported(refusal) }
            throw .malformed("there is no type \(String(code, radix: 16, uppercase: true))", at: start)
        }
        do { try validate() } catch { throw .malformed(error.message, at: start) }
    }

    private static func schema(_ reader: inout ByteReader) throws(TDSWireError) -> XMLSchemaName? {
        let start = reader.position
        switch try reader.byte() {
        case 0: return nil
        case 1:
            let database = try reader.shortText()
            let owner = try reader.shortText()
            return XMLSchemaName(database: database, owningSchema: owner, collection: try reader.longText())
        default: throw .malformed("it says neither that there is an XML schema nor that there is none", at: start)
        }
    }

    private static func invalidLength(_ code: UInt8, at start: Int) -> TDSWireError {
        .malformed("a type \(String(code, radix: 16, uppercase: true)) of this length does not exist", at: start)
    }

    private static func code(_ size: IntegerSize) -> UInt8 {
        switch size {
        case .one: TypeCode.tinyint
        case .two: TypeCode.smallint
        case .four: TypeCode.int
        case .eight: TypeCode.bigint
        }
    }

    private func validate() throws(TDSWireError) {
        switch self {
        case .decimal(let type):
            guard DecimalType.precisions.contains(type.precision), type.scale <= type.precision,
                [5, 9, 13, 17].contains(type.maximumBytes),
                type.maximumBytes >= DecimalType.valueBytes(precision: type.precision)
            else {
                throw .invalidValue(
                    "a decimal of \(type.precision) digits, \(type.scale) of them behind the point, in "
                        + "\(type.maximumBytes) bytes does not exist"
                )
            }
        case .time(let scale), .datetime2(let scale), .datetimeoffset(let scale):
            guard scale <= 7 else { throw .invalidValue("a time with \(scale) digits of the second does not exist") }
        case .char(let length, _), .varchar(let length, _), .nchar(let length, _), .nvarchar(let length, _),
            .binary(let length), .varbinary(let length):
            guard length <= TypeCode.longestShort else {
                throw .invalidValue("a type of \(length) bytes does not exist; use the (max) form for more than 8000")
            }
        default: break
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(short code: UInt8, _ length: UInt16, _ collation: Collation?) {
        append(code)
        append(number: length)
        collation?.encode(into: &self)
    }

    fileprivate mutating func append(long code: UInt8, _ length: UInt32, _ collation: Collation?) {
        append(code)
        append(number: length)
        collation?.encode(into: &self)
    }
}
