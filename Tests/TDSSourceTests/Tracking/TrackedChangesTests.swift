import CDCCore
import Columnar
import Testing

@testable import TDSSource

@Suite("Rows of CHANGETABLE become changes")
struct TrackedChangesTests {
    private static let columns: Schema = [Field("", .long), Field("", .integer), Field("", .integer)]

    @Test("a key whose row is gone meanwhile is a delete, and is told")
    func missingRow() throws {
        var changes = TrackedChanges(schema: [Field("id", .integer)], table: "dbo.t", commitTime: 7)
        let whole = try changes.next(RecordBatch(Self.columns, rows: [[3, 2, 1], [3, 4, 2], [4, 1, 3]]))
        #expect(!whole.hasMissingRows)
        let torn = try changes.next(RecordBatch(Self.columns, rows: [[5, 0, 4]]))
        #expect(torn.hasMissingRows)
        #expect(
            try torn.changes.selecting([ChangeColumns.operation, "id", ChangeColumns.commitTime]).rows == [
                [1, 4, .timestamp(7)]
            ]
        )
    }

    @Test("the query marks such a key, whatever was done to it but a delete")
    func query() {
        let id = SourceColumn(
            name: "i]d",
            type: "int",
            maxLength: 4,
            precision: 10,
            scale: 0,
            isNullable: false,
            isComputed: false
        )
        let table = TrackedTable(name: "dbo.t", objectID: 1, columns: [id], key: [id])
        #expect(
            table.changes(after: 1, through: 2).text.contains(
                "CASE WHEN c.SYS_CHANGE_OPERATION = N'D' THEN 1 WHEN t.[i]]d] IS NULL THEN 0 WHEN"
            )
        )
    }
}
