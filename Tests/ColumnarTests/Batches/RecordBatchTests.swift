import Columnar
import Testing

@Suite("Batches")
struct RecordBatchTests {
    static let schema: Schema = [
        Field("id", .long, isNullable: false), Field("name", .string),
        Field("tags", .list(element: .string, containsNull: true)),
    ]
    static let rows: [[Value]] = [[1, "a", .list(["x", nil])], [2, nil, .list([])], [3, "c", nil]]

    @Test("Rows come back as they were")
    func rows() throws {
        let batch = try RecordBatch(Self.schema, rows: Self.rows)
        #expect(batch.rowCount == 3)
        #expect(batch.rows == Self.rows)
        #expect(batch.row(1) == Self.rows[1])
        #expect(try batch.column("name").boxed == ["a", nil, "c"])
        #expect(batch.byteCount == batch.columns.reduce(0) { $0 + $1.byteCount })
    }

    @Test("Batches are sliced, filtered, taken from and put together like columns")
    func kernels() throws {
        let batch = try RecordBatch(Self.schema, rows: Self.rows)
        #expect(try batch.slice(1..<3).rows == Array(Self.rows[1...]))
        #expect(try batch.slice(0..<3).rows == Self.rows)
        #expect(try batch.filter(Bitmap([true, false, true])).rows == [Self.rows[0], Self.rows[2]])
        #expect(try batch.take([2, 0, 2]).rows == [Self.rows[2], Self.rows[0], Self.rows[2]])
        #expect(try RecordBatch.concatenate([batch, .empty(Self.schema), batch]).rows == Self.rows + Self.rows)
        let runs = [RowRun(source: 1, rows: 2..<3), RowRun(source: 0, rows: 0..<2)]
        #expect(
            try RecordBatch.assembling(runs, from: [batch, batch]).rows == [Self.rows[2], Self.rows[0], Self.rows[1]]
        )
    }

    @Test("An empty batch has columns without rows")
    func empty() throws {
        let batch = RecordBatch.empty(Self.schema)
        #expect(batch.rowCount == 0 && batch.columns.count == 3)
        #expect(try batch.slice(0..<0).rows.isEmpty)
        #expect(try batch.filter(Bitmap()).rows.isEmpty)
        #expect(try batch.take([]).rows.isEmpty)
        #expect(try RecordBatch.concatenate([batch, batch]).rowCount == 0)
    }

    @Test("A batch without columns still has rows")
    func withoutColumns() throws {
        let batch = try RecordBatch([], [], rowCount: 5)
        #expect(batch.rowCount == 5)
        #expect(try RecordBatch.concatenate([batch, batch]).rowCount == 10)
        #expect(try RecordBatch(Self.schema, rows: Self.rows).selecting([]).rowCount == 3)
        #expect(try batch.slice(1..<3).rowCount == 2)
        #expect(throws: ColumnarError.self) { try batch.slice(3..<6) }
        #expect(throws: ColumnarError.self) { try batch.take([5]) }
        #expect(throws: ColumnarError.self) { try RecordBatch([], [], rowCount: -1) }
    }

    @Test("Named columns, in the order of the names")
    func selecting() throws {
        let batch = try RecordBatch(Self.schema, rows: Self.rows).selecting(["name", "id"])
        #expect(batch.schema.fields.map(\.name) == ["name", "id"])
        #expect(batch.rows == [["a", 1], [nil, 2], ["c", 3]])
    }

    @Test("Columns that are not the schema's are refused")
    func refusals() throws {
        let id = try Column(.long, values: [1])
        let schema: Schema = [Field("id", .long)]
        let mismatch = { (error: any Error) in (error as? ColumnarError)?.code == .mismatch }
        #expect(performing: { try RecordBatch(schema, []) }, throws: mismatch)
        #expect(performing: { try RecordBatch(schema, [id, id]) }, throws: mismatch)
        #expect(performing: { try RecordBatch(schema, [Column(.integer, values: [1])]) }, throws: mismatch)
        #expect(performing: { try RecordBatch(schema, [id], rowCount: 2) }, throws: mismatch)
        #expect(performing: { try RecordBatch(schema, rows: [[1, 2]]) }, throws: mismatch)
        #expect(performing: { try RecordBatch.concatenate([]) }, throws: mismatch)
        let batch = try RecordBatch(schema, [id])
        #expect(performing: { try batch.slice(0..<2) }, throws: mismatch)
        #expect(performing: { try batch.filter(Bitmap([true, true])) }, throws: mismatch)
        #expect(
            performing: { try RecordBatch.concatenate([batch, RecordBatch(Self.schema, rows: [])]) },
            throws: mismatch
        )
    }

    @Test("A column that is not there is named, with those that are")
    func unknownColumn() throws {
        let batch = try RecordBatch(Self.schema, rows: [])
        #expect(throws: ColumnarError(.unknownColumn, "there is no column 'ID'; there are: id, name, tags")) {
            try batch.column("ID")
        }
        #expect(throws: ColumnarError.self) { try batch.selecting(["id", "nope"]) }
        #expect(Self.schema.index(of: "name") == 1)
        #expect(Self.schema["tags"]?.type == .list(element: .string, containsNull: true))
        #expect(Self.schema["Name"] == nil)
    }

    @Test("A builder hands out batch after batch")
    func builder() throws {
        var builder = RecordBatchBuilder([Field("a", .long), Field("b", .boolean)])
        builder.reserveCapacity(4)
        for round in 0..<2 {
            builder.columns[0].append(Int64(round))
            builder.columns[1].appendNull()
            #expect(builder.rowCount == 1)
            #expect(try builder.finish().rows == [[.integer(Int64(round)), nil]])
        }
        #expect(try builder.finish().rowCount == 0)
    }

    @Test("Rows that are incomplete are an error with a name")
    func incompleteRows() {
        var builder = RecordBatchBuilder([Field("a", .long), Field("b", .boolean)])
        builder.columns[0].append(1 as Int64)
        #expect(performing: { try builder.finish() }, throws: { ($0 as? ColumnarError)?.code == .mismatch })
    }
}
