import CDCCore
import Columnar
import Testing

@testable import TDSSource

@Suite("Update masks in the order of the columns that are read")
struct MaskOrderTests {
    private func column(_ name: String) -> SourceColumn {
        SourceColumn(
            name: name,
            type: "int",
            maxLength: 4,
            precision: 10,
            scale: 0,
            isNullable: true,
            isComputed: false
        )
    }

    /// What becomes of a mask of an instance, whose bits are in the order of `captured`.
    private func mask(_ mask: Value, of captured: [String], reading read: [String]) throws -> Value {
        let instance = CaptureInstance(
            name: "dbo_t",
            changeTableID: 2,
            sourceTableID: 1,
            startLSN: .zero,
            columns: captured.map(column)
        )
        let batch = try RecordBatch([Field(ChangeColumns.updateMask, .binary)], rows: [[mask]])
        return try MaskOrder(of: instance, reading: read.map(column)).apply(to: batch).rows[0][0]
    }

    @Test("a column that is captured and not read, as computed ones are, moves the bits behind it")
    func leftOut() throws {
        let captured = ["id", "computed", "a", "b"]
        #expect(try mask(.binary([0b1101]), of: captured, reading: ["id", "a", "b"]) == .binary([0b111]))
        #expect(try mask(.binary([0b0100]), of: captured, reading: ["id", "a", "b"]) == .binary([0b010]))
        #expect(try mask(.binary([0b1010]), of: captured, reading: ["id", "a", "b"]) == .binary([0b100]))
    }

    @Test("a column that an older instance does not capture was not touched, as far as it knows")
    func notCaptured() throws {
        #expect(try mask(.binary([0b11]), of: ["id", "a"], reading: ["id", "new", "a"]) == .binary([0b101]))
    }

    @Test("more than eight columns: the last byte holds the first ones")
    func manyBytes() throws {
        let columns = (1...10).map { "c\($0)" }
        let read = Array(columns.dropFirst())
        #expect(try mask(.binary([0b10, 0b1]), of: columns, reading: read) == .binary([0b1, 0]))
        #expect(try mask(.binary([0b10, 0b1]), of: columns, reading: columns) == .binary([0b10, 0b1]))
    }

    @Test("where there is no mask there is none afterwards")
    func null() throws {
        #expect(try mask(.null, of: ["id", "a"], reading: ["a"]) == .null)
    }
}
