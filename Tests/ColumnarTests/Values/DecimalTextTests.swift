import Columnar
import Testing

@Suite("Decimals as text")
struct DecimalTextTests {
    static let nines = String(repeating: "9", count: 38)

    @Test(
        "Text and unscaled value say the same",
        arguments: [
            ("0", 0, 0), ("1", 1, 0), ("-1", -1, 0), ("12.50", 1250, 2), ("-12.50", -1250, 2), ("0.05", 5, 2),
            ("-0.05", -5, 2), ("0.00", 0, 2),
            (nines, DecimalText.powersOfTen[37] * 10 - 1, 0), ("-" + nines, 1 - DecimalText.powersOfTen[37] * 10, 0),
            ("0." + nines, DecimalText.powersOfTen[37] * 10 - 1, 38),
            ("99999999999999999999.999999999999999999", DecimalText.powersOfTen[37] * 10 - 1, 18),
        ] as [(String, Int128, Int)]
    )
    func bothWays(text: String, unscaled: Int128, scale: Int) throws {
        #expect(try DecimalText.parse(text) == (unscaled, scale))
        #expect(DecimalText.format(unscaled, scale: scale) == text)
    }

    @Test(
        "Other spellings are read",
        arguments: [
            ("+1.5", 15, 1), ("1.", 1, 0), (".5", 5, 1), ("-.5", -5, 1), ("007", 7, 0), ("-0", 0, 0),
            ("1.5E-7", 15, 8), ("1.5e+3", 1500, 0), ("15e2", 1500, 0), ("1.50e1", 150, 1), ("1e0", 1, 0),
            ("1e37", DecimalText.powersOfTen[37], 0), ("0.001e3", 1, 0), ("1e-38", 1, 38),
            (String(repeating: "0", count: 100) + "1", 1, 0),
        ] as [(String, Int128, Int)]
    )
    func spellings(text: String, unscaled: Int128, scale: Int) throws {
        #expect(try DecimalText.parse(text) == (unscaled, scale))
    }

    @Test(
        "What is no decimal of at most 38 digits is refused",
        arguments: [
            "", " ", "+", "-", ".", "-.", "e", "e5", ".e5", "1e", "1e+", "1e1.5", "1 ", " 1", "1,5", "1.2.3", "--1",
            "+-1",
            "0x1", "NaN", "Infinity", "٣", "1e38", "10e37", nines + "0", "1" + String(repeating: "0", count: 38),
            // Beside the limits of the integer that holds the digits.
            "170141183460469231731687303715884105727", "170141183460469231731687303715884105729",
            "-170141183460469231731687303715884105728", "-170141183460469231731687303715884105729",
            // Exponents beside the limits of theirs.
            "1e77", "1e-77", "1e9223372036854775807", "1e-9223372036854775808", "1e99999999999999999999",
        ]
    )
    func refusals(text: String) {
        #expect(performing: { try DecimalText.parse(text) }, throws: { ($0 as? ColumnarError)?.code == .outOfRange })
    }

    @Test("Random decimals come back as they were", arguments: 0..<5 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for digits in 1...38 {
            let limit = DecimalText.powersOfTen[digits] - 1
            let unscaled = Int128.random(in: -limit...limit, using: &random)
            for scale in 0...38 {
                #expect(try DecimalText.parse(DecimalText.format(unscaled, scale: scale)) == (unscaled, scale))
            }
        }
    }

    @Test("The largest integers can be written")
    func extremes() {
        #expect(DecimalText.format(.min, scale: 0) == "-170141183460469231731687303715884105728")
        #expect(DecimalText.format(.max, scale: 38) == "1.70141183460469231731687303715884105727")
    }

    @Test(
        "Digits after the point are added, and taken away where they are 0",
        arguments: [
            (15, 1, 3, 38, 1500), (-15, 1, 3, 38, -1500), (1500, 3, 1, 38, 15), (0, 5, 0, 1, 0),
            (1, 0, 37, 38, DecimalText.powersOfTen[37]),
            (99, 0, 0, 2, 99), (-99, 0, 0, 2, -99), (DecimalText.powersOfTen[37], 38, 1, 38, 1),
            (100, 76, 76 - 2, 38, nil),
        ] as [(Int128, Int, Int, Int, Int128?)]
    )
    func rescale(unscaled: Int128, from: Int, to: Int, precision: Int, expected: Int128?) {
        #expect((try? DecimalText.rescale(unscaled, from: from, to: to, precision: precision)) == expected)
    }

    @Test(
        "A decimal that would lose digits or need too many is refused",
        arguments: [
            (15, 1, 0, 38), (100, 0, 0, 2), (-100, 0, 0, 2), (1, 0, 2, 2), (.max, 0, 1, 38), (.min, 0, 1, 38),
            (.max, 0, 0, 38), (.min, 0, 0, 38), (1, 0, 38, 38), (1, -1, 0, 38), (1, 77, 0, 38), (1, 0, 39, 38),
            (1, 0, -1, 38), (1, 0, 0, 0), (1, 0, 0, 39), (1, .max, 0, 38), (1, .min, 0, 38), (1, 0, .max, 38),
            (1, 0, 0, .min),
        ] as [(Int128, Int, Int, Int)]
    )
    func rescaleRefusals(unscaled: Int128, from: Int, to: Int, precision: Int) {
        #expect(
            performing: { try DecimalText.rescale(unscaled, from: from, to: to, precision: precision) },
            throws: { ($0 as? ColumnarError)?.code == .outOfRange }
        )
    }
}
