/// The type of a column or a parameter, as TYPE_INFO says it.
///
/// Many types have a form that has no null (`int NOT NULL` as one byte of type) and one that has (`INTN`); both are told
/// apart, so that a type is encoded as it was decoded.
///
/// Source: MS-TDS 2.2.5.4 to 2.2.5.6.
public enum TDSType: Hashable, Sendable {
    /// The type of a parameter that is null and nothing else.
    case null
    case bit(nullable: Bool)
    /// `tinyint` (one byte, without sign), `smallint`, `int`, `bigint`.
    case integer(IntegerSize, nullable: Bool)
    /// `real` (four bytes) or `float` (eight).
    case float(WideSize, nullable: Bool)
    /// `smallmoney` (four bytes) or `money` (eight).
    case money(WideSize, nullable: Bool)
    /// `smalldatetime` (four bytes) or `datetime` (eight).
    case datetime(WideSize, nullable: Bool)
    /// `decimal`, or `numeric`, which is the same under another number.
    case decimal(DecimalType)
    case date
    /// `time`, with the number of fractional digits of the second, 0 to 7; so also of the next two.
    case time(scale: UInt8)
    case datetime2(scale: UInt8)
    case datetimeoffset(scale: UInt8)
    /// `uniqueidentifier`.
    case guid
    /// With the largest number of bytes; at most 8000, so also of the next.
    case char(UInt16, Collation)
    case varchar(UInt16, Collation)
    case varcharMax(Collation)
    /// With the largest number of bytes, two for a UTF-16 code unit; at most 8000, so also of the next.
    case nchar(UInt16, Collation)
    case nvarchar(UInt16, Collation)
    case nvarcharMax(Collation)
    /// With the largest number of bytes; at most 8000, so also of the next. A rowversion is `binary(8)` with
    /// ``ColumnDescription/rowVersionUserType``.
    case binary(UInt16)
    case varbinary(UInt16)
    case varbinaryMax
    indirect case xml(XMLSchemaName?)
    /// With the largest number of bytes; so also of the next two.
    case text(UInt32, Collation)
    case ntext(UInt32, Collation)
    case image(UInt32)
    /// `sql_variant`, with the largest number of bytes: 8009.
    case variant(UInt32)
    /// A type of the CLR: `hierarchyid`, `geometry`, `geography` or one of a user.
    indirect case udt(UDTName)

    public enum IntegerSize: Int, Hashable, Sendable, CaseIterable {
        case one = 1
        case two = 2
        case four = 4
        case eight = 8
    }

    public enum WideSize: Int, Hashable, Sendable, CaseIterable {
        case four = 4
        case eight = 8
    }
}

extension TDSType {
    // The forms that a server sends for columns that have nulls.
    public static let bit = TDSType.bit(nullable: true)
    public static let tinyint = TDSType.integer(.one, nullable: true)
    public static let smallint = TDSType.integer(.two, nullable: true)
    public static let int = TDSType.integer(.four, nullable: true)
    public static let bigint = TDSType.integer(.eight, nullable: true)
    public static let real = TDSType.float(.four, nullable: true)
    public static let float = TDSType.float(.eight, nullable: true)
    public static let smallmoney = TDSType.money(.four, nullable: true)
    public static let money = TDSType.money(.eight, nullable: true)
    public static let smalldatetime = TDSType.datetime(.four, nullable: true)
    public static let datetime = TDSType.datetime(.eight, nullable: true)
    public static let variant = TDSType.variant(8009)

    public static func decimal(precision: UInt8, scale: UInt8) -> TDSType {
        .decimal(DecimalType(precision: precision, scale: scale))
    }

    /// Where a type stands: what it says, and how its values are framed, differs for a few types.
    public enum Place: Hashable, Sendable {
        /// A column of a result, or a return value.
        case column
        /// A parameter of a call.
        case parameter
    }
}
