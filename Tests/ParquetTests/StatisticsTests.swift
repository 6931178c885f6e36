import Columnar
import Parquet
import Testing

@Suite("Statistics")
struct StatisticsTests {
    private func file(
        _ type: DataType,
        _ values: [Value],
        _ change: (inout ParquetWriterOptions) -> Void = { _ in }
    ) async throws -> (written: ColumnStatistics, read: ColumnStatistics) {
        let batch = try RecordBatch([Field("c", type)], rows: values.map { [$0] })
        let (bytes, metadata) = try encode([batch], options(change))
        let file = try await ParquetFile(BytesInput(bytes))
        return (
            try #require(metadata.statistics(ofColumnPath: ["c"])),
            try #require(file.metadata.statistics(ofColumnPath: ["c"]))
        )
    }

    static let cases: [(DataType, [Value], Value, Value)] = [
        (.boolean, [true, false, nil], false, true),
        (.byte, [3, -128, nil, 5], -128, 5),
        (.short, [3, -300], -300, 3),
        (.integer, [-1, 1], -1, 1),
        (.long, [.integer(.max), .integer(.min)], .integer(.min), .integer(.max)),
        (.float, [.float(-1.5), .float(.infinity)], .float(-1.5), .float(.infinity)),
        (.double, [2.5, -3.5, nil], -3.5, 2.5),
        (.date, [.date(5), .date(-5)], .date(-5), .date(5)),
        (.timestamp, [.timestamp(7), .timestamp(-7)], .timestamp(-7), .timestamp(7)),
        (.timestampNTZ, [.timestampNTZ(7), .timestampNTZ(-7)], .timestampNTZ(-7), .timestampNTZ(7)),
        (
            .decimal(precision: 9, scale: 2), [.decimal(unscaled: -5, scale: 2), .decimal(unscaled: 250, scale: 2)],
            .decimal(unscaled: -5, scale: 2), .decimal(unscaled: 250, scale: 2)
        ),
        (
            .decimal(precision: 30, scale: 0),
            [.decimal(unscaled: -(1 << 70), scale: 0), .decimal(unscaled: 1, scale: 0)],
            .decimal(unscaled: -(1 << 70), scale: 0), .decimal(unscaled: 1, scale: 0)
        ),
        // Texts are ordered by their bytes, not as a language orders them.
        (.string, ["b", "a", "Z", "ä", "", nil], "", "ä"),
        (.binary, [.binary([0x80]), .binary([0x7F, 1]), .binary([0x7F])], .binary([0x7F]), .binary([0x80])),
    ]

    @Test("smallest, largest and nulls of every type", arguments: cases.indices)
    func bounds(index: Int) async throws {
        let (type, values, smallest, largest) = StatisticsTests.cases[index]
        for usesDictionary in [true, false] {
            let (written, read) = try await file(type, values + values) { $0.dictionary = usesDictionary }
            for statistics in [written, read] {
                #expect(statistics.min == smallest)
                #expect(statistics.max == largest)
                #expect(statistics.isMinExact && statistics.isMaxExact)
                #expect(statistics.nullCount == 2 * values.count(where: \.isNull))
            }
        }
    }

    @Test("a NaN leaves the bounds unknown, zeros are told apart outwards")
    func floatingPoint() async throws {
        let (written, read) = try await file(.double, [1.0, .double(.nan), 2.0])
        #expect(written.min == nil && written.max == nil)
        #expect(read.min == nil && read.max == nil)
        let (_, zeros) = try await file(.double, [0.0, -0.0])
        guard case .double(let low)? = zeros.min, case .double(let high)? = zeros.max else {
            Issue.record("no bounds")
            return
        }
        #expect(low.sign == .minus && high.sign == .plus)
    }

    @Test("long texts are whole for the writer and cut in the file, never inside a character")
    func longTexts() async throws {
        let text = "x" + String(repeating: "ü", count: 100)
        let (written, read) = try await file(.string, [.string(text)])
        #expect(written.min == .string(text) && written.max == .string(text))
        #expect(written.isMinExact && written.isMaxExact)
        #expect(read.min == .string("x" + String(repeating: "ü", count: 31)))
        #expect(read.max == .string("x" + String(repeating: "ü", count: 30) + "ý"))
        #expect(!read.isMinExact && !read.isMaxExact)
    }

    @Test("a text that nothing of its length follows has no upper bound in the file")
    func noUpperBound() async throws {
        let (written, read) = try await file(.binary, [.binary([UInt8](repeating: 0xFF, count: 80))])
        #expect(written.max == .binary([UInt8](repeating: 0xFF, count: 80)))
        #expect(read.max == nil)
        #expect(read.min == .binary([UInt8](repeating: 0xFF, count: 64)))
    }

    @Test("bounds of many pages and row groups come together")
    func merging() async throws {
        let values = (0..<1000).map { Value.integer(Int64(($0 &* 7919) % 1000)) } + [.null]
        let (written, read) = try await file(.integer, values) { ($0.rowGroupRows, $0.pageRows) = (300, 40) }
        for statistics in [written, read] {
            #expect(statistics.min == 0)
            #expect(statistics.max == 999)
            #expect(statistics.nullCount == 1)
        }
    }

    @Test("row groups that cannot hold a value are passed over, and no other")
    func pruning() async throws {
        let values = (0..<100).map { [Value.integer(Int64($0)), .string("k\($0 / 25)")] }
        let batch = try RecordBatch([Field("n", .long), Field("k", .string)], rows: values)
        let (bytes, _) = try encode([batch], options { $0.rowGroupRows = 25 })
        let metadata = try await ParquetFile(BytesInput(bytes)).metadata
        #expect(metadata.rowGroups(where: ["n"], from: 30, through: 49) == [1])
        #expect(metadata.rowGroups(where: ["n"], from: 24, through: 25) == [0, 1])
        #expect(metadata.rowGroups(where: ["n"], from: 99, through: nil) == [3])
        #expect(metadata.rowGroups(where: ["n"], from: 100, through: nil) == [])
        #expect(metadata.rowGroups(where: ["k"], from: "k2", through: "k2") == [2])
        #expect(metadata.rowGroups(where: ["unknown"], from: 1, through: 1) == [0, 1, 2, 3])
        #expect(metadata.rowGroups(where: ["n"], from: "text", through: nil) == [0, 1, 2, 3])
    }

    @Test("structures have statistics by path")
    func nested() async throws {
        let (_, metadata) = try encode([try SampleTable.batch(0..<100)])
        let statistics = try #require(metadata.statistics(ofColumnPath: ["st", "a"]))
        #expect(statistics.min == 1)
        #expect(statistics.max == 99)
        #expect(statistics.nullCount == 60)
    }
}
