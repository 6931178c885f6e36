public import Columnar

/// The columns that a batch of changes has before the captured ones, named and typed as in SQL Server's change tables.
public enum ChangeColumns {
    /// The commit LSN of the transaction, ten bytes.
    public static let startLSN = "__$start_lsn"
    /// The order of the statements in a transaction.
    public static let commandID = "__$command_id"
    /// The sequence of the change in its transaction, ten bytes.
    public static let sequence = "__$seqval"
    /// A ``ChangeOperation``.
    public static let operation = "__$operation"
    /// Which of the captured columns were touched: see ``UpdateMask``.
    public static let updateMask = "__$update_mask"
    /// When the transaction committed, by the source's clock, in UTC.
    public static let commitTime = "__$commit_time"

    /// The system columns, in their order.
    public static let fields = [
        Field(startLSN, .binary, isNullable: false),
        Field(commandID, .integer, isNullable: false),
        Field(sequence, .binary, isNullable: false),
        Field(operation, .integer, isNullable: false),
        Field(updateMask, .binary),
        Field(commitTime, .timestamp, isNullable: false),
    ]

    /// How many columns stand before the captured ones.
    public static let count = 6

    /// The schema of batches of changes of a table: system columns, then the captured ones, which may all be null there,
    /// as they may in a change table.
    public static func schema(capturing captured: Schema) -> Schema {
        Schema(fields + captured.fields.map { Field($0.name, $0.type, isNullable: true, metadata: $0.metadata) })
    }
}
