import Testing

@testable import TDSWire

@Suite("Tokens")
struct TokenTests {
    private func check(_ token: Token, _ expected: String, at location: SourceLocation = #_sourceLocation) throws {
        var bytes: [UInt8] = []
        try token.encode(into: &bytes)
        expectSame(bytes, hex(expected), at: location)
        let decoded = try TokenReader.tokens(of: hex(expected))
        #expect(decoded.count == 1, sourceLocation: location)
        #expect(decoded.first.map { "\($0)" } == "\(token)", sourceLocation: location)
    }

    @Test("DONE, DONEPROC and DONEINPROC")
    func done() throws {
        try check(.done(Done(status: [.countIsValid], command: .select, rowCount: 3)), "fd 1000 c100 0300000000000000")
        try check(.done(Done(.procedure, command: .execute)), "fe 0000 e000 0000000000000000")
        try check(
            .done(Done(.inProcedure, status: [.more, .countIsValid], command: .insert, rowCount: 1)),
            "ff 1100 c300 0100000000000000"
        )
        try check(.done(Done(status: .attention)), "fd 2000 0000 0000000000000000")
        try check(.done(Done(status: [.error, .inTransaction, .serverError])), "fd 0601 0000 0000000000000000")
    }

    @Test("ERROR and INFO")
    func messages() throws {
        let error = ServerMessage(
            isError: true,
            number: 8134,
            severity: 16,
            text: "Ä",
            server: "S",
            procedure: "p",
            line: 70_000
        )
        try check(.message(error), "aa 1400 c61f0000 01 10 0100 c400 01 5300 01 7000 70110100")
        let info = ServerMessage(isError: false, number: 0, state: 0, severity: 0, text: "")
        try check(.message(info), "ab 0e00 00000000 00 00 0000 00 00 01000000")
    }

    @Test("ENVCHANGE of every kind")
    func environment() throws {
        try check(.environmentChange(.database("ab", was: "m")), "e3 0900 01 02 61006200 01 6d00")
        try check(.environmentChange(.language("l")), "e3 0500 02 01 6c00 00")
        try check(.environmentChange(.packetSize(512)), "e3 1100 04 03 350031003200 04 3400300039003600")
        try check(.environmentChange(.collation(.sqlLatin1GeneralCP1CIAS)), "e3 0800 07 05 0904d00034 00")
        try check(.environmentChange(.beginTransaction(0x0500_0000_0000_0001)), "e3 0b00 08 08 0100000000000005 00")
        try check(.environmentChange(.commitTransaction(1)), "e3 0b00 09 00 08 0100000000000000")
        try check(.environmentChange(.rollbackTransaction(1)), "e3 0b00 0a 00 08 0100000000000000")
        try check(.environmentChange(.resetAcknowledgement), "e3 0300 12 00 00")
        try check(
            .environmentChange(.routing(to: "h", port: 1433)),
            "e3 0c00 14 0700 00 9905 0100 6800 0000"
        )
        try check(.environmentChange(.init(.mirroringPartner, .text(new: "m", old: ""))), "e3 0500 0d 01 6d00 00")
        try check(
            .environmentChange(.init(.promoteTransaction, .unchecked([1, 0, 0, 0, 7, 0]))),
            "e3 0700 0f 01000000 07 00"
        )
        #expect(EnvironmentChange.beginTransaction(77).transactionDescriptor == 77)
        #expect(EnvironmentChange.rollbackTransaction(78).transactionDescriptor == 78)
        #expect(EnvironmentChange.database("a", was: "b").transactionDescriptor == nil)
    }

    @Test("LOGINACK has its version and its build big-endian")
    func loginAcknowledgement() throws {
        let token = Token.loginAcknowledgement(LoginAcknowledgement(program: "S", major: 16, build: 1000))
        try check(token, "ad 0c00 01 74000004 01 5300 10 00 03e8")
    }

