@testable import TDSWire

/// The messages of a recorded connection, in one direction, that are not encrypted.
struct Recording {
    private(set) var messages: [Message] = []
    /// The packets of each message as they were recorded.
    private(set) var packets: [[UInt8]] = []
    /// How many records of TLS stood between the packets.
    private(set) var encryptedRecords = 0

    /// Takes a stream of raw bytes apart. A login that was encrypted stands in it as a TLS record, which is left out.
    init(stream: [UInt8]) throws {
        var position = 0
        var assembler = PacketAssembler(maximumMessageBytes: 1 << 20)
        var start = 0
        while position < stream.count {
            if stream[position...].starts(with: [0x17, 0x03, 0x03]), position + 5 <= stream.count {
                position += 5 + Int(stream[position + 3]) << 8 + Int(stream[position + 4])
                start = position
                encryptedRecords += 1
                continue
            }
            let length = Int(stream[position + 2]) << 8 | Int(stream[position + 3])
            assembler.append(stream[position..<position + length])
            position += length
            while let message = try assembler.next() {
                messages.append(message)
                packets.append(Array(stream[start..<position]))
                start = position
            }
        }
    }

    static func named(_ name: String) throws -> Recording { try Recording(stream: Outside.file(name)) }

    /// The requests or replies: without the negotiation of encryption, of which PRELOGIN is the first.
    var afterLogin: [Message] { Array(messages.dropFirst().filter { $0.type != .prelogin }) }
}
