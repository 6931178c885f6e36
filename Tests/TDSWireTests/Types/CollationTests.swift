import Testing

@testable import TDSWire

@Suite("Collations and code pages")
struct CollationTests {
    @Test(
        "names, bytes and code pages",
        arguments: [
            ("SQL_Latin1_General_CP1_CI_AS", "0904d00034", 1252), ("SQL_Latin1_General_CP1_CS_AS", "0904c00033", 1252),
            ("Latin1_General_CI_AS", "0904d00000", 1252), ("Latin1_General_BIN", "0904000100", 1252),
            ("Latin1_General_BIN2", "0904000200", 1252), ("Latin1_General_100_CI_AS_SC_UTF8", "0904d02400", 65001),
            ("Chinese_PRC_CI_AS", "0408d00000", 936), ("Chinese_Taiwan_Stroke_CI_AS", "0404d00000", 950),
            ("Japanese_CI_AS_KS_WS", "1104100000", 932), ("Korean_Wansung_CI_AS", "1204d00000", 949),
            ("Cyrillic_General_CI_AS", "1904d00000", 1251), ("Czech_CI_AS", "0504d00000", 1250),
            ("SQL_Czech_CP1250_CI_AS", "0504d00054", 1250), ("Turkish_CI_AS", "1f04d00000", 1254),
            ("Hebrew_CI_AS", "0d04d00000", 1255), ("Arabic_CI_AS", "0104d00000", 1256),
            ("Greek_CI_AS", "0804d00000", 1253),
            ("Lithuanian_CI_AS", "2704d00000", 1257), ("Vietnamese_CI_AS", "2a04d00000", 1258),
            ("Thai_CI_AS", "1e04d00000", 874),
            ("SQL_Latin1_General_CP437_CI_AS", "0904d00020", 437), ("SQL_Latin1_General_CP850_BIN", "0904000128", 850),
            ("Finnish_Swedish_100_CI_AI", "0b04f02000", 1252), ("German_PhoneBook_90_CS_AS", "0704c11000", 1252),
        ]
    )
    func names(name: String, bytes: String, codePage: UInt16) throws {
        let collation = try #require(Collation(hex(bytes)))
        #expect(collation.codePage?.identifier == codePage)
        #expect(Collation(named: name) == collation)
        #expect(Collation(named: name.uppercased()) == collation)
        #expect(hex(collation.bytes) == bytes)
        // Two names of one locale: the first is given.
        #expect(collation.name == (name == "Korean_Wansung_CI_AS" ? "Korean_CI_AS" : name))
    }

    @Test("every name that is given is understood again, as the same collation")
    func everyName() {
        for sortID in 0...255 as ClosedRange<UInt8> {
            guard let name = CollationNames.sql[sortID] else { continue }
            #expect(Collation(named: name)?.sortID == sortID)
            #expect(Collation(named: name)?.name == name)
            #expect(Collation(named: name)?.codePage != nil, "\(name)")
        }
        for (name, lcid) in CollationNames.designators {
            #expect(Collation(named: name + "_100_CI_AS")?.lcid == lcid)
            let collation = Collation(lcid: lcid, flags: .ignoresCase, version: 2)
            #expect(collation.name.flatMap(Collation.init(named:)) == collation)
        }
    }

    @Test(
        "what is no name is none",
        arguments: [
            "", "Latin1_General", "Latin1_General_XX", "SQL_Nothing", "Latin1_General_CI", "Latin1_General_CI_AS_CI",
            "Latin1_General_100",
        ]
    )
    func noNames(name: String) { #expect(Collation(named: name) == nil) }

    @Test("collations for Unicode only have no code page")
    func unicodeOnly() throws {
        let hindi = Collation(lcid: 0x0439, flags: .ignoresCase, version: 1)
        #expect(hindi.codePage == nil)
        let error = wireError { _ = try TDSValue.char([0x61], hindi).text() }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("Indic_General_90") == true)
        #expect(Collation(hex("0904d000")) == nil)
    }

    @Test(
        "text in every single-byte code page",
        arguments: [
            (1250, "Žluťoučký kůň €", "8e6c759d6f75e86bfd206bf9f22080"), (1251, "Привет", "cff0e8e2e5f2"),
            (1252, "café €ß", "636166e92080df"), (1253, "Ωmega", "d96d656761"), (1254, "ığüş", "fdf0fcfe"),
            (1255, "שלום", "f9ece5ed"), (1256, "سلام", "d3e1c7e3"), (1257, "ąčę", "e0e8e6"), (1258, "ơư₫", "f5fdfe"),
            (437, "é½█", "82abdb"), (850, "éÐ", "82d1"), (874, "ไทย", "e4b7c2"), (65001, "ž😀", "c5bef09f9880"),
        ]
    )
    func codePages(identifier: UInt16, text: String, bytes: String) throws {
        let page = CodePage(identifier)
        #expect(page.isSupported)
        #expect(try page.decode(hex(bytes)) == text)
        #expect(hex(try page.encode(text)) == bytes)
    }

    @Test(
        "every byte comes back",
        arguments: [437, 850, 874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258] as [UInt16]
    )
    func everyByte(identifier: UInt16) throws {
        let all = (0...255).map { UInt8($0) }
        for byte in all {
            let text = try CodePage(identifier).decode([byte])
            #expect(text.unicodeScalars.count == 1)
            #expect(try CodePage(identifier).encode(text) == [byte])
        }
    }

    @Test("a character that a code page does not have becomes a question mark")
    func unknownCharacters() throws { #expect(try hex(CodePage.windows1252.encode("až😀Ω")) == "619e3f3f") }

    @Test(
        "double-byte code pages are refused by name",
        arguments: [(932, "Japanese"), (936, "Chinese"), (949, "Korean"), (950, "Chinese"), (7, "code page 7")]
            as [(UInt16, String)]
    )
    func doubleByte(identifier: UInt16, word: String) {
        let page = CodePage(identifier)
        #expect(!page.isSupported)
        for error in [wireError { _ = try page.decode([0x61]) }, wireError { _ = try page.encode("a") }] {
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains(word) == true)
        }
    }
}
