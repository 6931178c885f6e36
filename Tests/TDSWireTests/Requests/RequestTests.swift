import Testing

@testable import TDSWire

@Suite("Requests")
struct RequestTests {
    static let headers = hex("16000000 12000000 0200 0000000000000000 01000000")

    @Test("a batch is headers and text")
    func batch() throws {
        let body = Self.headers + utf16("select 'ž'")
        expectSame(SQLBatchRequest("select 'ž'").encoded(), body)
        #expect(try SQLBatchRequest(decoding: body) == SQLBatchRequest("select 'ž'"))
    }

    @Test("further headers are kept")
    func headers() throws {
        let body = hex("22000000 12000000 0200 0100000000000005 02000000 0c000000 0300 010203040506") + utf16("x")
        let request = try SQLBatchRequest(decoding: body)
        #expect(request.headers.transactionDescriptor == 0x0500_0000_0000_0001)
        #expect(request.headers.outstandingRequests == 2)
        #expect(request.headers.others == [.init(type: 3, data: [1, 2, 3, 4, 5, 6])])
        #expect(request.sql == "x")
        expectSame(request.encoded(), body)
    }

    @Test(
        "headers that are none are refused",
        arguments: [
            "", "16", "730065006c00", "03000000", "04000000", "08000000 04000000", "0a000000 05000000 0200",
            "16000000 13000000 0200 0000000000000000 01000000", "0a000000 06000000 0300",
        ]
    )
    func badHeaders(body: String) {
        let error = wireError { _ = try SQLBatchRequest(decoding: hex(body)) }
        #expect(error?.code == (hex(body).count < 4 ? .truncated : .malformed))
        #expect(error?.structure == "ALL_HEADERS")
    }

    @Test("calls by name and by number, one after the other")
    func calls() throws {
        let request = RPCRequest([
            RPCCall(.name("p"), options: .withRecompile, parameters: [RPCParameter("@a", .bigint, .bigint(1))]),
            RPCCall(
                .system(.executeSQL),
                parameters: [RPCParameter("", .int, .null, status: [.output, .defaultValue])]
            ),
        ])
        let body =
            Self.headers + hex("0100 7000 0100 02 40006100 00 26 08 08 0100000000000000 ff")
            + hex("ffff 0a00 0000 00 03 26 04 00")
        expectSame(try request.encoded(), body)
        let decoded = try RPCRequest(decoding: body)
        #expect(decoded == request)
        #expect(decoded.calls.map(\.name) == ["p", "sp_executesql"])
    }

    @Test("the separator of older clients, and one at the end, mean the same")
    func separators() throws {
        let call = hex("ffff 0f00 0000 00 00 26 04 04 01000000")
        let expected = try RPCRequest(decoding: Self.headers + call + [0xFF] + call)
        #expect(expected.calls.count == 2)
        #expect(try RPCRequest(decoding: Self.headers + call + [0x80] + call) == expected)
        #expect(try RPCRequest(decoding: Self.headers + call + [0xFF] + call + [0xFF]) == expected)
    }

    @Test("tables as parameters, Always Encrypted and calls without execution are refused by name")
    func refusals() {
        for (bytes, word) in [
            ("00 00 f3", "table-valued"), ("00 08 26 04 00", "Encrypted"), ("fe", "not to be executed"),
        ] {
            let error = wireError { _ = try RPCRequest(decoding: Self.headers + hex("0100 7000 0000" + bytes)) }
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains(word) == true)
            #expect(error?.structure == "RPC")
        }
    }

    @Test("a call has at most 2100 parameters")
    func manyParameters() throws {
        let most = Self.headers + hex("0100 7000 0000") + [[UInt8]](repeating: [0, 0, 0x1F], count: 2100).joined()
        #expect(try RPCRequest(decoding: most).calls.first?.parameters.count == 2100)
        #expect(wireError { _ = try RPCRequest(decoding: most + [0, 0, 0x1F]) }?.code == .tooLarge)
    }

    @Test("a parameter's value must fit its type, and the error says which parameter")
    func mismatch() {
        let parameters = [RPCParameter("", .int, .int(1)), RPCParameter("", .int, .nchar("1"))]
        let error = wireError { _ = try RPCRequest([RPCCall(.name("p"), parameters: parameters)]).encoded() }
        #expect(error?.code == .typeMismatch)
        #expect(error?.column == 1)
    }

    @Test("names of transactions are measured in bytes")
    func transactions() throws {
        let cases: [(TransactionManagerRequest.Action, String)] = [
            (.begin(.init(isolation: .snapshot, name: "t")), "0500 05 02 7400"), (.begin(.init()), "0500 00 00"),
            (.commit(name: "", then: nil), "0700 00 00"),
            (.rollback(name: "t", then: .init(isolation: .readCommitted)), "0800 02 7400 01 02 00"),
            (.save(name: "s"), "0900 02 7300"), (.other(0, data: [0, 0]), "0000 0000"),
        ]
        for (action, bytes) in cases {
            let request = TransactionManagerRequest(action, headers: RequestHeaders(transactionDescriptor: 5))
            var body = Self.headers
            body[10] = 5
            body += hex(bytes)
            expectSame(try request.encoded(), body)
            #expect(try TransactionManagerRequest(decoding: body) == request)
        }
        for bytes in ["0300", "0500 06 00", "0500 00 01 74", "0700 00 00 00"] {
            let error = wireError { _ = try TransactionManagerRequest(decoding: Self.headers + hex(bytes)) }
            #expect(error?.code == .malformed)
        }
    }
}
