import CDCCore
import Columnar

/// Makes rows of ``TrackedTable/changes(after:through:)`` into rows as a change table has them.
///
/// The version of a row's last change stands for the LSN. Change Tracking keeps no order within a version and does not need one: a
/// key has one change. An update has no row before it, and its mask is NULL, which says that every column was touched: the row
/// is whole.
struct TrackedChanges {
    /// In place of an operation: the key was inserted or updated, and its row is not there.
    static let missingRow: Int32 = 0

    private let schema: Schema
    private let table: TableName
    private let commitTime: Int64
    private var rowCount: Int64 = 0

    /// - Parameters:
    ///   - schema: The table's schema.
    ///   - commitTime: What stands for the time of all changes, because Change Tracking keeps none of them.
    init(schema: Schema, table: TableName, commitTime: Int64) {
        self.schema = ChangeColumns.schema(capturing: schema)
        self.table = table
        self.commitTime = commitTime
    }

    /// The next rows, and whether any of them had lost its row. Such a key was deleted meanwhile, so it becomes a delete.
    mutating func next(_ rows: RecordBatch) throws -> (changes: RecordBatch, hasMissingRows: Bool) {
        guard rows.columns.count >= 2, let versions = rows.columns[0].values.int64,
            var operations = rows.columns[1].values.int32
        else { throw TDSError(.unexpectedResult, "rows of CHANGETABLE lack their version or their operation") }
        var hasMissingRows = false
        for row in operations.indices where operations[row] == Self.missingRow {
            operations[row] = ChangeOperation.delete.rawValue
            hasMissingRows = true
        }
        let first = rowCount + 1
        rowCount += Int64(versions.count)
        let noMasks = ByteVector(trusted: [Int32](repeating: 0, count: versions.count + 1), pool: [])
        let system: [Column] = [
            Self.lsns(versions),
            Column(trusted: .integer, .int32([Int32](repeating: 1, count: versions.count))),
            Self.lsns(first..<rowCount + 1),
            Column(trusted: .integer, .int32(operations)),
            Column(trusted: .binary, .bytes(noMasks), validity: Bitmap(repeating: false, count: versions.count)),
            Column(trusted: .timestamp, .int64([Int64](repeating: commitTime, count: versions.count))),
        ]
        let values = Array(rows.columns.dropFirst(2))
        let came = Schema(ChangeColumns.fields + values.map { Field("", $0.type) })
        let changes = try RecordBatch(came, system + values, rowCount: versions.count)
        return (try changes.conforming(to: schema, table: table), hasMissingRows)
    }

    private static func lsns(_ numbers: some Collection<Int64>) -> Column {
        var pool: [UInt8] = []
        pool.reserveCapacity(numbers.count * LSN.byteCount)
        for number in numbers {
            let lsn = LSN(changeTrackingVersion: number)
            withUnsafeBytes(of: lsn.high.bigEndian) { pool.append(contentsOf: $0) }
            withUnsafeBytes(of: lsn.low.bigEndian) { pool.append(contentsOf: $0) }
        }
        let offsets = (0...numbers.count).map { Int32(truncatingIfNeeded: $0 * LSN.byteCount) }
        return Column(trusted: .binary, .bytes(ByteVector(trusted: offsets, pool: pool)))
    }
}
