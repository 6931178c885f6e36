import Foundation
import Testing

@testable import TDSWire

@Suite("Damaged bytes")
struct DamagedBytesTests {
    /// Decodes all that can be decoded; what it ends with is the number of values, or a ``TDSWireError``.
    @discardableResult
    private func read(_ message: Message) throws -> Int {
        switch message.type {
        case .reply: try read(reply: message.body, in: message.body.count)
        case .rpc: try RPCRequest(decoding: message.body).calls.reduce(0) { $0 + $1.parameters.count }
        default: try reencode(request: message).count
        }
    }

    private func read(reply body: [UInt8], in pieceBytes: Int) throws -> Int {
        var reader = TokenReader()
        var count = 0
        var position = 0
        while true {
            while let token = try reader.next() {
                count += 1
                guard case .row(let row) = token else { continue }
                var values = RowReader(row)
                while !values.isAtEnd {
                    count += 1
                    let value = try values.value()
                    // A code page that is not converted is no fault of the bytes.
                    let error = wireError { _ = try value.text() }
                    if let error, error.code != .unsupported { throw error }
                }
            }
            guard position < body.count else { return count }
            let end = min(body.count, position + max(1, pieceBytes))
            reader.append(body[position..<end])
            position = end
            if end == body.count { reader.finish() }
        }
    }

    private func mutate(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0...Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0...5, using: &generator) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[position] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            case 2: bytes[position] &+= 1
            case 3: bytes.remove(at: position)
            case 4: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
            default:
                for index in position..<min(bytes.count, position + 4) {
                    bytes[index] = [0, 0x7F, 0x80, 0xFF][Int.random(in: 0...3, using: &generator)]
                }
            }
        }
        return bytes
    }

    @Test("damaged messages end in a result or a typed error, the same in pieces", arguments: [1, 2, 3] as [UInt64])
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var outcomes: [String: Int] = [:]
        for original in try Samples.all() {
            for _ in 0..<(original.body.count > 10_000 ? 60 : 150) {
                let message = Message(type: original.type, body: mutate(original.body, &generator))
                var outcome = "read"
                do {
                    try read(message)
                } catch let error as TDSWireError {
                    outcome = error.code.description
                } catch {
                    Issue.record("\(error)")
                }
                outcomes[outcome, default: 0] += 1
                guard message.type == .reply else { continue }
                let piece = Int.random(in: 1...400, using: &generator)
                let inPieces = wireError { _ = try read(reply: message.body, in: piece) }?.code.description ?? "read"
                #expect(inPieces == outcome, "seed \(seed), pieces of \(piece): \(hex(message.body.prefix(2000)))")
            }
        }
        // The damage must reach all layers.
        for outcome in ["read", "malformed", "truncated", "unsupported"] {
            #expect((outcomes[outcome] ?? 0) > 10, "seed \(seed): \(outcomes)")
        }
    }

    @Test("a message that ends anywhere ends in a result or a typed error")
    func truncation() throws {
        for message in try Samples.all() {
            let count = message.body.count
            // Long messages are long because of runs of one letter, in which all places are alike.
            for length in 0..<count where count < 6000 || length < 1500 || length > count - 1500 || length % 61 == 0 {
                let error = wireError { try read(Message(type: message.type, body: Array(message.body[..<length]))) }
                if message.type == .reply, let error { #expect(error.code == .truncated, "\(length) bytes: \(error)") }
            }
        }
    }

    @Test("a login that is cut is never taken for one")
    func truncatedLogin() throws {
        for length in 0..<LoginTests.freeTDS.count {
            #expect(wireError { _ = try Login(decoding: Array(LoginTests.freeTDS[..<length])) }?.code == .truncated)
        }
    }

    @Test("packets that are damaged end in messages or a typed error", arguments: [4, 5] as [UInt64])
    func packets(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var stream: [UInt8] = []
        for message in Samples.requests { try message.encode(packetSize: 512, into: &stream) }
        var failures = 0
        for _ in 0..<2000 {
            let bytes = mutate(stream, &generator)
            var assembler = PacketAssembler(maximumMessageBytes: 20_000, maximumPacketBytes: 512)
            var position = 0
            let error = wireError {
                while position < bytes.count {
                    let end = min(bytes.count, position + Int.random(in: 1...300, using: &generator))
                    assembler.append(bytes[position..<end])
                    position = end
                    while try assembler.next() != nil {}
                }
            }
            if error != nil { failures += 1 }
        }
        #expect(failures > 100, "seed \(seed)")
    }

    @Test("lengths that are announced and not there cost no memory")
    func announcedLengths() async {
        // In a process of its own, whose memory nothing else takes. What is announced is 2 GB and more, and all nulls of the rows
        // would be 300 MB.
        await #expect(processExitsWith: .success) {
            DamagedBytesTests.readAnnouncedLengths()
            let most = DamagedBytesTests.memory()
            precondition(most.touched < 250 << 20 && most.reserved < 2 << 30)
        }
    }

    private static func readAnnouncedLengths() {
        let columns = hex("81 0100 00000000 0100 a5 ffff 01 6300")
        let many = hex("81 0010") + [[UInt8]](repeating: hex("00000000 0100 26 04 00"), count: 4096).flatMap { $0 }
        let bodies: [[UInt8]] = [
            columns + hex("d1 fdffffffffffffff 01000000 01"), columns + hex("d1 feffffffffffffff ffffffff 01"),
            hex("ae 0a ffffff7f 01"), hex("e4 ffffffff 00"), hex("81 0010 00"),
            hex("81 0100 00000000 0100 22 ffffff7f 01 0100 7400 01 6300 d1 10") + [UInt8](repeating: 0, count: 24)
                + hex("ffffffff 00"),
            hex("ac 0000 00 01 00000000 0000 a5 ffff 00000000ffffff00 ffffff7f"), hex("62 491f0000"),
            // A row of nulls is small and has many values: they are not made before they are asked for.
            many + [[UInt8]](repeating: [0xD2] + [UInt8](repeating: 0xFF, count: 512), count: 2000).flatMap { $0 },
        ]
        for body in bodies {
            for _ in 0..<20 {
                var reader = TokenReader(body)
                var tokens: [Token] = []
                _ = wireError { while let token = try reader.next() { tokens.append(token) } }
            }
            var assembler = PacketAssembler(maximumMessageBytes: .max)
            assembler.append(body)
            _ = wireError { _ = try assembler.next() }
        }
    }

    /// The most bytes of memory that the process ever had, touched and untouched; 0 where the system does not say.
    private static func memory() -> (touched: Int, reserved: Int) {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func bytes(_ name: String) -> Int {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
            return (Int(line.filter(\.isNumber)) ?? 0) << 10
        }
        return (bytes("VmHWM"), bytes("VmPeak"))
    }
}
