/// A value of a row or of a parameter, as the wire has it.
///
/// For rows that are many, ``RowReader`` and ``RowWriter`` have methods without this enumeration.
///
/// Dates are days since 0001-01-01 unless it is said otherwise, times ticks of 100 ns since midnight.
public enum TDSValue: Hashable, Sendable {
    case null
    case bit(Bool)
    case tinyint(UInt8)
    case smallint(Int16)
    case int(Int32)
    case bigint(Int64)
    case real(Float)
    case float(Double)
    /// In ten-thousandths.
    case smallmoney(Int32)
    /// In ten-thousandths.
    case money(Int64)
    case decimal(TDSDecimal)
    /// Days since 1900-01-01, and minutes since midnight.
    case smalldatetime(days: UInt16, minutes: UInt16)
    /// Days since 1900-01-01, before it negative, and three-hundredths of a second since midnight.
    case datetime(days: Int32, threeHundredths: UInt32)
    case date(days: Int32)
    case time(ticks: UInt64)
    case datetime2(days: Int32, ticks: UInt64)
    /// Date and time are in UTC; the local ones are `offset` minutes later.
    case datetimeoffset(days: Int32, ticks: UInt64, offset: Int16)
    case guid(GUID)
    /// Text in the code page of its collation.
    case char([UInt8], Collation)
    /// Text as UTF-16 code units.
    case nchar([UInt16])
    case binary([UInt8])
    /// The bytes of the document: UTF-16 with a byte order mark from SQL Server, without from others.
    case xml([UInt8])
    /// The bytes that a CLR type serialises itself to.
    case udt([UInt8])
    indirect case variant(TDSVariant)
}

extension TDSValue {
    /// A value of `nvarchar`, `nchar` or `ntext`.
    public static func nchar(_ text: String) -> TDSValue { .nchar(Array(text.utf16)) }

    /// The text of `nchar`, `char` and `xml` values; `nil` of others.
    /// - Throws: ``TDSWireError`` with code `unsupported` for a code page that is not converted.
    public func text() throws(TDSWireError) -> String? {
        switch self {
        case .nchar(let units): return String(decoding: units, as: UTF16.self)
        case .char(let bytes, let collation): return try collation.requireCodePage().decode(bytes)
        case .xml(let bytes):
            let hasMark = bytes.starts(with: [0xFF, 0xFE])
            return UTF16Bytes.text(of: bytes.dropFirst(hasMark ? 2 : 0))
        default: return nil
        }
    }
}

extension Collation {
    func requireCodePage() throws(TDSWireError) -> CodePage {
        guard let codePage else {
            throw .unsupported(
                "the collation \(name ?? "with locale \(lcid)") has no code page; read the column as nvarchar, or its bytes"
            )
        }
        return codePage
    }
}
