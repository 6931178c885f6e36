import Testing

@testable import TDSWire

/// Types and values as bytes that five clients read the same way.
struct TypeLayout: CustomTestStringConvertible, Sendable {
    var name: String
    var type: TDSType
    var typeInfo: [UInt8]
    var value: TDSValue
    var valueBytes: [UInt8]
    var nullBytes: [UInt8]?
    var layout = ValueLayout.standard

    var testDescription: String { name }

    init(
        _ name: String,
        _ type: TDSType,
        _ typeInfo: String,
        _ value: TDSValue,
        _ valueBytes: String,
        null: String?,
        layout: ValueLayout = .standard
    ) {
        self.name = name
        self.type = type
        self.typeInfo = hex(typeInfo)
        self.value = value
        self.valueBytes = hex(valueBytes)
        nullBytes = null.map { hex($0) }
        self.layout = layout
    }

    /// 13:14:15.1234567
    static let time: UInt64 = 476_551_234_567
    /// 2024-02-29, counted from 0001-01-01 and from 1900-01-01.
    static let leapDay: Int32 = 738_944
    static let leapDay1900: Int32 = 45_349
    static let latin = Collation.sqlLatin1GeneralCP1CIAS
    static let textLayout = ValueLayout(
        textPointer: Array("dummy textptr\0\0\0".utf8),
        textTimestamp: 0x0053_5479_6D6D_7564
    )

