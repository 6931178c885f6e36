import Columnar
import Testing

@testable import DeltaLog

/// Bytes changed at random, from a fixed seed: every reader ends in a result or in an error that has a name.
@Suite("Damaged logs")
struct MutationTests {
    /// SplitMix64.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    static func mutate(_ bytes: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...8, using: &generator)))
            case 2: bytes.insert(contentsOf: Array("99999999999".utf8), at: place)
            default: bytes.insert(contentsOf: bytes[..<place].suffix(16), at: place)
            }
        }
        return bytes
    }

    @Test("a damaged commit", arguments: [1, 2, 3] as [UInt64])
    func commits(seed: UInt64) {
        var generator = Generator(state: seed)
        let bytes = ActionWriter.write(ActionJSONTests.actions)
        var refused = 0
        for _ in 0..<3000 {
            do {
                let actions = try ActionReader.read(Self.mutate(bytes, &generator), file: "f", version: 1)
                var state = LogState()
                state.apply(actions)
                for case .add(let add) in actions { _ = try? LogPath.resolve(add.path) }
                for case .metadata(let metadata) in actions { _ = try? SchemaJSON.parse(metadata.schemaString) }
            } catch {
                #expect(error.code == .corruptLog)
                refused += 1
            }
        }
        #expect(refused > 500)
    }

    @Test("a damaged schema", arguments: [4, 5] as [UInt64])
    func schemas(seed: UInt64) {
        var generator = Generator(state: seed)
        let bytes = Array(SchemaJSON.text(SchemaJSONTests.everything).utf8)
        for _ in 0..<2000 {
            let text = String(decoding: Self.mutate(bytes, &generator), as: UTF8.self)
            do {
                let schema = try SchemaJSON.parse(text)
                try? SchemaRules.check(schema, partitionColumns: ["date"])
            } catch {
                #expect([.invalidSchema, .unsupportedType].contains(error.code))
            }
        }
    }

    @Test("a damaged partition value", arguments: [6] as [UInt64])
    func partitionValues(seed: UInt64) {
        var generator = Generator(state: seed)
        let texts = ["2020-01-01T00:00:00.123456+01:00", "-1234567890.12", "2020-02-29", "1e-7", "NaN"]
        for _ in 0..<2000 {
            for (text, field) in zip(texts + texts, SchemaJSONTests.everything.fields.shuffled(using: &generator)) {
                let damaged = String(decoding: Self.mutate(Array(text.utf8), &generator), as: UTF8.self)
                do { _ = try PartitionValue.parse(damaged, field.type) } catch { #expect(error.code == .invalidValue) }
            }
        }
    }
}
