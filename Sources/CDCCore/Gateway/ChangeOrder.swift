import Columnar

/// Checks that changes come in the order in which they must be applied, across batches.
struct ChangeOrder {
    private var last: ChangePosition?
    private let after: LSN
    private let through: LSN
    private let table: TableName

    init(table: TableName, after: LSN, through: LSN) {
        self.table = table
        self.after = after
        self.through = through
    }

    /// The first and the last LSN of a batch that continues what came before; `nil` for an empty one.
    ///
    /// - Throws: ``CDCError`` with code `changesOutOfOrder` where it does not, or where a change lies outside the limits.
    mutating func accept(_ batch: RecordBatch) throws -> (first: LSN, last: LSN)? {
        guard batch.rowCount > 0 else { return nil }
        guard let lsns = LSNVector(try batch.column(ChangeColumns.startLSN)),
            let sequences = LSNVector(try batch.column(ChangeColumns.sequence)),
            let commands = try batch.column(ChangeColumns.commandID).values.int32,
            let operations = try batch.column(ChangeColumns.operation).values.int32
        else { throw refusal("a batch of changes lacks its system columns") }
        for row in 0..<batch.rowCount {
            let position = ChangePosition(
                startLSN: lsns[row],
                commandID: commands[row],
                sequence: sequences[row],
                operation: operations[row]
            )
            guard ChangeOperation(rawValue: position.operation) != nil else {
                throw refusal("operation \(position.operation) is none of 1…4")
            }
            if let last, position <= last {
                throw refusal("changes must ascend by (start_lsn, command_id, seqval, operation)")
            }
            last = position
        }
        let (first, end) = (lsns[0], lsns[batch.rowCount - 1])
        guard first > after, end <= through else {
            throw refusal("a change lies outside the range of LSNs that was asked for")
        }
        return (first, end)
    }

    private func refusal(_ problem: String) -> CDCError {
        CDCError(.changesOutOfOrder, "the source's changes cannot be trusted: \(problem)", table: table)
    }
}