    static let scalars: [TypeLayout] = [
        .init("bit", .bit, "68 01", .bit(true), "01 01", null: "00"),
        .init("bit not null", .bit(nullable: false), "32", .bit(false), "00", null: nil),
        .init("tinyint", .tinyint, "26 01", .tinyint(255), "01 ff", null: "00"),
        .init("smallint", .smallint, "26 02", .smallint(.min), "02 00 80", null: "00"),
        .init("int", .int, "26 04", .int(.min), "04 00000080", null: "00"),
        .init("bigint", .bigint, "26 08", .bigint(.min), "08 0000000000000080", null: "00"),
        .init("tinyint not null", .integer(.one, nullable: false), "30", .tinyint(7), "07", null: nil),
        .init("smallint not null", .integer(.two, nullable: false), "34", .smallint(-2), "feff", null: nil),
        .init("int not null", .integer(.four, nullable: false), "38", .int(42), "2a000000", null: nil),
        .init("bigint not null", .integer(.eight, nullable: false), "7f", .bigint(-1), "ffffffffffffffff", null: nil),
        .init("real", .real, "6d 04", .real(1.5), "04 0000c03f", null: "00"),
        .init("float", .float, "6d 08", .float(-2.25), "08 00000000000002c0", null: "00"),
        .init("real not null", .float(.four, nullable: false), "3b", .real(1.5), "0000c03f", null: nil),
        .init("float not null", .float(.eight, nullable: false), "3e", .float(-2.25), "00000000000002c0", null: nil),
        // -123.4567: the high half comes first.
        .init("money", .money, "6e 08", .money(-1_234_567), "08 ffffffff 7929edff", null: "00"),
        .init("smallmoney", .smallmoney, "6e 04", .smallmoney(123_456), "04 40e20100", null: "00"),
        .init("money not null", .money(.eight, nullable: false), "3c", .money(1 << 32), "01000000 00000000", null: nil),
        .init("smallmoney not null", .money(.four, nullable: false), "7a", .smallmoney(-1), "ffffffff", null: nil),
        .init(
            "decimal(38,10)",
            .decimal(precision: 38, scale: 10),
            "6a 11 26 0a",
            .decimal(TDSDecimal(unscaled: -12_345_678_901_234_567_890, scale: 10)),
            "11 00 d20a1feb8ca954ab 0000000000000000",
            null: "00"
        ),
        .init(
            "numeric(9,2)",
            .decimal(DecimalType(precision: 9, scale: 2, isNumeric: true)),
            "6c 05 09 02",
            .decimal(TDSDecimal(unscaled: 12345, scale: 2)),
            "05 01 39300000",
            null: "00"
        ),
        .init(
            "decimal(28,0)",
            .decimal(precision: 28, scale: 0),
            "6a 0d 1c 00",
            .decimal(TDSDecimal(unscaled: (1 << 64) + 1, scale: 0)),
            "0d 01 0100000000000000 01000000",
            null: "00"
        ),
        .init(
            "decimal(19,0) in as few bytes as it needs, of a type that announces as many as there can be",
            .decimal(DecimalType(precision: 19, scale: 0, maximumBytes: 17)),
            "6a 11 13 00",
            .decimal(TDSDecimal(unscaled: 5, scale: 0)),
            "05 01 05000000",
            null: "00",
            layout: ValueLayout(decimalBytes: 5)
        ),
        .init(
            "datetime",
            .datetime,
            "6f 08",
            .datetime(days: leapDay1900, threeHundredths: 14_296_537),
            "08 25b10000 d925da00",
            null: "00"
        ),
        .init(
            "datetime before 1900, not null",
            .datetime(.eight, nullable: false),
            "3d",
            .datetime(days: -2, threeHundredths: 0),
            "feffffff 00000000",
            null: nil
        ),
        .init(
            "smalldatetime",
            .smalldatetime,
            "6f 04",
            .smalldatetime(days: 45_349, minutes: 794),
            "04 25b1 1a03",
            null: "00"
        ),
        .init(
            "smalldatetime not null",
            .datetime(.four, nullable: false),
            "3a",
            .smalldatetime(days: 1, minutes: 1439),
            "0100 9f05",
            null: nil
        ),
        .init("date", .date, "28", .date(days: leapDay), "03 80460b", null: "00"),
        .init("time(7)", .time(scale: 7), "29 07", .time(ticks: time), "05 07c4aaf46e", null: "00"),
        .init("time(0)", .time(scale: 0), "29 00", .time(ticks: 476_550_000_000), "03 27ba00", null: "00"),
        .init("time(3)", .time(scale: 3), "29 03", .time(ticks: 476_551_230_000), "04 d328d702", null: "00"),
        .init(
            "datetime2(7)",
            .datetime2(scale: 7),
            "2a 07",
            .datetime2(days: 3_652_058, ticks: time),
            "08 07c4aaf46e dab937",
            null: "00"
        ),
        .init(
            "datetime2(0), the first day",
            .datetime2(scale: 0),
            "2a 00",
            .datetime2(days: 0, ticks: 0),
            "06 000000 000000",
            null: "00"
        ),
        .init(
            "datetimeoffset(7)",
            .datetimeoffset(scale: 7),
            "2b 07",
            .datetimeoffset(days: leapDay, ticks: time, offset: -330),
            "0a 07c4aaf46e 80460b b6fe",
            null: "00"
        ),
        .init(
            "uniqueidentifier",
            .guid,
            "24 10",
            .guid(GUID("6F9619FF-8B86-D011-B42D-00C04FC964FF") ?? GUID(low: 0, high: 0)),
            "10 ff19966f 868b 11d0 b42d 00c04fc964ff",
            null: "00"
        ),
    ]

