import Columnar
import Testing

@Suite("Columns")
struct ColumnTests {
    @Test("Values of every type come back as they were, across words of validity", arguments: Sample.allTypes)
    func roundTrip(type: DataType) throws {
        var random = SplitMix(seed: 1)
        for count in [0, 1, 63, 64, 65, 130] {
            for nulls in [0, 30, 100] {
                let values = Sample.values(type, count: count, nulls: nulls, &random)
                let column = try Column(type, values: values)
                #expect(column.type == type)
                #expect(column.count == count)
                #expect(column.boxed == values)
                #expect(column.nullCount == values.count(where: \.isNull))
                #expect((column.validity == nil) == (column.nullCount == 0))
                #expect(column.values.kind == type.vectorKind)
                // The parts can be put together again, checked.
                #expect(try Column(type, column.values, validity: column.validity).boxed == values)
            }
        }
    }

    @Test("A builder that handed out its column begins anew", arguments: Sample.allTypes)
    func builderAgain(type: DataType) throws {
        var random = SplitMix(seed: 2)
        var builder = ColumnBuilder(type)
        builder.reserveCapacity(10)
        for _ in 0..<3 {
            let values = Sample.values(type, count: 70, nulls: 20, &random)
            for value in values { try builder.append(value) }
            #expect(builder.count == 70)
            #expect(builder.finish().boxed == values)
            #expect(builder.count == 0)
        }
        #expect(builder.finish().count == 0)
    }

    @Test("A first null at any place", arguments: [0, 1, 62, 63, 64, 65, 127, 128])
    func firstNull(place: Int) {
        var builder = ColumnBuilder(.integer)
        for value in 0..<Int32(place) { builder.append(value) }
        builder.appendNull()
        builder.append(Int32(7))
        let column = builder.finish()
        #expect((0..<column.count).map { column.isNull(at: $0) } == (0..<place + 2).map { $0 == place })
        #expect(column.value(at: place + 1) == 7)
    }

    @Test("Nulls of every type", arguments: Sample.allTypes)
    func nulls(type: DataType) throws {
        for count in [0, 1, 64, 65] {
            let column = Column.nulls(type, count: count)
            #expect(column.boxed == Array(repeating: .null, count: count))
            _ = try Column(type, column.values, validity: column.validity)
        }
    }

    @Test("The same values under another type of the kind")
    func reinterpreted() throws {
        let column = try Column(.integer, values: [1, nil])
        #expect(try column.reinterpreted(as: .date).boxed == [.date(1), nil])
        #expect(throws: ColumnarError.self) { try column.reinterpreted(as: .long) }
    }

    @Test("The memory of a column is counted")
    func byteCount() throws {
        #expect(try Column(.long, values: [1, 2]).byteCount == 16)
        #expect(try Column(.long, values: [1, nil]).byteCount == 24)
        #expect(try Column(.string, values: ["abc", "d"]).byteCount == 4 + 3 * 4)
    }
}

@Suite("What cannot be a column is refused")
struct ColumnRefusalTests {
    private func refuses(_ code: ColumnarError.Code, _ body: () throws -> Void) -> Bool {
        do { try body() } catch { return (error as? ColumnarError)?.code == code }
        return false
    }

    @Test("A vector of another kind than the type's")
    func kinds() {
        #expect(refuses(.mismatch) { _ = try Column(.long, .int32([1])) })
        #expect(refuses(.mismatch) { _ = try Column(.decimal(precision: 19, scale: 0), .int64([1])) })
    }

    @Test("A decimal type that is none", arguments: [(0, 0), (39, 0), (5, 6), (5, -1)])
    func decimals(precision: Int, scale: Int) {
        let type = DataType.decimal(precision: precision, scale: scale)
        #expect(refuses(.outOfRange) { _ = try Column(type, precision <= 18 ? .int64([1]) : .int128([1])) })
    }

    @Test("Validity of another length")
    func validity() {
        #expect(refuses(.mismatch) { _ = try Column(.long, .int64([1]), validity: Bitmap([true, false])) })
    }

