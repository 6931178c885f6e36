import CDCCore
import CDCTesting
import Columnar

/// The table of the change rows that were measured at a SQL Server, and a customer table that it refers to.
enum Orders {
    static let customers = SourceTable(
        "dbo.customers",
        schema: [Field("id", .integer, isNullable: false), Field("boss", .integer)],
        key: ["id"],
        foreignKeys: [ForeignKey(["boss"], references: "dbo.customers")]
    )

    static let orders = SourceTable(
        "dbo.orders",
        schema: [
            Field("id", .integer, isNullable: false), Field("customer", .string),
            Field("amount", .decimal(precision: 18, scale: 4)), Field("notes", .string),
            Field("updated", .timestampNTZ),
        ],
        key: ["id"],
        largeObjects: ["notes"]
    )

    /// Rows that name their order by the order's key.
    static let items = SourceTable(
        "dbo.items",
        schema: [
            Field("order_id", .integer, isNullable: false), Field("line", .integer, isNullable: false),
            Field("ref", .long),
        ],
        key: ["order_id", "line"],
        foreignKeys: [
            ForeignKey(["order_id"], references: "dbo.orders"), ForeignKey(["ref"], references: "dbo.customers"),
        ]
    )

    static func source() throws -> InMemorySource { try InMemorySource(tables: [customers, orders, items]) }
}

/// A source gave rows that are no change rows.
struct OddRows: Error {}

/// A row of a change table, taken apart.
struct ChangeRow: Equatable {
    var start: LSN
    var command: Int32
    var sequence: LSN
    var operation: ChangeOperation
    var mask: [UInt8]
    var time: Int64
    var values: [Value]

    var position: ChangePosition {
        ChangePosition(startLSN: start, commandID: command, sequence: sequence, operation: operation.rawValue)
    }
}

extension InMemorySource {
    /// All changes of a table above `after`.
    func changeRows(_ table: SourceTable, after: LSN = .zero, through: LSN? = nil) async throws -> [ChangeRow] {
        let cursor = try await changes(of: table, after: after, through: through ?? lastLSN)
        var rows: [ChangeRow] = []
        while let batch = try await cursor.next() {
            guard batch.schema == ChangeColumns.schema(capturing: table.schema) else {
                throw OddRows()
            }
            for row in batch.rows {
                guard case .binary(let start) = row[0], case .integer(let command) = row[1],
                    case .binary(let sequence) = row[2],
                    case .integer(let number) = row[3], case .binary(let mask) = row[4],
                    case .timestamp(let time) = row[5],
                    let start = LSN(start), let sequence = LSN(sequence),
                    let operation = ChangeOperation(rawValue: Int32(number))
                else { throw OddRows() }
                rows.append(
                    ChangeRow(
                        start: start,
                        command: Int32(command),
                        sequence: sequence,
                        operation: operation,
                        mask: mask,
                        time: time,
                        values: Array(row[ChangeColumns.count...])
                    )
                )
            }
        }
        return rows
    }

    func allRows(of chunk: SnapshotChunk, _ table: SourceTable) async throws -> [[Value]] {
        let cursor = try await rows(of: chunk, table: table)
        var rows: [[Value]] = []
        while let batch = try await cursor.next() { rows += batch.rows }
        return rows
    }

    func snapshot(_ table: SourceTable) async throws -> [[Value]] {
        var rows: [[Value]] = []
        for chunk in try await snapshotChunks(of: table) { rows += try await allRows(of: chunk, table) }
        return rows
    }
}

func code(_ error: any Error) -> CDCError.Code? { (error as? CDCError)?.code }
func refusal(_ error: any Error) -> InMemoryError.Code? { (error as? InMemoryError)?.code }