    static let texts: [TypeLayout] = [
        .init(
            "char(10)",
            .char(10, latin),
            "af 0a00 0904d00034",
            .char(Array("abc\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}".utf8) + [0xE9], latin),
            "0a00 616263202020202020e9",
            null: "ffff"
        ),
        .init(
            "varchar(20)",
            .varchar(20, latin),
            "a7 1400 0904d00034",
            .char([0x63, 0x61, 0x66, 0xE9], latin),
            "0400 636166e9",
            null: "ffff"
        ),
        .init(
            "nchar(5)",
            .nchar(10, latin),
            "ef 0a00 0904d00034",
            .nchar("ab   "),
            "0a00 61006200200020002000",
            null: "ffff"
        ),
        .init(
            "nvarchar(20)",
            .nvarchar(40, latin),
            "e7 2800 0904d00034",
            .nchar("žlu😀"),
            "0a00 7e01 6c00 7500 3dd8 00de",
            null: "ffff"
        ),
        .init("nvarchar, empty", .nvarchar(40, latin), "e7 2800 0904d00034", .nchar(""), "0000", null: "ffff"),
        .init(
            "varchar(max)",
            .varcharMax(latin),
            "a7 ffff 0904d00034",
            .char([0x78, 0x78], latin),
            "0200000000000000 02000000 7878 00000000",
            null: "ffffffffffffffff"
        ),
        .init(
            "nvarchar(max) in chunks of unknown number",
            .nvarcharMax(latin),
            "e7 ffff 0904d00034",
            .nchar("ΩΩΩ"),
            "feffffffffffffff 04000000 a903a903 02000000 a903 00000000",
            null: "ffffffffffffffff",
            layout: ValueLayout(isLengthKnown: false, chunkBytes: 4)
        ),
        .init(
            "nvarchar(max), empty",
            .nvarcharMax(latin),
            "e7 ffff 0904d00034",
            .nchar(""),
            "0000000000000000 00000000",
            null: "ffffffffffffffff"
        ),
        .init(
            "xml",
            .xml(nil),
            "f1 00",
            .xml([0xFF, 0xFE, 0x3C, 0]),
            "0400000000000000 04000000 fffe3c00 00000000",
            null: "ffffffffffffffff"
        ),
        .init(
            "xml with a schema",
            .xml(XMLSchemaName(database: "d", owningSchema: "s", collection: "c")),
            "f1 01 01 6400 01 7300 0100 6300",
            .xml([]),
            "0000000000000000 00000000",
            null: "ffffffffffffffff"
        ),
    ]

    static let bytes: [TypeLayout] = [
        .init("binary(4)", .binary(4), "ad 0400", .binary([0xDE, 0xAD, 0, 0]), "0400 dead0000", null: "ffff"),
        .init("varbinary(16)", .varbinary(16), "a5 1000", .binary([1, 0, 2]), "0300 010002", null: "ffff"),
        .init("varbinary, empty", .varbinary(16), "a5 1000", .binary([]), "0000", null: "ffff"),
        .init(
            "varbinary(max) in chunks",
            .varbinaryMax,
            "a5 ffff",
            .binary([1, 2, 3, 4, 5]),
            "0500000000000000 02000000 0102 02000000 0304 01000000 05 00000000",
            null: "ffffffffffffffff",
            layout: ValueLayout(chunkBytes: 2)
        ),
        .init(
            "__$start_lsn",
            .binary(10),
            "ad 0a00",
            .binary(Array(0..<10)),
            "0a00 00010203040506070809",
            null: "ffff"
        ),
    ]

    /// Types that look otherwise as parameters.
    static let placed: [TypeLayout] = [
        .init(
            "text",
            .text(0x7FFF_FFFF, latin),
            "23 ffffff7f 0904d00034",
            .char(Array("hello".utf8), latin),
            "10 64756d6d792074657874707472000000 64756d6d79545300 05000000 68656c6c6f",
            null: "00",
            layout: textLayout
        ),
        .init(
            "ntext",
            .ntext(0x7FFF_FFFE, latin),
            "63 feffff7f 0904d00034",
            .nchar("hé"),
            "10 64756d6d792074657874707472000000 64756d6d79545300 04000000 6800e900",
            null: "00",
            layout: textLayout
        ),
        .init(
            "image",
            .image(0x7FFF_FFFF),
            "22 ffffff7f",
            .binary([0, 1, 0xFF]),
            "10 64756d6d792074657874707472000000 64756d6d79545300 03000000 0001ff",
            null: "00",
            layout: textLayout
        ),
        .init(
            "hierarchyid",
            .udt(UDTName(database: "d", name: "hierarchyid", maximumBytes: 892, assemblyQualifiedName: "A, B")),
            "f0 7c03 01 6400 03 730079007300 0b 6800690065007200610072006300680079006900640"
                + "0 0400 41002c0020004200",
            .udt([0x58]),
            "0100000000000000 01000000 58 00000000",
            null: "ffffffffffffffff"
        ),
    ]

