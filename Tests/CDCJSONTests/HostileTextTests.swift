import CDCJSON
import Testing

/// Whatever the bytes are, reading them ends in a value or in an error.
@Suite("Hostile JSON")
struct HostileTextTests {
    static let sample =
        Array(
            #"{"add":{"path":"a%20b.parquet","partitionValues":{"d":null,"é":"\u00e9\ud83d\ude00"},"size":-841454,"#
                .utf8
        )
        + Array(#""dataChange":true,"stats":"{\"numRecords\":1,\"min\":{\"x\":1.50e-3}}","tags":[[],{},false]}}"#.utf8)

    /// Reads a text in all ways there are; what comes of it does not matter.
    private func read(_ bytes: [UInt8]) -> JSONValue? {
        var reader = JSONReader(bytes)
        let skipped = (try? reader.skipValue()) != nil && (try? reader.finish()) != nil
        let value = try? JSONValue(parsing: bytes)
        #expect(skipped == (value != nil), "skipping and reading agree on what is JSON")
        return value
    }

    @Test("The sample itself is read")
    func whole() throws {
        let value = try JSONValue(parsing: Self.sample)
        #expect(value["add"]?["size"] == -841454)
        #expect(value["add"]?["partitionValues"]?["é"] == "é😀")
    }

    @Test("Cut short at any byte it is refused")
    func truncated() {
        for end in 0..<Self.sample.count {
            #expect(read(Array(Self.sample[..<end])) == nil, "cut at \(end)")
        }
    }

    @Test("Changed bytes never stop the program", arguments: 0..<40 as Range<UInt64>)
    func mutated(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let alphabet = Array("{}[]\",:\\u0-.eEntf d8\n".utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xFF]
        for _ in 0..<100 {
            var bytes = Self.sample
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let byte = alphabet.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2: bytes.remove(at: place)
                default: bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
            }
            guard let value = read(bytes) else { continue }
            // What was read can be written, and reads the same again.
            #expect(try JSONValue(parsing: value.text) == value)
        }
    }

    @Test("Random bytes never stop the program", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("{}[]\",:\\u01-.eEntrufalse \n".utf8)
        for length in 0..<60 {
            _ = read((0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0 })
            _ = read((0..<length).map { _ in .random(in: 0...255, using: &random) })
        }
    }
}
