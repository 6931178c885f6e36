import Columnar
import Testing

extension Bitmap {
    var bools: [Bool] { (0..<count).map { self[$0] } }

    /// Whether the bits behind the last one are 0, as they are promised to be.
    var hasCleanTail: Bool {
        guard words.count == (count + 63) / 64 else { return false }
        return count & 63 == 0 || words[words.count - 1] >> UInt64(count & 63) == 0
    }
}

@Suite("Bitmaps")
struct BitmapTests {
    static func random(_ count: Int, _ random: inout SplitMix) -> Bitmap {
        Bitmap((0..<count).map { _ in Bool.random(using: &random) })
    }

    @Test("A bitmap holds what was put into it", arguments: [0, 1, 63, 64, 65, 127, 128, 129, 1000])
    func contents(count: Int) {
        var random = SplitMix(seed: UInt64(count))
        let expected = (0..<count).map { _ in Bool.random(using: &random) }
        let bits = Bitmap(expected)
        #expect(bits.bools == expected)
        #expect(bits.count == count)
        #expect(bits.setCount == expected.count(where: { $0 }))
        #expect(bits.hasCleanTail)
        var places: [Int] = []
        bits.forEachSet { places.append($0) }
        #expect(places == expected.indices.filter { expected[$0] })
    }

    @Test("Repeated bits", arguments: [0, 1, 63, 64, 65, 128, 200], [false, true])
    func repeating(count: Int, bit: Bool) {
        let bits = Bitmap(repeating: bit, count: count)
        #expect(bits.bools == Array(repeating: bit, count: count))
        #expect(bits.hasCleanTail)
        #expect(bits.allSet == (bit || count == 0))
        #expect(bits == Bitmap(Array(repeating: bit, count: count)))
    }

    @Test("Bits are set and cleared without touching their neighbours")
    func setting() {
        for place in [0, 1, 62, 63, 64, 65, 127, 128, 129] {
            var bits = Bitmap(repeating: false, count: 130)
            bits[place] = true
            #expect(bits.bools == (0..<130).map { $0 == place })
            bits.invert()
            #expect(bits.bools == (0..<130).map { $0 != place })
            #expect(bits.hasCleanTail)
            bits[place] = true
            #expect(bits.allSet)
            bits[place] = false
            #expect(bits.setCount == 129)
        }
    }

    @Test("A range of another bitmap is appended at every alignment of both")
    func appendingRanges() {
        var random = SplitMix(seed: 1)
        let source = Self.random(300, &random)
        let bools = source.bools
        for offset in 0..<66 {
            for start in Array(0..<66) + [127, 128, 129] {
                for length in [0, 1, 2, 62, 63, 64, 65, 66, 127, 128, 129] {
                    let old = Self.random(offset, &random)
                    var bits = old
                    bits.append(source, start..<start + length)
                    guard bits.bools == old.bools + bools[start..<start + length], bits.hasCleanTail else {
                        Issue.record("\(length) bits from \(start) behind \(offset)")
                        return
                    }
                }
            }
        }
    }

    @Test("The range up to a bitmap's end is appended")
    func appendingToTheEnd() {
        var random = SplitMix(seed: 2)
        for count in 0..<140 {
            let source = Self.random(count, &random)
            for start in 0...count {
                var bits = Bitmap([true, false, true])
                bits.append(source, start..<count)
                #expect(bits.bools == [true, false, true] + source.bools[start...])
            }
        }
    }

    @Test("Repeated bits are appended at every alignment", arguments: [false, true])
    func appendingRepeated(bit: Bool) {
        var random = SplitMix(seed: 3)
        for offset in 0..<130 {
            for length in [0, 1, 30, 63, 64, 65, 128, 130] {
                let old = Self.random(offset, &random)
                var bits = old
                bits.append(repeating: bit, count: length)
                #expect(bits.bools == old.bools + Array(repeating: bit, count: length))
                #expect(bits.hasCleanTail)
            }
        }
    }

    @Test("Up to 64 loose bits are appended, and those above them ignored")
    func appendingWords() {
        for offset in 0..<70 {
            for added in [0, 1, 7, 63, 64] {
                var bits = Bitmap(repeating: false, count: offset)
                bits.appendBits(.max, added)
                #expect(bits.bools == Array(repeating: false, count: offset) + Array(repeating: true, count: added))
                #expect(bits.hasCleanTail)
                bits.append(true)
                #expect(bits.count == offset + added + 1 && bits[offset + added])
            }
        }
    }

    @Test("Intersection and union work bit by bit")
    func combining() {
        var random = SplitMix(seed: 4)
        for count in [0, 1, 64, 100] {
            let (a, b) = (Self.random(count, &random), Self.random(count, &random))
            var both = a
            both.formIntersection(b)
            #expect(both.bools == zip(a.bools, b.bools).map { $0 && $1 })
            var either = a
            either.formUnion(b)
            #expect(either.bools == zip(a.bools, b.bools).map { $0 || $1 })
        }
    }

    @Test("An emptied bitmap begins anew")
    func removing() {
        var bits = Bitmap(repeating: true, count: 100)
        bits.removeAll(keepingCapacity: true)
        bits.append(false)
        #expect(bits.bools == [false])
        #expect(bits == Bitmap([false]))
    }
}

@Suite("Runs of rows")
struct RowRunTests {
    @Test("The runs of a selection are its set bits, in as few runs as can be", arguments: 0..<60 as Range<UInt64>)
    func selecting(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let count = Int.random(in: 0..<400, using: &random)
        // From almost none to almost all, in streaks, so that runs cross the borders of words.
        let stay = Int.random(in: 1...100, using: &random)
        var bit = Bool.random(using: &random)
        let selection = Bitmap(
            (0..<count).map { _ in
                if Int.random(in: 0..<stay, using: &random) == 0 { bit.toggle() }
                return bit
            }
        )
        let runs = [RowRun](selecting: selection, source: 3)
        #expect(runs.flatMap { Array($0.rows) } == selection.bools.indices.filter { selection[$0] })
        #expect(runs.allSatisfy { $0.source == 3 && !$0.rows.isEmpty })
        #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.rows.upperBound < $1.rows.lowerBound })
        #expect(runs.rowCount == selection.setCount)
    }

    @Test("Every pattern at the border of two words")
    func borders() {
        for pattern in 0..<UInt64(256) {
            var selection = Bitmap(repeating: false, count: 128)
            for bit in 0..<8 where pattern >> UInt64(bit) & 1 != 0 { selection[60 + bit] = true }
            let runs = [RowRun](selecting: selection)
            #expect(runs.flatMap { Array($0.rows) } == (0..<128).filter { selection[$0] })
        }
        #expect([RowRun](selecting: Bitmap(repeating: true, count: 256)) == [RowRun(rows: 0..<256)])
        #expect([RowRun](selecting: Bitmap(repeating: true, count: 200)) == [RowRun(rows: 0..<200)])
        #expect([RowRun](selecting: Bitmap()) == [])
    }

    @Test("Rows that follow each other in one source make one run")
    func appending() {
        var runs: [RowRun] = []
        runs.append(row: 1)
        runs.append(row: 2)
        runs.append(rows: 3..<5)
        runs.append(rows: 5..<5)
        runs.append(row: 5, source: 1)
        runs.append(row: 4, source: 1)
        runs.append(row: 4, source: 1)
        #expect(
            runs == [
                RowRun(rows: 1..<5), RowRun(source: 1, rows: 5..<6), RowRun(source: 1, rows: 4..<5),
                RowRun(source: 1, rows: 4..<5),
            ]
        )
        #expect(runs.rowCount == 7)
    }
}