    static let variants: [TypeLayout] = [
        variant("int", .integer(.four, nullable: false), "38 00", .int(7), "07000000"),
        variant("bigint", .bigint, "7f 00", .bigint(-1), "ffffffffffffffff"),
        variant("bit", .bit, "32 00", .bit(true), "01"),
        variant("float", .float, "3e 00", .float(-2.25), "00000000000002c0"),
        variant("money", .money, "3c 00", .money(-1), "ffffffffffffffff"),
        variant("datetime", .datetime, "3d 00", .datetime(days: 1, threeHundredths: 2), "01000000 02000000"),
        variant("nvarchar", .nvarchar(8000, latin), "e7 07 0904d00034 401f", .nchar("abc"), "610062006300"),
        variant("varchar", .varchar(8000, latin), "a7 07 0904d00034 401f", .char([0xE9], latin), "e9"),
        variant("varchar, empty", .varchar(8000, latin), "a7 07 0904d00034 401f", .char([], latin), ""),
        variant("varbinary", .varbinary(8000), "a5 02 401f", .binary([1]), "01"),
        variant(
            "numeric",
            .decimal(DecimalType(precision: 9, scale: 2, isNumeric: true)),
            "6c 02 09 02",
            .decimal(TDSDecimal(unscaled: 12345, scale: 2)),
            "01 39300000"
        ),
        variant("date", .date, "28 00", .date(days: leapDay), "80460b"),
        variant("time(7)", .time(scale: 7), "29 01 07", .time(ticks: time), "07c4aaf46e"),
        variant("datetime2(0)", .datetime2(scale: 0), "2a 01 00", .datetime2(days: 1, ticks: 0), "000000 010000"),
        variant(
            "datetimeoffset(7)",
            .datetimeoffset(scale: 7),
            "2b 01 07",
            .datetimeoffset(days: leapDay, ticks: time, offset: 60),
            "07c4aaf46e 80460b 3c00"
        ),
        variant("uniqueidentifier", .guid, "24 00", .guid(GUID(low: 1, high: 2)), "0100000000000000 0200000000000000"),
    ]

    private static func variant(
        _ name: String,
        _ type: TDSType,
        _ info: String,
        _ value: TDSValue,
        _ bytes: String
    ) -> TypeLayout {
        let content = hex(info + bytes)
        return TypeLayout(
            "sql_variant of \(name)",
            .variant,
            "62 491f0000",
            .variant(TDSVariant(type, value)),
            hex([UInt8(content.count), 0, 0, 0]) + hex(content),
            null: "00000000"
        )
    }

    static let samePlaces = scalars + texts + bytes + variants
    static let all = samePlaces + placed

    /// What stands between the type and the name of a column.
    var tableName: [UInt8] { type.hasTableName ? [1, 1, 0, 0x74, 0] : [] }
    var column: ColumnDescription {
        ColumnDescription("c", type, flags: .nullable, tableName: type.hasTableName ? ["t"] : [])
    }
    var columnBytes: [UInt8] { hex("00000000 0100") + typeInfo + tableName + hex("01 6300") }
}

