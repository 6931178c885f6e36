/// A value of T-SQL. Its meaning is complete only with its ``SQLType``: the scale of a decimal and the collation and code
/// page of a text are those of the type.
package enum SQLValue: Hashable, Sendable {
    case null
    /// `bit` to `bigint`.
    case integer(Int64)
    /// The digits without point of `decimal`, `money` and `smallmoney`.
    case decimal(Int128)
    /// `float` and `real`; a `real` has been rounded to single precision. Never infinite, never not a number.
    case double(Double)
    /// Days since 0001-01-01.
    case date(Int32)
    /// Units of 100 ns since midnight.
    case time(Int64)
    /// Minutes since 1900-01-01.
    case smallDateTime(Int32)
    /// 1/300 seconds since 1900-01-01: days × 25,920,000 + ticks.
    case dateTime(Int64)
    /// Units of 100 ns since 0001-01-01.
    case dateTime2(Int64)
    /// Units of 100 ns since 0001-01-01 in UTC, and the minutes to add for the local time.
    case dateTimeOffset(Int64, Int16)
    /// Characters and XML in WTF-8: UTF-8 that may hold single surrogates, as UTF-16 may.
    case text([UInt8])
    /// Binaries, `rowversion` (most significant byte first), and the bytes of user-defined types.
    case binary([UInt8])
    /// 16 bytes as they stand on the wire: the first three groups least significant byte first.
    case guid([UInt8])
    /// A `sql_variant`: the type inside, and its value.
    indirect case variant(SQLType, SQLValue)

    package var isNull: Bool { self == .null }

    /// A text from a Swift string.
    package static func string(_ string: String) -> SQLValue { .text(Array(string.utf8)) }

    package static func bool(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
}
