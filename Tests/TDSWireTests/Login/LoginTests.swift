import Testing

@testable import TDSWire

@Suite("LOGIN7")
struct LoginTests {
    /// What FreeTDS 1.5 sent, with a list of features.
    static let freeTDS = hex(
        """
        e1000000 04000074 00100000 0683f2f8 2d780000 00000000 e0 01 00 18 88ffffff 36040000
        5e000200 62000600 6e000600 7a000b00 90000900 a2000400 a6000a00 ba000a00 ce000600 02fc00000001
        da000000 da000000 da000000 00000000
        76006d00 720065006100640065007200 92a5f3a593a582a5f3a5e2a5 6c00610079006f00750074002000740065007300740\
        0 3100320037002e0030002e0030002e003100 da000000 440042002d004c00690062007200610072007900
        750073005f0065006e0067006c00690073006800 720065007400610069006c00 0a 01000000 01 ff
        """
    )

    /// What python-tds 1.17 sent: no features, and empty fields that point to the beginning.
    static let pythonTDS = hex(
        """
        d8000000 04000074 00100000 00000001 5c6d0000 00000000 f0 02 00 08 00000000 09040000
        5e000200 62000600 6e000900 80000b00 96000900 00000000 a8001200 cc000000 cc000600 02fc00000001
        00000000 d8000000 d8000000 00000000
        76006d00 720065006100640065007200 a2a5eba592a592a5a7a5d2a553a582a5e3a5 6c00610079006f00750074002000740065007300740\
        0 3100320037002e0030002e0030002e003100
        50007900740068006f006e00200054004400530020004c00690062007200610072007900 720065007400610069006c00
        """
    )

    @Test("the login of FreeTDS, both ways")
    func freeTDS() throws {
        let login = try Login(decoding: Self.freeTDS)
        #expect(login.version == .v7_4)
        #expect(login.packetSize == 4096)
        #expect(login.flags1 == .standard)
        #expect(login.flags2 == .languageFatal)
        #expect(login.flags3 == .unknownCollationHandling)
        #expect(login.timeZone == -120)
        #expect(login.lcid == 0x436)
        #expect(login.host == "vm")
        #expect(login.user == "reader")
        #expect(login.password.plainText == "secret")
        #expect(login.application == "layout test")
        #expect(login.server == "127.0.0.1")
        #expect(login.library == "DB-Library")
        #expect(login.language == "us_english")
        #expect(login.database == "retail")
        #expect(login.features == [LoginFeature(.utf8Support, [1])])
        expectSame(try login.encoded(), Self.freeTDS)
    }

    @Test("the login of python-tds; only where its empty fields point is not kept")
    func pythonTDS() throws {
        let login = try Login(decoding: Self.pythonTDS)
        #expect(login.user == "reader")
        #expect(login.password.plainText == "päss word")
        #expect(login.database == "retail")
        #expect(login.features == nil)
        var expected = Self.pythonTDS
        expected.replaceSubrange(56..<58, with: [0xA8, 0])
        expected.replaceSubrange(78..<80, with: [0xD8, 0])
        expectSame(try login.encoded(), expected)
    }

    @Test("every field comes back")
    func everyField() throws {
        var login = Login()
        login.flags2 = [.odbc, .integratedSecurity]
        login.typeFlags = .readOnlyIntent
        login.flags3 = [.changePassword, .userInstance]
        login.host = "ü"
        login.newPassword = "new"
        login.attachedDatabaseFile = "file"
        login.sspi = [1, 2, 3]
        login.features = [LoginFeature(.sessionRecovery, []), LoginFeature(.json, [1])]
        #expect(try Login(decoding: try login.encoded()) == login)
        login.sspi = [UInt8](repeating: 3, count: 70_000)
        // What follows a message that long cannot be pointed to.
        #expect(wireError { _ = try login.encoded() }?.code == .invalidValue)
        login.attachedDatabaseFile = ""
        login.newPassword = ""
        #expect(try Login(decoding: try login.encoded()) == login)
        login.features = [LoginFeature(.json, [UInt8](repeating: 0, count: 1 << 20 + 1))]
        let body = try login.encoded()
        #expect(wireError { _ = try Login(decoding: body) }?.code == .tooLarge)
    }

    @Test("a password does not appear where it is printed")
    func secrecy() throws {
        var login = Login()
        login.password = "hunter2"
        login.newPassword = "hunter2"
        var dumped = ""
        dump(login, to: &dumped)
        for text in [
            "\(login)", String(reflecting: login), dumped, "\(login.password)", String(reflecting: login.password),
        ] {
            #expect(!text.contains("hunter2"))
        }
        #expect(dumped.contains("<password>"))
    }

    @Test("a big-endian client is refused")
    func bigEndian() {
        var body = Self.freeTDS
        body[24] |= 1
        #expect(wireError { _ = try Login(decoding: body) }?.code == .unsupported)
    }

    @Test("fields and features outside of the message are refused")
    func outside() {
        for (place, bytes) in [
            (36, [0xE0, 0, 2, 0]), (40, [0xFF, 0xFF, 1, 0]), (162, [0xE1, 0, 0, 0]), (56, [0xDF, 0, 4, 0]),
        ] as [(Int, [UInt8])] {
            var body = Self.freeTDS
            body.replaceSubrange(place..<place + 4, with: bytes)
            let error = wireError { _ = try Login(decoding: body) }
            #expect(error?.code == .malformed, "\(place)")
            #expect(error?.structure == "LOGIN7")
        }
    }
}