    @Test("FEATUREEXTACK")
    func features() throws {
        try check(
            .featureAcknowledgement(FeatureAcknowledgement([FeatureAcknowledgement.utf8Support])),
            "ae 0a 01000000 01 ff"
        )
        try check(.featureAcknowledgement(FeatureAcknowledgement([])), "ae ff")
    }

    @Test("RETURNSTATUS, ORDER and SSPI")
    func small() throws {
        try check(.returnStatus(-6), "79 faffffff")
        try check(.order([1, 300]), "a9 0400 0100 2c01")
        try check(.sspi([1, 2]), "ed 0200 0102")
    }

    @Test("columns that are not described")
    func noMetadata() throws { try check(.columns(nil), "81 ffff") }

    @Test("tokens that are passed over keep their bytes")
    func other() throws {
        for expected in ["a4 0300 010203", "a5 0300 010203", "e4 03000000 010203", "ee 01000000 05"] {
            expectSame(try reencode(reply: hex(expected)), hex(expected))
        }
    }

    @Test("the reply to a prepared statement, as a genuine server sent it")
    func reply() throws {
        let body = hex(
            "ff1100c1000000000000000000 7900000000 ac0000000100000000000026040401000000 fe0000e0000000000000000000"
        )
        let tokens = try TokenReader.tokens(of: body)
        #expect(tokens.count == 4)
        guard case .returnValue(let value) = tokens[2] else {
            Issue.record("no return value")
            return
        }
        #expect(value.value == .int(1))
        expectSame(try reencode(reply: body), body)
    }

    @Test(
        "tokens that are not spoken are refused by name",
        arguments: [("88", "ALTMETADATA"), ("d3", "ALTROW"), ("a3", "DATACLASSIFICATION")]
    )
    func refused(code: String, name: String) {
        let error = wireError { _ = try TokenReader.tokens(of: hex(code + "00000000")) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains(name) == true)
    }

    @Test(
        "what contradicts itself is malformed",
        arguments: [
            "00", "d1 00", "aa 0200 0000", "e3 0100 01", "e3 0400 02 00 00 00", "ad 0100 01", "a9 0100 00",
            "ab 0500 0000000000",
            "81 0100 00000000 0000 22 00000000 05 0000 0000 0000 0000 0000 00",
            "e3 0c00 14 0700 01 9905 0100 6800 0000", "aa 0f00 00000000 00 00 0000 00 00 01000000 00",
        ]
    )
    func malformed(bytes: String) {
        #expect(wireError { _ = try TokenReader.tokens(of: hex(bytes)) }?.code == .malformed)
    }

    @Test("more columns than a SELECT can have are refused before they are read")
    func tooManyColumns() {
        #expect(wireError { _ = try TokenReader.tokens(of: hex("81 0110")) }?.code == .tooLarge)
    }

    @Test("texts that are too long have no form on the wire")
    func tooLong() {
        let long = String(repeating: "x", count: 256)
        let tokens: [Token] = [
            .environmentChange(.database(long, was: "")),
            .message(ServerMessage(isError: true, number: 1, severity: 16, text: "", server: long)),
            .message(
                ServerMessage(isError: true, number: 1, severity: 16, text: String(repeating: "x", count: 40_000))
            ),
            .columns(ResultColumns([ColumnDescription(long, .int)])),
        ]
        for token in tokens {
            var bytes: [UInt8] = []
            #expect(wireError { try token.encode(into: &bytes) }?.code == .invalidValue)
        }
    }

    @Test("the table of a text column is one name in a bulk load")
    func bulkLoad() throws {
        let columns = ResultColumns([ColumnDescription("c", .image(9), flags: [], tableName: ["t"])])
        let body = try BulkLoad.begin(columns) + hex("d1 00 fd 0000 0000 0000000000000000")
        expectSame(Array(body.prefix(23)), hex("81 0100 00000000 0000 22 09000000 0100 7400 01 6300 d1 00"))
        expectSame(try reencode(reply: body, kind: .bulkLoad), body)
    }
}
