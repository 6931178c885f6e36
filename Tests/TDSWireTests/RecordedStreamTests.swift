import Testing

@testable import TDSWire

@Suite("Recorded connections", .enabled(if: Outside.hasVectors, Outside.message))
struct RecordedStreamTests {
    /// How many requests follow the login, which is encrypted, in each recording; three logins were refused.
    private static let requests = [1, 1, 1, 0, 0, 0, 5]

    @Test("every recording is there in both directions, and all but the login is looked at")
    func complete() throws {
        for direction in ["c2s", "s2c"] {
            let names = Self.requests.indices.map { "babelfish.\($0 + 1).\(direction).bin" }
            #expect(Outside.recordings(direction) == names)
            for (name, requests) in zip(names, Self.requests) {
                let recording = try Recording.named(name)
                #expect(recording.encryptedRecords == (direction == "c2s" ? 1 : 0), "\(name)")
                #expect(recording.afterLogin.count == (direction == "c2s" ? requests : requests + 1), "\(name)")
            }
        }
    }

    @Test("replies are decoded to values and encoded to the same bytes", arguments: Outside.recordings("s2c"))
    func replies(name: String) throws {
        let recording = try Recording.named(name)
        expectSame(
            try reencode(request: Message(type: .prelogin, body: recording.messages[0].body)),
            recording.messages[0].body
        )
        for (index, message) in recording.afterLogin.enumerated() {
            #expect(message.type == .reply)
            expectSame(try reencode(reply: message.body), message.body, "\(name), message \(index)")
        }
    }

    @Test("requests are decoded and encoded to the same bytes", arguments: Outside.recordings("c2s"))
    func requests(name: String) throws {
        let recording = try Recording.named(name)
        expectSame(try reencode(request: recording.messages[0]), recording.messages[0].body)
        for (index, message) in recording.afterLogin.enumerated() {
            expectSame(try reencode(request: message), message.body, "\(name), message \(index)")
        }
    }

    @Test("packets are put together and cut again to the same bytes", arguments: Outside.recordings("s2c"))
    func packets(name: String) throws {
        let recording = try Recording.named(name)
        for (message, packets) in zip(recording.messages, recording.packets) where message.type == .reply {
            var bytes: [UInt8] = []
            try message.encode(packetSize: 4096, into: &bytes)
            // This server counts no packets.
            var position = 0
            while position < bytes.count {
                bytes[position + 6] = packets[position + 6]
                position += Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            }
            expectSame(bytes, packets, name)
        }
    }
}