@Suite("Types and values on the wire")
struct TypeLayoutTests {
    @Test("a column and its rows are these bytes, both ways", arguments: TypeLayout.all)
    func columns(layout: TypeLayout) throws {
        let columns = ResultColumns([
            layout.column, ColumnDescription("n", .integer(.four, nullable: false), flags: []),
        ])
        var writer = RowWriter(columns)
        try writer.append(.columns(columns))
        try writer.beginRow()
        try writer.value(layout.value, layout: layout.layout)
        try writer.integer(1)
        try writer.endRow()
        var expected = hex("81 0200") + layout.columnBytes + hex("00000000 0000 38 01 6e00")
        expected += [0xD1] + layout.valueBytes + hex("01000000")
        if let null = layout.nullBytes {
            try writer.beginRow()
            try writer.null()
            try writer.integer(2)
            try writer.endRow()
            try writer.beginNullBitmapRow()
            try writer.null()
            try writer.integer(3)
            try writer.endRow()
            expected += [0xD1] + null + hex("02000000") + hex("d2 01 03000000")
        }
        try writer.beginNullBitmapRow()
        try writer.value(layout.value, layout: layout.layout)
        try writer.integer(4)
        try writer.endRow()
        expected += hex("d2 00") + layout.valueBytes + hex("04000000")
        let bytes = writer.takeBytes()
        expectSame(bytes, expected)

        let rows = try TokenReader.tokens(of: expected).compactMap { token -> Row? in
            if case .row(let row) = token { row } else { nil }
        }
        #expect(rows.first?.columns == columns)
        let values = try rows.map { try $0.values() }
        let nulls: [[TDSValue]] = layout.nullBytes == nil ? [] : [[.null, .int(2)], [.null, .int(3)]]
        #expect(values == [[layout.value, .int(1)]] + nulls + [[layout.value, .int(4)]])
        expectSame(try reencode(reply: expected), expected)
    }

    @Test("a parameter is these bytes, both ways", arguments: TypeLayout.samePlaces)
    func parameters(layout: TypeLayout) throws {
        var expected = hex("16000000 12000000 0200 0000000000000000 01000000 ffff 0c00 0000")
        expected += hex("02 40007000 00") + layout.typeInfo + layout.valueBytes
        var parameters = [RPCParameter("@p", layout.type, layout.value, layout: layout.layout)]
        if let null = layout.nullBytes {
            expected += hex("00 01") + layout.typeInfo + null
            parameters.append(RPCParameter("", layout.type, .null, status: .output))
        }
        let request = RPCRequest([RPCCall(.system(.execute), parameters: parameters)])
        expectSame(try request.encoded(), expected)
        #expect(try RPCRequest(decoding: expected) == request)
    }

    @Test("a return value is these bytes, both ways", arguments: TypeLayout.samePlaces)
    func returnValues(layout: TypeLayout) throws {
        let expected = hex("ac 0300 02 40007000 01 00000000 0000") + layout.typeInfo + layout.valueBytes
        let value = ReturnValue("@p", ordinal: 3, type: layout.type, value: layout.value, layout: layout.layout)
        var bytes: [UInt8] = []
        try Token.returnValue(value).encode(into: &bytes)
        expectSame(bytes, expected)
        let tokens = try TokenReader.tokens(of: expected)
        guard case .returnValue(let found)? = tokens.first else {
            Issue.record("no return value")
            return
        }
        #expect(found == value)
    }

    @Test("text, ntext and image have a length and no pointer as parameters")
    func longParameters() throws {
        let parameters = [
            RPCParameter("", .text(10, TypeLayout.latin), .char([0x61], TypeLayout.latin)),
            RPCParameter("", .ntext(10, TypeLayout.latin), .nchar("a")), RPCParameter("", .image(10), .null),
        ]
        let request = RPCRequest([RPCCall(.name("p"), parameters: parameters)])
        let expected =
            hex("16000000 12000000 0200 0000000000000000 01000000 0100 7000 0000")
            + hex("00 00 23 0a000000 0904d00034 01000000 61 00 00 63 0a000000 0904d00034 02000000 6100")
            + hex("00 00 22 0a000000 ffffffff")
        expectSame(try request.encoded(), expected)
        #expect(try RPCRequest(decoding: expected) == request)
    }