    @Test("A structure whose columns are not its schema's")
    func structures() throws {
        let type = DataType.structure([Field("a", .long), Field("b", .long)])
        let long = try Column(.long, values: [1, 2])
        #expect(refuses(.mismatch) { _ = try Column(type, .structure([long], count: 2)) })
        #expect(refuses(.mismatch) { _ = try Column(type, .structure([long, long], count: 3)) })
        #expect(
            refuses(.mismatch) {
                _ = try Column(type, .structure([long, Column(.string, values: ["", ""])], count: 2))
            }
        )
    }

    @Test(
        "Offsets that do not ascend from 0 to the end",
        arguments: [[], [1, 2], [0], [0, 3], [0, 2, 1, 2], [0, -1, 2]]
    )
    func offsets(offsets: [Int32]) throws {
        let elements = try Column(.long, values: [1, 2])
        let list = DataType.list(element: .long, containsNull: true)
        let map = DataType.map(key: .long, value: .long, valueContainsNull: true)
        #expect(refuses(.mismatch) { _ = try Column(list, .list(offsets: offsets, elements: elements)) })
        #expect(refuses(.mismatch) { _ = try Column(map, .map(offsets: offsets, keys: elements, values: elements)) })
        #expect(refuses(.mismatch) { _ = try ByteVector(offsets: offsets, pool: [1, 2]) })
    }

    @Test("Elements of another type, keys and values of different number")
    func elements() throws {
        let (one, two) = (try Column(.long, values: [1]), try Column(.long, values: [1, 2]))
        let list = DataType.list(element: .integer, containsNull: true)
        let map = DataType.map(key: .long, value: .long, valueContainsNull: true)
        #expect(refuses(.mismatch) { _ = try Column(list, .list(offsets: [0, 1], elements: one)) })
        #expect(refuses(.mismatch) { _ = try Column(map, .map(offsets: [0, 1], keys: one, values: two)) })
    }

    @Test(
        "A boxed value that does not fit its type",
        arguments: [
            (.byte, 128), (.byte, -129), (.short, 32768), (.integer, 2_147_483_648), (.integer, "1"), (.string, 1),
            (.boolean, 1), (.long, .double(1)), (.date, .timestamp(0)), (.timestamp, .timestampNTZ(0)), (.binary, "a"),
            (.decimal(precision: 3, scale: 1), .decimal(unscaled: 1234, scale: 1)),
            (.decimal(precision: 3, scale: 1), .decimal(unscaled: 125, scale: 2)),
            (.decimal(precision: 3, scale: 1), 100), (.decimal(precision: 3, scale: 1), .double(1)),
            (.decimal(precision: 3, scale: 1), .decimal(unscaled: 1, scale: .max)),
            (.decimal(precision: 3, scale: 1), .decimal(unscaled: 1, scale: .min)),
            (.list(element: .long, containsNull: true), 1),
        ] as [(DataType, Value)]
    )
    func values(type: DataType, value: Value) {
        #expect(refuses(.outOfRange) { _ = try Column(type, values: [value]) })
    }

    @Test("Boxed structures and maps whose parts do not add up")
    func parts() {
        let type = DataType.structure([Field("a", .long), Field("b", .long)])
        let map = DataType.map(key: .long, value: .long, valueContainsNull: true)
        #expect(refuses(.mismatch) { _ = try Column(type, values: [.structure([1])]) })
        #expect(refuses(.mismatch) { _ = try Column(map, values: [.map(keys: [1, 2], values: [1])]) })
        var builder = ColumnBuilder(type)
        builder.children[0].append(Int64(1))
        #expect(refuses(.mismatch) { try builder.appendNested() })
    }

    @Test("A builder whose parts were taken away stops the program, before anything is read beyond its end")
    func partsTakenAway() async {
        await #expect(processExitsWith: .failure) {
            var builder = ColumnBuilder(.structure([Field("a", .long)]))
            builder.children[0].append(Int64(1))
            try builder.appendNested()
            _ = builder.children[0].finish()
            _ = builder.finish()
        }
        await #expect(processExitsWith: .failure) {
            var builder = ColumnBuilder(.list(element: .long, containsNull: true))
            builder.children[0].append(Int64(1))
            try builder.appendNested()
            _ = builder.children[0].finish()
            _ = builder.finish()
        }
    }

    @Test("A boxed value is widened where nothing is lost")
    func widening() throws {
        #expect(
            try Column(.decimal(precision: 5, scale: 2), values: [.decimal("1.5"), 7]).boxed == [
                .decimal("1.50"), .decimal("7.00"),
            ]
        )
        #expect(try Column(.double, values: [7]).boxed == [.double(7)])
        #expect(try Column(.float, values: [.double(0.5)]).boxed == [.float(0.5)])
    }
}

@Suite("Vectors of bytes")
struct ByteVectorTests {
    @Test("Elements come back as they were appended, by every way of appending")
    func appending() throws {
        var vector = ByteVector()
        try vector.append("é")
        try vector.append([1, 2, 3] as [UInt8])
        try vector.append([9, 8, 7, 6][1...2] as ArraySlice<UInt8>)
        vector.appendEmpty()
        try [UInt8]([5]).withUnsafeBytes { try vector.append($0) }
        #expect(vector.count == 5)
        #expect((0..<5).map { Array(vector[$0]) } == [[0xC3, 0xA9], [1, 2, 3], [8, 7], [], [5]])
        #expect(vector.string(at: 0) == "é")
        #expect(vector.string(at: 2) == "\u{8}\u{7}")

        var copy = try ByteVector(offsets: [0, 1], pool: [42])
        try copy.append(vector, 1..<4)
        try copy.append(vector, 2..<2)
        #expect((0..<copy.count).map { Array(copy[$0]) } == [[42], [1, 2, 3], [8, 7], []])
        copy.removeAll()
        #expect(copy == ByteVector())
    }

    @Test("Bytes that are not UTF-8 are repaired in texts")
    func repair() throws {
        let vector = try ByteVector(offsets: [0, 2], pool: [0x61, 0xFF])
        #expect(vector.string(at: 0) == "a\u{FFFD}")
    }
}
