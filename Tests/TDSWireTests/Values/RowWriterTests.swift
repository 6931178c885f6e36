import Testing

@testable import TDSWire

@Suite("Rows")
struct RowWriterTests {
    static let columns = ResultColumns([
        ColumnDescription("id", .integer(.four, nullable: false)), ColumnDescription("flag", .bit),
        ColumnDescription("double", .float), ColumnDescription("amount", .money),
        ColumnDescription("decimal", .decimal(precision: 12, scale: 2)), ColumnDescription("day", .date),
        ColumnDescription("time", .time(scale: 3)), ColumnDescription("moment", .datetime2(scale: 7)),
        ColumnDescription("zoned", .datetimeoffset(scale: 0)), ColumnDescription("old", .datetime),
        ColumnDescription("small", .smalldatetime), ColumnDescription("guid", .guid),
        ColumnDescription("text", .nvarchar(40, .sqlLatin1GeneralCP1CIAS)),
        ColumnDescription("code", .varchar(10, .sqlLatin1GeneralCP1CIAS)), ColumnDescription("bytes", .varbinary(4)),
        ColumnDescription("large", .nvarcharMax(.sqlLatin1GeneralCP1CIAS)), ColumnDescription("document", .xml(nil)),
        ColumnDescription("long", .ntext(2_147_483_646, .sqlLatin1GeneralCP1CIAS), tableName: ["dbo", "t"]),
    ])

    private func rows(_ bytes: [UInt8], of columns: ResultColumns = columns) throws -> [Row] {
        var reader = TokenReader(bytes)
        reader.columns = columns
        var rows: [Row] = []
        while let token = try reader.next() { if case .row(let row) = token { rows.append(row) } }
        return rows
    }

    private func write(_ writer: inout RowWriter) throws {
        try writer.integer(-7)
        try writer.bit(true)
        try writer.double(0.5)
        try writer.money(-12_345)
        try writer.decimal(TDSDecimal(unscaled: -99_999, scale: 2))
        try writer.date(days: 738_944)
        try writer.time(ticks: 10_000)
        try writer.datetime2(days: 1, ticks: 7)
        try writer.datetimeoffset(days: 2, ticks: 10_000_000, offset: -60)
        try writer.datetime(days: -1, threeHundredths: 299)
        try writer.smalldatetime(days: 5, minutes: 6)
        try writer.guid(GUID(low: 1, high: 2))
        try writer.text("žlu😀")
        try writer.text("café")
        try writer.bytes([1, 2])
        try writer.beginLargeValue(byteCount: nil)
        for part in ["Ω", "", "mega"] { try writer.chunk(utf16(part)) }
        try writer.endLargeValue()
        try writer.text("<a/>")
        try writer.units(Array("long".utf16))
    }

    @Test("values are written and read by the methods for their types", arguments: [false, true])
    func typed(withBitmap: Bool) throws {
        var writer = RowWriter(Self.columns)
        if withBitmap { try writer.beginNullBitmapRow() } else { try writer.beginRow() }
        try write(&writer)
        try writer.endRow()
        let row = try #require(try rows(writer.takeBytes()).first)
        #expect(row.hasNullBitmap == withBitmap)
        var reader = RowReader(row)
        #expect(try reader.integer() == -7)
        #expect(try reader.bit() == true)
        #expect(try reader.double() == 0.5)
        #expect(try reader.money() == -12_345)
        #expect(try reader.decimal()?.description == "-999.99")
        #expect(try reader.date() == 738_944)
        #expect(try reader.time() == 10_000)
        #expect(try reader.datetime2().map { "\($0)" } == "(days: 1, ticks: 7)")
        #expect(try reader.datetimeoffset().map { "\($0)" } == "(days: 2, ticks: 10000000, offset: -60)")
        #expect(try reader.datetime().map { "\($0)" } == "(days: -1, threeHundredths: 299)")
        #expect(try reader.datetime().map { "\($0)" } == "(days: 5, threeHundredths: 108000)")
        #expect(try reader.guid() == GUID(low: 1, high: 2))
        #expect(try reader.text() == "žlu😀")
        #expect(try reader.text() == "café")
        #expect(try reader.bytes() == [1, 2])
        #expect(try reader.units() == Array("Ωmega".utf16))
        #expect(reader.layout == ValueLayout(isLengthKnown: false, chunkBytes: 2))
        #expect(try reader.text() == "<a/>")
        #expect(try reader.text() == "long")
        #expect(reader.isAtEnd)
        #expect(wireError { _ = try reader.value() }?.code == .misuse)
        // The same values, without the methods.
        let values = try row.values()
        #expect(values.count == Self.columns.count)
        #expect(values[12] == .nchar("žlu😀"))
        #expect(try values[16].text() == "<a/>")
    }