    @Test("a CLR type of a parameter says neither length nor class")
    func clrParameter() throws {
        let type = TDSType.udt(UDTName(database: "d", name: "g"))
        let request = RPCRequest([RPCCall(.name("p"), parameters: [RPCParameter("", type, .null)])])
        let expected =
            hex("16000000 12000000 0200 0000000000000000 01000000 0100 7000 0000")
            + hex("00 00 f0 01 6400 03 730079007300 01 6700 ffffffffffffffff")
        expectSame(try request.encoded(), expected)
        #expect(try RPCRequest(decoding: expected) == request)
    }

    @Test("a parameter that is null and nothing else has no bytes")
    func nullType() throws {
        let request = RPCRequest([RPCCall(.name("p"), parameters: [RPCParameter("", .null, .null)])])
        let expected = hex("16000000 12000000 0200 0000000000000000 01000000 0100 7000 0000 00 00 1f")
        expectSame(try request.encoded(), expected)
        #expect(try RPCRequest(decoding: expected) == request)
    }

    @Test("a rowversion is a binary(8) with user type 80")
    func rowVersion() throws {
        let columns = ResultColumns([.rowVersion("v")])
        var bytes: [UInt8] = []
        try Token.columns(columns).encode(into: &bytes)
        expectSame(bytes, hex("81 0100 50000000 0800 ad 0800 01 7600"))
    }

    @Test(
        "types that are not spoken are refused by name",
        arguments: [("f3", "table-valued"), ("f4", "json"), ("f5", "vector"), ("27", "before 7.0")]
    )
    func refusals(code: String, word: String) {
        let body = hex("81 0100 00000000 0000 \(code) 0000000000000000")
        let error = wireError { _ = try TokenReader.tokens(of: body) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(word) == true)
        #expect(error?.structure == "COLMETADATA")
        #expect(error?.column == 0)
    }

    @Test(
        "types that cannot exist are malformed",
        arguments: [
            "26 03", "68 02", "6d 02", "6a 11 27 00", "6a 05 05 06", "6a 05 0a 00", "6a 06 05 00", "29 08", "24 0f",
            "a7 411f 0904d00034", "af ffff 0904d00034", "ad ffff", "f1 02", "01", "ff",
        ]
    )
    func impossible(typeInfo: String) {
        let body = hex("81 0100 00000000 0000 \(typeInfo) 00 00 00 00 00 00 00 00 00")
        #expect(wireError { _ = try TokenReader.tokens(of: body) }?.code == .malformed)
    }

    @Test(
        "values that cannot exist are malformed",
        arguments: [
            (TDSType.int, "03 000000"), (.date, "03 dbb937"), (.date, "02 0000"), (.time(scale: 0), "03 805101"),
            (.time(scale: 7), "04 00000000"), (.datetime, "08 00000000 00838b01"), (.smalldatetime, "04 0000 a005"),
            (.decimal(precision: 9, scale: 0), "05 02 00000000"), (.decimal(precision: 9, scale: 0), "01 01"),
            (.nvarchar(10, TypeLayout.latin), "0100 61"), (.variant, "02000000 2800"),
            (.variant, "06000000 6200 00000000"),
            (.variant, "05000000 6c02 2701 01"), (.varbinaryMax, "0300000000000000 02000000 0102 00000000"),
            (.varbinaryMax, "0100000000000000 02000000 0102 00000000"),
        ]
    )
    func impossibleValues(type: TDSType, bytes: String) throws {
        var body: [UInt8] = []
        try Token.columns(ResultColumns([ColumnDescription("c", type)])).encode(into: &body)
        body += [0xD1] + hex(bytes)
        let error = wireError {
            for case .row(let row) in try TokenReader.tokens(of: body) { _ = try row.values() }
        }
        #expect(error?.code == .malformed)
        #expect(error?.column == 0)
    }
}
