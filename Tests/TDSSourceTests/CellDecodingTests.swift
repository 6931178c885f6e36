import Columnar
import Testing

@testable import TDSSource

@Suite("Cells as db-lib lays them out")
struct CellDecodingTests {
    /// `DBNUMERIC`: precision, scale, sign, and 32 bytes that begin with the magnitude, highest byte first.
    private func numeric(_ magnitude: UInt128, bytes: Int, isNegative: Bool = false) -> [UInt8] {
        var cell: [UInt8] = [38, 0, isNegative ? 1 : 0]
        for index in (0..<bytes).reversed() { cell.append(UInt8(truncatingIfNeeded: magnitude >> UInt128(8 * index))) }
        return cell + Array(repeating: 0xEE, count: 35 - cell.count)
    }

    private func decode(_ cellType: Int, precision: Int = 0, scale: Int = 0, _ cell: [UInt8]) throws -> Value {
        let decoder = try ColumnDecoder(
            name: "c",
            number: 1,
            cellType: cellType,
            serverType: cellType,
            precision: precision,
            scale: scale
        )
        let reader = RowReader([decoder])
        reader.begin(1)
        try cell.withUnsafeBytes { bytes in try reader.append([bytes]) }
        return try reader.finish().columns[0].value(at: 0)
    }

    @Test("finds a byte that is not ASCII wherever it stands, in texts of all lengths")
    func ascii() {
        for length in 0...40 {
            var text = [UInt8](repeating: 0x7F, count: length)
            #expect(text.withUnsafeBytes { CellDecoding.isASCII($0) })
            for place in 0..<length {
                text[place] = 0x80
                #expect(!text.withUnsafeBytes { CellDecoding.isASCII($0) }, "byte \(place) of \(length)")
                text[place] = 0x7F
            }
        }
    }

    @Test("rows that come beyond the room that was made for them keep what was there, nulls included")
    func growing() throws {
        let decoders = [(56, "int"), (47, "text"), (50, "bit")].enumerated().map { index, column in
            try? ColumnDecoder(name: column.1, number: Int32(index + 1), cellType: column.0, serverType: column.0)
        }
        let reader = RowReader(try decoders.map { try #require($0) })
        for count in [5000, 3, 5000] {
            reader.begin(100_000)
            for row in 0..<count {
                let bytes = withUnsafeBytes(of: Int32(row).littleEndian) { Array($0) }
                try bytes.withUnsafeBytes { cell in
                    let text = UnsafeRawBufferPointer(rebasing: cell[..<(row % 5)])
                    try reader.append(row % 7 == 0 ? [nil, nil, nil] : [cell, text, cell])
                }
            }
            let batch = try reader.finish()
            #expect(batch.rowCount == count)
            let wrong = (0..<count).first { row in
                let isNull = row % 7 == 0
                return batch.columns[0].value(at: row) != (isNull ? .null : .integer(Int64(row)))
                    || batch.columns[1].isNull(at: row) != isNull
                    || batch.columns[2].value(at: row) != (isNull ? .null : .boolean(row & 0xFF != 0))
            }
            #expect(wrong == nil, "the first row that is not what was appended")
        }
    }

    @Test("decimals of every precision read as many bytes as they have, and no more", arguments: 1...38)
    func decimals(precision: Int) throws {
        // MS-TDS 2.2.5.5.1.6 sends 4, 8, 12 or 16 bytes; db-lib keeps the fewest that the precision needs.
        let bytes = CellDecoding.decimalBytes[precision]
        let largest = UInt128(DecimalText.powersOfTen[precision] - 1)
        #expect(largest >> UInt128(8 * bytes - 8) != 0)
        #expect(bytes == 16 || largest >> UInt128(8 * bytes) == 0)
        for magnitude in [0, 1, largest / 3, largest] {
            for isNegative in [false, true] {
                let value = try decode(
                    106,
                    precision: precision,
                    numeric(magnitude, bytes: bytes, isNegative: isNegative)
                )
                #expect(value == .decimal(unscaled: isNegative ? -Int128(magnitude) : Int128(magnitude), scale: 0))
            }
        }
        #expect(throws: TDSError.self, "one more than there are digits for") {
            _ = try decode(106, precision: precision, numeric(largest + 1, bytes: bytes))
        }
    }

    @Test("the thousandths of a datetime are .000, .003 and .007, as the server shows them")
    func datetimeThousandths() throws {
        for tick in 0..<300 {
            var cell = [UInt8](repeating: 0, count: 8)
            withUnsafeBytes(of: UInt32(tick).littleEndian) { for index in 0..<4 { cell[4 + index] = $0[index] } }
            let midnight = Int64(-25_567) * 86_400_000_000
            let thousandths = tick / 3 * 10 + [0, 3, 7][tick % 3]
            #expect(try decode(61, cell) == .timestampNTZ(midnight + Int64(thousandths) * 1000))
        }
    }

    @Test("cells of any bytes and any length are a value or an error", arguments: [1 as UInt64, 2, 3])
    func anything(seed: UInt64) throws {
        var random = SplitMix(seed)
        let types = [50, 48, 52, 56, 127, 59, 62, 60, 122, 106, 108, 61, 58, 40, 41, 42, 43, 36, 47, 35, 45, 34]
        for _ in 0..<20_000 {
            let type = types[Int(random.next() % UInt64(types.count))]
            let length = Int(random.next() % 40)
            let cell = (0..<length).map { _ in random.next() & 1 == 0 ? 0 : UInt8(truncatingIfNeeded: random.next()) }
            let precision = Int(random.next() % 38) + 1
            do {
                _ = try decode(type, precision: precision, scale: Int(random.next() % 8) % (precision + 1), cell)
            } catch {
                #expect((error as? TDSError)?.code == .unexpectedResult, "seed \(seed)")
            }
        }
    }

    @Test("a decimal type that there is not, and a type that nobody knows")
    func types() throws {
        #expect(throws: TDSError.self) { _ = try decode(106, precision: 39, []) }
        #expect(throws: TDSError.self) { _ = try decode(106, precision: 5, scale: 6, []) }
        #expect(throws: TDSError.self) { _ = try decode(7, []) }
    }
}

/// A generator of numbers that a seed repeats.
private struct SplitMix {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
