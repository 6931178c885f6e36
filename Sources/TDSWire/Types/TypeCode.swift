/// The first byte of a TYPE_INFO.
///
/// Source: MS-TDS 2.2.5.4.
enum TypeCode {
    static let null: UInt8 = 0x1F
    static let tinyint: UInt8 = 0x30
    static let bit: UInt8 = 0x32
    static let smallint: UInt8 = 0x34
    static let int: UInt8 = 0x38
    static let smalldatetime: UInt8 = 0x3A
    static let real: UInt8 = 0x3B
    static let money: UInt8 = 0x3C
    static let datetime: UInt8 = 0x3D
    static let float: UInt8 = 0x3E
    static let smallmoney: UInt8 = 0x7A
    static let bigint: UInt8 = 0x7F
    static let guid: UInt8 = 0x24
    static let intN: UInt8 = 0x26
    static let date: UInt8 = 0x28
    static let time: UInt8 = 0x29
    static let datetime2: UInt8 = 0x2A
    static let datetimeoffset: UInt8 = 0x2B
    static let bitN: UInt8 = 0x68
    static let decimal: UInt8 = 0x6A
    static let numeric: UInt8 = 0x6C
    static let floatN: UInt8 = 0x6D
    static let moneyN: UInt8 = 0x6E
    static let datetimeN: UInt8 = 0x6F
    static let varbinary: UInt8 = 0xA5
    static let varchar: UInt8 = 0xA7
    static let binary: UInt8 = 0xAD
    static let char: UInt8 = 0xAF
    static let nvarchar: UInt8 = 0xE7
    static let nchar: UInt8 = 0xEF
    static let udt: UInt8 = 0xF0
    static let xml: UInt8 = 0xF1
    static let image: UInt8 = 0x22
    static let text: UInt8 = 0x23
    static let variant: UInt8 = 0x62
    static let ntext: UInt8 = 0x63

    /// Types that exist and are refused, with what can be done instead.
    static func refusal(_ code: UInt8) -> String? {
        switch code {
        case 0xF3: "table-valued parameters (type F3) are not supported; pass the rows in another way"
        case 0xF4: "the type json (F4) is not supported; read the column as nvarchar(max)"
        case 0xF5: "the type vector (F5) is not supported; read the column as nvarchar(max)"
        case 0x25, 0x27, 0x2D, 0x2F, 0x37, 0x3F:
            "types of TDS before 7.0 (\(String(code, radix: 16, uppercase: true))) are not supported; use TDS 7.4"
        default: nil
        }
    }

    /// The two bytes in place of a length that say: (max).
    static let maxLength: UInt16 = 0xFFFF
    /// The largest `char`, `nchar` and `binary` types in bytes.
    static let longestShort: UInt16 = 8000
}
