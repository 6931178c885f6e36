/// Windows code page 1252, in which `varchar` of the Latin1 collations without UTF-8 is kept.
///
/// What the code page lacks becomes `?`. SQL Server also knows best fits (`Ā` becomes `A`); they are not made here.
///
/// Source: Unicode Consortium, "CP1252.TXT"; the five gaps map to the C1 controls, as Windows does.
enum CodePage1252 {
    /// The characters of the bytes 0x80…0x9F.
    private static let high: [UInt16] = [
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D,
        0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x009D, 0x017E, 0x0178,
    ]

    static func unit(_ byte: UInt8) -> UInt16 {
        0x80...0x9F ~= byte ? high[Int(byte) - 0x80] : UInt16(byte)
    }

    /// The byte of a UTF-16 code unit; `nil` where the code page has none.
    static func byte(_ unit: UInt16) -> UInt8? {
        if unit < 0x80 || 0xA0...0xFF ~= unit { return UInt8(truncatingIfNeeded: unit) }
        return high.firstIndex(of: unit).map { UInt8(truncatingIfNeeded: $0 + 0x80) }
    }
}
