import Columnar
import Testing

@testable import Parquet

@Suite("Runs and packed bits")
struct EncodingTests {
    private func encoded(_ values: [UInt32], _ bitWidth: Int) -> [UInt8] {
        var buffer = ByteBuffer()
        values.withUnsafeBufferPointer { RunLengthEncoder.encode($0, bitWidth: bitWidth, into: &buffer) }
        return (try? buffer.withBytes { Array($0) }) ?? []
    }

    private func decoded(_ bytes: [UInt8], _ bitWidth: Int, _ count: Int) throws(ParquetError) -> [UInt32] {
        var values = [UInt32](repeating: 99, count: count)
        var failure: ParquetError?
        values.withUnsafeMutableBufferPointer { target in
            guard let base = target.baseAddress else { return }
            do throws(ParquetError) {
                try bytes.withRawBytes { (bytes) throws(ParquetError) in
                    try RunLengthDecoder.decode(bytes, bitWidth: bitWidth, count: count, into: base)
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        return values
    }

    @Test("the example of the format: 0 to 7 in three bits")
    func example() {
        // Encodings.md: 10001000 11000110 11111010, behind the header of one packed group.
        #expect(encoded([0, 1, 2, 3, 4, 5, 6, 7], 3) == [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010])
    }

    @Test("eight equal values are a run")
    func run() {
        #expect(encoded([UInt32](repeating: 5, count: 100), 3) == [0b1100_1000, 0b1, 5])
    }

    @Test("any mixture comes back, in every width", arguments: 1...32)
    func mixture(bitWidth: Int) throws {
        var generator = SeededGenerator(seed: UInt64(bitWidth))
        let mask = bitWidth == 32 ? UInt32.max : 1 << UInt32(bitWidth) - 1
        for _ in 0..<20 {
            var values: [UInt32] = []
            while values.count < 200 {
                let value = UInt32.random(in: 0...mask, using: &generator)
                let count = Bool.random(using: &generator) ? 1 : Int.random(in: 1...30, using: &generator)
                values.append(contentsOf: repeatElement(value, count: count))
            }
            values.removeLast(Int.random(in: 0..<20, using: &generator))
            #expect(try decoded(encoded(values, bitWidth), bitWidth, values.count) == values)
        }
    }

    @Test("too few bytes are an error")
    func tooShort() {
        let bytes = encoded((0..<64).map { $0 % 7 }, 3)
        #expect(throws: ParquetError.self) { try decoded(Array(bytes.dropLast(2)), 3, 64) }
        #expect(throws: ParquetError.self) { try decoded([], 3, 1) }
        #expect(throws: ParquetError.self) { try decoded([0x80, 0x80, 0x80, 0x80, 0x80, 0x80], 3, 1) }
        #expect(throws: ParquetError.self) { try decoded([1], 33, 1) }
    }

    @Test("levels beyond the schema's are an error")
    func levels() {
        var target = [UInt8](repeating: 0, count: 8)
        #expect(throws: ParquetError.self) {
            try target.withUnsafeMutableBufferPointer { target in
                try [0b11, 0xFF, 0xFF].withRawBytes { (bytes) throws(ParquetError) in
                    try RunLengthDecoder.decodeLevels(bytes, maximum: 2, count: 8, into: target.baseAddress!)
                }
            }
        }
    }

    @Test("the fewest bytes for a decimal")
    func decimalLength() {
        #expect(FileSchema.decimalLength(precision: 2) == 1)
        #expect(FileSchema.decimalLength(precision: 3) == 2)
        #expect(FileSchema.decimalLength(precision: 19) == 9)
        #expect(FileSchema.decimalLength(precision: 38) == 16)
    }
}

@Suite("Thrift's compact protocol")
struct ThriftTests {
    @Test("what is written is read back; unknown fields of any type are skipped")
    func roundTrip() throws {
        var writer = ThriftWriter()
        writer.structure { writer in
            writer.int32(1, -5)
            writer.boolean(2, true)
            writer.booleans(3, [true, false])
            writer.structures(4, [1, 2]) { $0.int64(1, $1) }
            writer.binaries(5, [[1], []])
            writer.int8(6, -1)
            writer.structure(7) { $0.strings(30, ["x"]) }
            writer.int64(200, .max)
        }
        var first: Int32?
        var last: Int64?
        try writer.bytes.withRawBytes { (bytes) throws(ParquetError) in
            var reader = ThriftReader(bytes)
            try reader.structure { (reader, field) throws(ParquetError) -> Bool in
                switch field.id {
                case 1: first = try reader.int32(field)
                case 200: last = try reader.integer(field)
                default: return false
                }
                return true
            }
            #expect(reader.position == bytes.count)
        }
        #expect(first == -5)
        #expect(last == .max)
    }

    @Test(
        "lies about lengths and depth are errors",
        arguments: [
            [0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x19, 0xF8, 0xFF, 0xFF, 0xFF, 0x7F], [0x1B, 0x7F], [0x1E], [0x15],
            [UInt8](repeating: 0x1C, count: 5000), [UInt8](repeating: 0x19, count: 5000),
        ] as [[UInt8]]
    )
    func lies(bytes: [UInt8]) {
        #expect(throws: ParquetError.self) {
            try bytes.withRawBytes { (bytes) throws(ParquetError) in
                var reader = ThriftReader(bytes)
                try reader.structure { (_, _) throws(ParquetError) -> Bool in false }
            }
        }
    }
}