    @Test("nulls are read as nil by every method", arguments: [false, true])
    func nulls(withBitmap: Bool) throws {
        var writer = RowWriter(Self.columns)
        if withBitmap { try writer.beginNullBitmapRow() } else { try writer.beginRow() }
        try writer.integer(1)
        for _ in 1..<Self.columns.count { try writer.null() }
        try writer.endRow()
        let bytes = writer.takeBytes()
        if withBitmap { #expect(hex(bytes) == "d2feff0301000000") }
        let row = try #require(try rows(bytes).first)
        #expect(try row.values() == [.int(1)] + [TDSValue](repeating: .null, count: Self.columns.count - 1))
        var reader = RowReader(row)
        try reader.skip()
        #expect(try reader.bit() == nil)
        #expect(try reader.double() == nil)
        #expect(try reader.money() == nil)
        #expect(try reader.decimal() == nil)
        #expect(try reader.date() == nil)
        #expect(try reader.time() == nil)
        #expect(try reader.datetime2() == nil)
        #expect(try reader.datetimeoffset() == nil)
        #expect(try reader.datetime() == nil)
        #expect(try reader.datetime() == nil)
        #expect(try reader.guid() == nil)
        #expect(try reader.units() == nil)
        #expect(try reader.text() == nil)
        #expect(try reader.bytes() == nil)
        try reader.skip()
        #expect(try reader.text() == nil)
        #expect(try reader.text() == nil)
        #expect(reader.isAtEnd)
    }

    @Test("a value of another type is refused, and the right one can follow")
    func mismatch() throws {
        var writer = RowWriter(Self.columns)
        try writer.beginRow()
        for body in [
            { try writer.bit(true) }, { try writer.text("1") }, { try writer.bytes([1]) }, { try writer.null() },
            { try writer.integer(1 << 31) }, { try writer.beginLargeValue(byteCount: 1) }, { try writer.endRow() },
            { try writer.chunk([1]) }, { try writer.endLargeValue() },
        ] as [() throws -> Void] {
            let error = wireError(body)
            #expect(error != nil)
            #expect(error?.column == 0)
            #expect(writer.column == 0)
        }
        try write(&writer)
        try writer.endRow()
        let row = try #require(try rows(writer.takeBytes()).first)
        var reader = RowReader(row)
        #expect(wireError { _ = try reader.text() }?.code == .typeMismatch)
        #expect(wireError { _ = try reader.bytes() }?.code == .typeMismatch)
        #expect(wireError { _ = try reader.double() }?.code == .typeMismatch)
        #expect(try reader.integer() == -7)
    }

    @Test(
        "what a column cannot hold is refused",
        arguments: [
            (TDSType.tinyint, TDSValue.int(-1)), (.tinyint, .int(256)), (.smallint, .int(40_000)),
            (.smallmoney, .money(1 << 40)),
            (.decimal(precision: 4, scale: 1), .decimal(.init(unscaled: 10_000, scale: 1))),
            (.decimal(precision: 4, scale: 1), .decimal(.init(unscaled: 1, scale: 2))), (.date, .date(days: 3_652_059)),
            (.date, .date(days: -1)), (.time(scale: 0), .time(ticks: 1)),
            (.time(scale: 7), .time(ticks: 864_000_000_000)),
            (.varchar(2, .sqlLatin1GeneralCP1CIAS), .char([1, 2, 3], .sqlLatin1GeneralCP1CIAS)),
            (.varchar(9, .sqlLatin1GeneralCP1CIAS), .char([1], Collation(lcid: 0x0419))),
            (.nvarchar(2, .sqlLatin1GeneralCP1CIAS), .nchar("ab")), (.varbinary(1), .binary([1, 2])),
            (.datetime, .datetime(days: 0, threeHundredths: 25_920_000)),
            (.smalldatetime, .smalldatetime(days: 0, minutes: 1440)),
            (.variant, .variant(TDSVariant(.xml(nil), .xml([])))), (.variant, .variant(TDSVariant(.int, .null))),
        ]
    )
    func tooLarge(type: TDSType, value: TDSValue) throws {
        var writer = RowWriter(ResultColumns([ColumnDescription("c", type)]))
        try writer.beginRow()
        #expect(wireError { try writer.value(value) }?.code == .invalidValue)
        // Nothing of the value stays.
        #expect(writer.bytes == [0xD1])
        try writer.null()
        try writer.endRow()
    }

    @Test("text in a code page that is not converted can still be read as bytes")
    func unconvertedText() throws {
        let chinese = try #require(Collation(named: "Chinese_PRC_CI_AS"))
        let columns = ResultColumns([ColumnDescription("c", .varchar(4, chinese)), ColumnDescription("n", .int)])
        var writer = RowWriter(columns)
        try writer.beginRow()
        #expect(wireError { try writer.text("a") }?.code == .unsupported)
        try writer.bytes([0xC4, 0xE3])
        try writer.integer(1)
        try writer.endRow()
        let row = try #require(try rows(writer.takeBytes(), of: columns).first)
        var reader = RowReader(row)
        let error = wireError { _ = try reader.text() }
        #expect(error?.code == .unsupported)
        #expect(error?.column == 0)
        #expect(try reader.bytes() == [0xC4, 0xE3])
        #expect(try reader.integer() == 1)
    }

    @Test("a row can be taken back")
    func cancel() throws {
        var writer = RowWriter(Self.columns)
        try writer.append(.returnStatus(0))
        try writer.beginRow()
        try writer.integer(1)
        #expect(wireError { try writer.append(.returnStatus(0)) }?.code == .misuse)
        #expect(wireError { try writer.beginRow() }?.code == .misuse)
        try writer.cancelRow()
        #expect(hex(writer.bytes) == "7900000000")
        try writer.beginRow()
        _ = writer.takeBytes()
        try writer.integer(1)
        #expect(wireError { try writer.cancelRow() }?.code == .misuse)
    }

    @Test("bytes can be taken in the middle of a row; of an NBCROW once its bitmap is known")
    func takeBytes() throws {
        let columns = ResultColumns([ColumnDescription("a", .int), ColumnDescription("b", .varbinaryMax)])
        var writer = RowWriter(columns)
        var bytes: [UInt8] = []
        for withBitmap in [false, true] {
            if withBitmap { try writer.beginNullBitmapRow() } else { try writer.beginRow() }
            try writer.null()
            bytes += writer.takeBytes()
            try writer.beginLargeValue(byteCount: 6)
            for _ in 0..<2 {
                try writer.chunk([1, 2, 3])
                bytes += writer.takeBytes()
            }
            #expect(wireError { try writer.chunk([4]) }?.code == .invalidValue)
            try writer.endLargeValue()
            try writer.endRow()
        }
        bytes += writer.takeBytes()
        #expect(writer.takeBytes() == [])
        let values = try rows(bytes, of: columns).map { try $0.values() }
        #expect(values == [[TDSValue]](repeating: [.null, .binary([1, 2, 3, 1, 2, 3])], count: 2))
    }

    @Test("a large value that ends too early is refused")
    func shortLargeValue() throws {
        var writer = RowWriter(ResultColumns([ColumnDescription("b", .varbinaryMax)]))
        try writer.beginRow()
        try writer.beginLargeValue(byteCount: 2)
        try writer.chunk([1])
        #expect(wireError { try writer.endLargeValue() }?.code == .misuse)
        #expect(wireError { try writer.null() }?.code == .misuse)
    }

    @Test("texts of GUIDs and decimals")
    func texts() {
        #expect(GUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")?.description == "6F9619FF-8B86-D011-B42D-00C04FC964FF")
        for text in ["", "6f9619ff8b86d011b42d00c04fc964ff", "6f9619ff-8b86-d011-b42d-00c04fc964fg"] {
            #expect(GUID(text) == nil)
        }
        #expect(TDSDecimal(unscaled: 5, scale: 3).description == "0.005")
        #expect(TDSDecimal(unscaled: -1234, scale: 0).description == "-1234")
        #expect(TDSDecimal(unscaled: .min, scale: 2).isNegative)
    }
}
