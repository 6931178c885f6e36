import Columnar

@testable import CDCCore

/// Change rows for tests, as short as can be written.
struct Change {
    var operation: Int32
    var key: Value
    var text: Value
    var large: Value
    var mask: [UInt8]?
    var start = LSN(high: 1, low: 1)
    var command: Int32 = 1
    var sequence = LSN(high: 1, low: 1)

    static func insert(_ key: Value, _ text: Value, _ large: Value = nil) -> Change {
        Change(operation: 2, key: key, text: text, large: large, mask: [7])
    }

    static func delete(_ key: Value) -> Change { Change(operation: 1, key: key, text: nil, large: nil, mask: [7]) }

    static func before(_ key: Value, mask: [UInt8]? = [2]) -> Change {
        Change(operation: 3, key: key, text: "before", large: nil, mask: mask)
    }

    /// The row after an update of the column `text` alone, or, with `large`, of the large object as well.
    static func after(_ key: Value, _ text: Value) -> Change {
        Change(operation: 4, key: key, text: text, large: nil, mask: [2])
    }
    static func after(_ key: Value, _ text: Value, large: Value) -> Change {
        Change(operation: 4, key: key, text: text, large: large, mask: [6])
    }

    static let table = SourceTable(
        "dbo.t",
        schema: [Field("id", .long, isNullable: false), Field("text", .string), Field("large", .string)],
        key: ["id"],
        largeObjects: ["large"]
    )

    static func batch(_ changes: [Change], schema: Schema = table.schema) throws -> RecordBatch {
        try RecordBatch(
            ChangeColumns.schema(capturing: schema),
            rows: changes.map { change in
                [
                    .binary(change.start.bytes), .integer(Int64(change.command)), .binary(change.sequence.bytes),
                    .integer(Int64(change.operation)), change.mask.map { .binary($0) } ?? .null, .timestamp(5),
                    change.key, change.text, change.large,
                ]
            }
        )
    }
}
