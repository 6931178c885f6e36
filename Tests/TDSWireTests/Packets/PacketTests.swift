import Testing

@testable import TDSWire

@Suite("Packets")
struct PacketTests {
    static let message = Message(type: .sqlBatch, body: (0..<1200).map { UInt8(truncatingIfNeeded: $0 &* 7) })

    @Test("a message is cut at the packet size; the last packet says so")
    func cutting() throws {
        var bytes: [UInt8] = []
        try Self.message.encode(packetSize: 512, sessionID: 0x1234, into: &bytes)
        #expect(bytes.count == 1200 + 3 * 8)
        #expect(hex(bytes[..<8]) == "0100020012340100")
        #expect(hex(bytes[512..<520]) == "0100020012340200")
        #expect(hex(bytes[1024..<1032]) == "010100c812340300")
    }

    @Test("a message without a body is one packet")
    func attention() throws {
        var bytes: [UInt8] = []
        try Message(type: .attention, body: []).encode(packetSize: 4096, into: &bytes)
        #expect(hex(bytes) == "0601000800000100")
    }

    @Test("a body that fills its packets to the last byte needs no further packet")
    func exactFit() throws {
        var bytes: [UInt8] = []
        try Message(type: .reply, body: [UInt8](repeating: 1, count: 1008)).encode(packetSize: 512, into: &bytes)
        #expect(bytes.count == 1024)
        #expect(bytes[513] == 1)
    }

    @Test("only the first packet asks for a reset, only the last one is ignored")
    func flags() throws {
        var bytes: [UInt8] = []
        var message = Self.message
        message.status = [.endOfMessage, .resetConnection, .ignore]
        try message.encode(packetSize: 512, into: &bytes)
        #expect([1, 513, 1025].map { bytes[$0] } == [0x08, 0x00, 0x03])
        var assembler = PacketAssembler(maximumMessageBytes: 2000)
        assembler.append(bytes)
        #expect(try assembler.next() == message)
    }

    @Test("messages are put together wherever their bytes were cut")
    func everyBoundary() throws {
        var bytes: [UInt8] = []
        try Self.message.encode(packetSize: 512, into: &bytes)
        try Message(type: .attention, body: []).encode(packetSize: 512, into: &bytes)
        for cut in 0...bytes.count {
            var assembler = PacketAssembler(maximumMessageBytes: 1200)
            var found: [Message] = []
            for piece in [bytes[..<cut], bytes[cut...]] {
                assembler.append(piece)
                while let message = try assembler.next() { found.append(message) }
            }
            #expect(found == [Self.message, Message(type: .attention, body: [])], "cut at \(cut)")
            #expect(!assembler.isMidMessage)
        }
    }

    @Test("bytes come one at a time")
    func singleBytes() throws {
        var bytes: [UInt8] = []
        try Self.message.encode(packetSize: 512, into: &bytes)
        var assembler = PacketAssembler(maximumMessageBytes: 1200)
        for byte in bytes.dropLast() {
            assembler.append([byte])
            #expect(try assembler.next() == nil)
            #expect(assembler.isMidMessage)
        }
        assembler.append(bytes.suffix(1))
        #expect(try assembler.next() == Self.message)
    }

    @Test("what is not read yet can be passed on")
    func unread() throws {
        var assembler = PacketAssembler(maximumMessageBytes: 10)
        assembler.append(hex("0601000800000000 160301"))
        #expect(try assembler.next()?.type == .attention)
        #expect(hex(assembler.takeUnread()) == "160301")
        #expect(!assembler.isMidMessage)
    }

    @Test(
        "headers that are none are refused, and the assembler stays failed",
        arguments: [
            ("05010009 00000000 00", TDSWireError.Code.malformed), ("16010009 00000000 00", .malformed),
            ("01010007 00000000", .malformed), ("01010000 00000000", .malformed), ("0101ffff 00000000", .tooLarge),
            ("01010074 00000000", .tooLarge), ("0100000a 00000000 0000 0300000a 00000000 0000", .malformed),
            ("01000068 00000000" + String(repeating: "00", count: 96) + "0101000d 00000000", .tooLarge),
        ]
    )
    func badHeaders(bytes: String, code: TDSWireError.Code) throws {
        var assembler = PacketAssembler(maximumMessageBytes: 100)
        assembler.append(hex(bytes))
        for _ in 0..<2 {
            #expect(wireError { while try assembler.next() != nil {} }?.code == code)
            assembler.append(hex("0601000800000000"))
        }
    }

    @Test("a packet beyond the size that was agreed upon is refused")
    func packetSize() {
        var assembler = PacketAssembler(maximumMessageBytes: 10_000, maximumPacketBytes: 512)
        assembler.append(hex("01010201 00000000"))
        #expect(wireError { _ = try assembler.next() }?.code == .tooLarge)
        #expect(
            wireError {
                var bytes: [UInt8] = []; try Self.message.encode(packetSize: 511, into: &bytes)
            }?.code == .invalidValue
        )
    }

    @Test("a header of fewer than eight bytes is not there yet")
    func shortHeader() {
        #expect(wireError { _ = try PacketHeader(decoding: hex("0101000800")) }?.code == .truncated)
        #expect(throws: Never.self) { try PacketHeader(decoding: hex("0101000800000000")) }
    }
}
