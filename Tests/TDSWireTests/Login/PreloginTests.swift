import Testing

@testable import TDSWire

@Suite("PRELOGIN")
struct PreloginTests {
    /// What an SQL Server 2016 answered.
    static let genuine = hex(
        "00001a0006 0100200001 0200210001 0300220000 0400220001 ff 0d00141d0000 02 00 00"
    )

    @Test("the answer of a genuine server, both ways")
    func server() throws {
        let prelogin = Prelogin(serverVersion: .init(major: 13, minor: 0, build: 5149), encryption: .notSupported)
        expectSame(try prelogin.encoded(), Self.genuine)
        let decoded = try Prelogin(decoding: Self.genuine)
        #expect(decoded == prelogin)
        #expect(decoded.version == .init(major: 13, build: 0x141D))
        #expect(decoded.encryption == .notSupported)
        #expect(decoded.mars == false)
        #expect(decoded.threadID == nil)
        #expect(decoded.traceID == nil)
    }

    @Test("every option a client may send")
    func client() throws {
        let prelogin = Prelogin([
            .init(.version, [9, 0, 0, 0, 0, 0]), .init(.encryption, [1]), .init(.instance, Array("SALES".utf8) + [0]),
            .init(.threadID, [0xFB, 0x1B, 0, 0]), .init(.mars, [1]), .init(.traceID, [UInt8](repeating: 7, count: 36)),
            .init(.federatedAuthentication, [1]), .init(.nonce, [UInt8](repeating: 9, count: 32)),
            .init(.init(rawValue: 0x2A), [1, 2, 3]),
        ])
        let decoded = try Prelogin(decoding: try prelogin.encoded())
        #expect(decoded == prelogin)
        #expect(decoded.encryption == .on)
        #expect(decoded.instance == Array("SALES".utf8))
        #expect(decoded.threadID == 0x1BFB)
        #expect(decoded.mars == true)
        #expect(decoded.traceID?.count == 36)
        #expect(decoded.federatedAuthenticationRequired == true)
        #expect(decoded.nonce?.count == 32)
    }

    @Test(
        "options outside of the message, twice or on top of each other are refused",
        arguments: [
            ("", TDSWireError.Code.truncated), ("00", .truncated), ("00001a00", .truncated),
            ("0000060006 ff", .malformed),
            ("01ffffffff ff", .malformed), ("01000b0001 01000b0001 ff 00", .malformed),
            ("000000000b 050000000b ff", .malformed),
        ]
    )
    func bad(body: String, code: TDSWireError.Code) throws {
        let error = wireError { _ = try Prelogin(decoding: hex(body)) }
        #expect(error?.code == code)
        #expect(error?.structure == "PRELOGIN")
    }
}
