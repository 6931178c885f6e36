import Columnar
import Testing

/// Slicing, filtering, taking, concatenating and splicing, compared with the same done to arrays of boxed values.
@Suite("Rows are copied as they are")
struct AssemblingTests {
    struct Subject {
        var column: Column
        var values: [Value]

        init(_ type: DataType, count: Int, nulls: Int, _ random: inout SplitMix) throws {
            values = Sample.values(type, count: count, nulls: nulls, &random)
            column = try Column(type, values: values)
        }
    }

    @Test("slice", arguments: Sample.allTypes)
    func slice(type: DataType) throws {
        var random = SplitMix(seed: 11)
        for nulls in [0, 25] {
            let subject = try Subject(type, count: 200, nulls: nulls, &random)
            for range in [0..<0, 0..<1, 0..<200, 200..<200, 1..<64, 63..<65, 64..<128, 65..<129, 5..<199] {
                #expect(try subject.column.slice(range).boxed == Array(subject.values[range]))
            }
        }
    }

    @Test("A slice of a slice", arguments: Sample.allTypes)
    func sliceOfSlice(type: DataType) throws {
        var random = SplitMix(seed: 12)
        let subject = try Subject(type, count: 150, nulls: 25, &random)
        #expect(try subject.column.slice(20..<120).slice(30..<70).boxed == Array(subject.values[50..<90]))
    }

    @Test("filter", arguments: Sample.allTypes)
    func filter(type: DataType) throws {
        var random = SplitMix(seed: 13)
        for (count, nulls) in [(0, 0), (1, 0), (64, 25), (200, 25), (200, 0)] {
            let subject = try Subject(type, count: count, nulls: nulls, &random)
            for percent in [0, 3, 50, 97, 100] {
                let selection = Bitmap((0..<count).map { _ in Int.random(in: 0..<100, using: &random) < percent })
                let expected = subject.values.indices.filter { selection[$0] }.map { subject.values[$0] }
                #expect(try subject.column.filter(selection).boxed == expected)
            }
        }
    }

    @Test("take, in any order and more than once", arguments: Sample.allTypes)
    func take(type: DataType) throws {
        var random = SplitMix(seed: 14)
        let subject = try Subject(type, count: 100, nulls: 25, &random)
        let rows = (0..<300).map { _ in Int32.random(in: 0..<100, using: &random) }
        #expect(try subject.column.take(rows).boxed == rows.map { subject.values[Int($0)] })
        #expect(try subject.column.take([]).count == 0)
    }

    @Test("concatenate, with nulls in some and in none", arguments: Sample.allTypes)
    func concatenate(type: DataType) throws {
        var random = SplitMix(seed: 15)
        let parts = try [(70, 0), (0, 0), (3, 100), (64, 25), (1, 0)].map { count, nulls in
            try Subject(type, count: count, nulls: nulls, &random)
        }
        #expect(try Column.concatenate(parts.map(\.column)).boxed == parts.flatMap(\.values))
        #expect(try Column.concatenate([parts[0].column]).boxed == parts[0].values)
    }

    @Test("Runs from two columns are spliced", arguments: Sample.allTypes)
    func splice(type: DataType) throws {
        var random = SplitMix(seed: 16)
        for (nullsA, nullsB) in [(0, 0), (25, 0), (0, 25), (25, 25)] {
            let subjects = [
                try Subject(type, count: 150, nulls: nullsA, &random),
                try Subject(type, count: 90, nulls: nullsB, &random),
            ]
            var runs: [RowRun] = []
            var expected: [Value] = []
            for _ in 0..<60 {
                let source = Int.random(in: 0..<2, using: &random)
                let start = Int.random(in: 0...subjects[source].values.count, using: &random)
                let end = Int.random(in: start...min(start + 70, subjects[source].values.count), using: &random)
                runs.append(rows: start..<end, source: source)
                expected += subjects[source].values[start..<end]
            }
            #expect(try Column.assembling(runs, from: subjects.map(\.column)).boxed == expected)
        }
    }

    @Test("Where no row is null in the end, there is no validity")
    func validityVanishes() throws {
        let column = try Column(.long, values: [1, nil, 2])
        #expect(try column.take([0, 2]).validity == nil)
        #expect(try column.take([1]).validity != nil)
    }

    @Test("What does not belong together is refused")
    func refusals() throws {
        let column = try Column(.long, values: [1, 2])
        let mismatch = { (error: any Error) in (error as? ColumnarError)?.code == .mismatch }
        #expect(performing: { try column.slice(1..<3) }, throws: mismatch)
        #expect(performing: { try column.slice(-1..<1) }, throws: mismatch)
        #expect(performing: { try column.take([2]) }, throws: mismatch)
        #expect(performing: { try column.take([-1]) }, throws: mismatch)
        #expect(performing: { try column.filter(Bitmap([true])) }, throws: mismatch)
        #expect(performing: { try Column.concatenate([]) }, throws: mismatch)
        #expect(performing: { try Column.concatenate([column, Column(.integer, values: [1])]) }, throws: mismatch)
        #expect(
            performing: { try Column.assembling([RowRun(source: 1, rows: 0..<1)], from: [column]) },
            throws: mismatch
        )
        #expect(
            performing: { try Column.assembling([RowRun(source: -1, rows: 0..<1)], from: [column]) },
            throws: mismatch
        )
    }
}
