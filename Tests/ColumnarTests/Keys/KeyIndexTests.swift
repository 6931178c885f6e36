import Testing

@testable import Columnar

@Suite("Finding rows by key")
struct KeyIndexTests {
    /// The last row with each key, found the slow way.
    static func naive(_ probe: [[Value]], _ keys: [[Value]]) -> [Int32] {
        probe.map { wanted in
            if wanted.contains(.null) { return -1 }
            return Int32(keys.lastIndex(of: wanted) ?? -1)
        }
    }

    static func rows(_ columns: [Column]) -> [[Value]] {
        (0..<(columns.first?.count ?? 0)).map { row in columns.map { $0.value(at: row) } }
    }

    static func expectAgreement(_ keys: [Column], _ probe: [Column], _ comment: Comment) throws {
        let index = try KeyIndex(keys)
        let (keyRows, probeRows) = (rows(keys), rows(probe))
        #expect(try index.find(probe) == naive(probeRows, keyRows), comment)
        #expect(try index.find(keys) == naive(keyRows, keyRows), comment)
        let last = Set(naive(keyRows, keyRows).filter { $0 >= 0 })
        #expect(index.lastRows.bools.enumerated().allSatisfy { $1 == last.contains(Int32($0)) }, comment)
        #expect(index.rowCount == keyRows.count)
    }

    @Test("Keys of every type, with repetitions and nulls, in another batch", arguments: Sample.types)
    func everyType(type: DataType) throws {
        var random = SplitMix(seed: 21)
        for nulls in [0, 20] {
            let pool = try Column(type, values: Sample.values(type, count: 60, nulls: nulls, &random))
            let keys = try pool.take((0..<150).map { _ in Int32.random(in: 0..<40, using: &random) })
            let probe = try pool.take((0..<100).map { _ in Int32.random(in: 20..<60, using: &random) })
            try Self.expectAgreement([keys], [probe], "\(type), \(nulls) % nulls")
        }
    }

    @Test("Composite keys", arguments: 0..<10 as Range<UInt64>)
    func composite(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let types = (0..<3).map { _ in Sample.types.randomElement(using: &random) ?? .long }
        let pool = try types.map { try Column($0, values: Sample.values($0, count: 4, nulls: 10, &random)) }
        func draw() throws -> [Column] {
            try pool.map { column in try column.take((0..<120).map { _ in Int32.random(in: 0..<4, using: &random) }) }
        }
        try Self.expectAgreement(try draw(), try draw(), "\(types)")
    }

    @Test("Of equal keys the last row wins")
    func lastWins() throws {
        let index = try KeyIndex([try Column(.string, values: ["a", "b", "a", "c", "b", "a"])])
        #expect(index.lastRows.bools == [false, false, false, true, true, true])
        #expect(try index.find([try Column(.string, values: ["a", "b", "c", "d"])]) == [5, 4, 3, -1])
    }

    @Test("A null equals nothing, not even another null")
    func nulls() throws {
        let keys = [try Column(.long, values: [nil, 1, nil]), try Column(.long, values: [1, nil, nil])]
        let index = try KeyIndex(keys)
        #expect(try index.find(keys) == [-1, -1, -1])
        #expect(index.lastRows.setCount == 0)
        // What lies in the vector where a value is null is not a value.
        let zero = try KeyIndex([try Column(.long, values: [0])])
        #expect(try zero.find([try Column(.long, values: [nil])]) == [-1])
        // Not even where it has the hash that stands for null.
        let odd = Int64(bitPattern: 0x9E37_79B9_7F4A_7C15)
        let hidden = try Column(.long, .int64([odd]), validity: Bitmap([false]))
        let shown = try Column(.long, .int64([odd]))
        #expect(try KeyIndex.hashes(of: [hidden]) == KeyIndex.hashes(of: [shown]), "the test's own premise")
        #expect(try KeyIndex([shown]).find([hidden]) == [-1])
        #expect(try KeyIndex([try Column(.string, values: [nil])]).find([try Column(.string, values: [""])]) == [-1])
    }

