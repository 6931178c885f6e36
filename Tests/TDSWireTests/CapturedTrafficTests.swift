import Testing

@testable import TDSWire

/// Traffic between genuine servers and clients.
@Suite("Captured traffic", .enabled(if: Outside.hasVectors, Outside.message))
struct CapturedTrafficTests {
    private static func recording(from source: UInt16, to destination: UInt16) throws -> Recording {
        try Recording(stream: Capture(Outside.file("mssql_tds.pcap")).stream(from: source, to: destination))
    }

    @Test("the tests below look at every connection of the capture, in both directions")
    func complete() throws {
        let flows = try Capture(Outside.file("mssql_tds.pcap")).streams.filter { !$0.value.isEmpty }.keys
        let clients = Set(flows.filter { $0.destination == 1433 }.map(\.source))
        #expect(clients == [1111, 2222, 3333, 4444, 5555, 6666, 7777, 8888, 9999, 11111, 22222, 33333])
        #expect(Set(flows.filter { $0.source == 1433 }.map(\.destination)) == [1111, 2222, 5555])
        #expect(flows.allSatisfy { $0.source == 1433 || $0.destination == 1433 })
    }

    @Test("replies are decoded to values and encoded to the same bytes", arguments: [1111, 5555] as [UInt16])
    func replies(port: UInt16) throws {
        let recording = try Self.recording(from: 1433, to: port)
        #expect(recording.messages.count == (port == 5555 ? 7 : 2))
        for message in recording.messages { expectSame(try reencode(reply: message.body), message.body) }
    }

    @Test("the rows of a genuine reply")
    func rows() throws {
        let message = try Self.recording(from: 1433, to: 5555).messages[4]
        let rows = try TokenReader.tokens(of: message.body).compactMap { token -> Row? in
            if case .row(let row) = token { row } else { nil }
        }
        #expect(rows.count == 3)
        #expect(rows.first?.columns.descriptions.map(\.name) == ["column1", "column2", "column3"])
        #expect(try rows.first?.values().first?.text() == "first".padding(30))
    }

    @Test(
        "requests are decoded and encoded to the same bytes",
        arguments: [1111, 3333, 5555, 6666, 7777, 8888, 33333] as [UInt16]
    )
    func requests(port: UInt16) throws {
        let recording = try Self.recording(from: port, to: 1433)
        #expect(recording.messages.count == [1111: 2, 5555: 7][port, default: 1])
        for message in recording.messages { expectSame(try reencode(request: message), message.body, "port \(port)") }
    }

    @Test("two calls in one request")
    func batchedCalls() throws {
        let request = try RPCRequest(decoding: Self.recording(from: 5555, to: 1433).messages[3].body)
        #expect(request.calls.map(\.name) == ["sp_execute", "sp_execute"])
        #expect(request.calls.map { $0.parameters[0].value } == [.int(2), .int(2)])
    }

    @Test("TDS 7.1 has no headers before requests, and half as many bytes in DONE: both are refused")
    func older() throws {
        let batch = try Self.recording(from: 2222, to: 1433).messages[0]
        #expect(wireError { _ = try SQLBatchRequest(decoding: batch.body) }?.code == .malformed)
        var reader = ByteReader(batch.body)
        #expect(try SQLBatchRequest.text(&reader) == "COMMIT TRANSACTION")

        let call = try Self.recording(from: 4444, to: 1433).messages[0]
        #expect(wireError { _ = try RPCRequest(decoding: call.body) }?.code == .malformed)
        reader = ByteReader(call.body)
        #expect(try RPCRequest.calls(&reader).map(\.name) == ["sp_executesql"])

        for port in [9999, 11111, 22222] as [UInt16] {
            let call = try Self.recording(from: port, to: 1433).messages[0]
            #expect(wireError { _ = try RPCRequest(decoding: call.body) }?.code == .malformed, "port \(port)")
        }

        let reply = try Self.recording(from: 1433, to: 2222).messages[0]
        #expect(wireError { _ = try TokenReader.tokens(of: reply.body) }?.code == .truncated)
    }
}

extension String {
    fileprivate func padding(_ count: Int) -> String { self + String(repeating: " ", count: count - self.count) }
}