    @Test("Both zeros are one key, and so are all NaN")
    func floatingPoint() throws {
        let quiet = Double(nan: 1, signaling: false)
        let doubles = try Column(.double, .double([0.0, .nan, .infinity, -.infinity, 1]))
        #expect(
            try KeyIndex([doubles]).find([try Column(.double, .double([-0.0, -quiet, .infinity, -.infinity, 2]))])
                == [0, 1, 2, 3, -1]
        )
        let floats = try Column(.float, .float([-0.0, .nan]))
        #expect(try KeyIndex([floats]).find([try Column(.float, .float([0.0, -.nan]))]) == [0, 1])
        // Also beside another column, where the comparison goes another way.
        let index = try KeyIndex([doubles, doubles])
        #expect(try index.find([doubles, doubles]) == [0, 1, 2, 3, 4])
    }

    @Test("Texts that fall into the same slot are told apart")
    func sameSlot() throws {
        // Eight rows have a table of sixteen slots: these texts all want one of them.
        var texts: [Value] = []
        var number = 0
        while texts.count < 16 {
            let text = "key \(number)"
            number += 1
            let hash = Array(text.utf8).withUnsafeBytes { KeyHashes.mix(KeyHashes.hash($0)) }
            if hash & 15 == 5 { texts.append(.string(text)) }
        }
        let index = try KeyIndex([try Column(.string, values: Array(texts[..<8]))])
        #expect(
            try index.find([try Column(.string, values: texts)]) == (0..<8).map { Int32($0) }
                + Array(repeating: -1, count: 8)
        )
    }

    @Test("Keys with equal hashes are told apart")
    func sameHash() throws {
        // The hash of a pair is mix(mix(a) + b): for any two a there are two b that make it the same.
        let (a, b) = (Int64(1), Int64(2))
        let x = Int64(77)
        let y = Int64(
            bitPattern: KeyHashes.mix(UInt64(bitPattern: a)) &+ UInt64(bitPattern: b)
                &- KeyHashes.mix(UInt64(bitPattern: x))
        )
        let keys = [try Column(.long, values: [.integer(a)]), try Column(.long, values: [.integer(b)])]
        let other = [try Column(.long, values: [.integer(x)]), try Column(.long, values: [.integer(y)])]
        #expect(try KeyIndex.hashes(of: keys) == KeyIndex.hashes(of: other), "the test's own premise")
        #expect(try KeyIndex(keys).find(other) == [-1])
        #expect(
            try KeyIndex([.concatenate([keys[0], other[0]]), .concatenate([keys[1], other[1]])]).lastRows.setCount == 2
        )
    }

    @Test("Texts of all lengths, and those that differ in one byte only")
    func lengths() throws {
        var texts: [Value] = []
        for length in 0..<40 {
            texts.append(.binary(Array(repeating: 0, count: length)))
            for place in 0..<length {
                var bytes = [UInt8](repeating: 0, count: length)
                bytes[place] = 1
                texts.append(.binary(bytes))
            }
        }
        let keys = try Column(.binary, values: texts)
        #expect(try KeyIndex([keys]).find([keys]) == (0..<Int32(texts.count)).map { $0 })
    }

    @Test("Many rows", arguments: [15, 16, 17, 5000])
    func many(count: Int) throws {
        let keys = try Column(.integer, .int32((0..<Int32(count)).map { $0 &* 65_536 }))
        let index = try KeyIndex([keys])
        #expect(index.lastRows.allSet)
        #expect(try index.find([keys]) == (0..<Int32(count)).map { $0 })
    }

    @Test("Without rows nothing is found")
    func empty() throws {
        let none = try Column(.long, values: [])
        let index = try KeyIndex([none])
        #expect(index.rowCount == 0)
        #expect(try index.find([try Column(.long, values: [1])]) == [-1])
        #expect(try index.find([none]) == [])
    }

    @Test("Equal keys have equal hashes, whatever stands beside them")
    func hashes() throws {
        let a = try KeyIndex.hashes(of: [
            try Column(.string, values: ["x", nil, "y"]), try Column(.double, .double([0.0, 1, 2])),
        ])
        let b = try KeyIndex.hashes(of: [
            try Column(.string, values: ["y", "x"]), try Column(.double, .double([2, -0.0])),
        ])
        #expect(a[0] == b[1] && a[2] == b[0])
        #expect(Set(a).count == 3)
    }

    @Test("Columns that cannot be a key, or not the same key, are refused")
    func refusals() throws {
        let long = try Column(.long, values: [1])
        let mismatch = { (error: any Error) in (error as? ColumnarError)?.code == .mismatch }
        for type in Sample.nestedTypes {
            #expect(performing: { try KeyIndex([Column.nulls(type, count: 1)]) }, throws: mismatch)
        }
        #expect(performing: { try KeyIndex([long, Column(.long, values: [1, 2])]) }, throws: mismatch)
        let index = try KeyIndex([long])
        #expect(performing: { try index.find([Column(.integer, values: [1])]) }, throws: mismatch)
        #expect(performing: { try index.find([long, long]) }, throws: mismatch)
        #expect(performing: { try index.find([]) }, throws: mismatch)
        // 1.0 and 0.1 have the same unscaled value.
        let tenths = try Column(.decimal(precision: 5, scale: 1), values: [.decimal("1.0")])
        let hundredths = try Column(.decimal(precision: 5, scale: 2), values: [.decimal("0.10")])
        #expect(performing: { try KeyIndex([tenths]).find([hundredths]) }, throws: mismatch)
        let pair = try KeyIndex([long, long])
        #expect(performing: { try pair.find([long, Column(.long, values: [1, 2])]) }, throws: mismatch)
        #expect(performing: { try KeyIndex.hashes(of: [Column(.long, values: [1, 2]), long]) }, throws: mismatch)
    }
}
