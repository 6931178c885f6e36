import CDCCore
import Columnar

/// The changes of one capture instance in a range of LSNs, a page at a time.
///
/// No connection is held between pages. After each page the instance's low watermark is read again, from the same connection: a
/// clean-up may run between any two statements, and reading a change table says nothing of rows that are gone.
final class ChangeTableCursor: BatchCursor {
    private let query: ChangeTableQuery
    private let watermark: Watermark
    private let maskOrder: MaskOrder
    private let schema: Schema
    private let table: TableName
    private let after: LSN
    private let through: LSN
    private let log: LogReader
    private let rowsPerPage: Int
    private let bytesPerPage: Int
    private var position: ChangePosition?
    private var isAtEnd = false

    init(
        _ query: ChangeTableQuery,
        schema: Schema,
        table: TableName,
        after: LSN,
        through: LSN,
        log: LogReader,
        rowsPerPage: Int,
        bytesPerPage: Int
    ) {
        self.query = query
        watermark = Watermark(query: query, table: table, after: after)
        maskOrder = MaskOrder(of: query.instance, reading: query.columns)
        self.schema = schema
        self.table = table
        self.after = after
        self.through = through
        self.log = log
        self.rowsPerPage = rowsPerPage
        self.bytesPerPage = bytesPerPage
    }

    func next() async throws -> RecordBatch? {
        if isAtEnd { return nil }
        let statement = query.page(after: after, from: position, through: through, rows: rowsPerPage)
        let page: RecordBatch?
        do { page = try await self.page(statement) } catch let error as CDCError
            where error.code == .retentionGap && isSuperseded
        {
            isAtEnd = true
            return nil
        }
        guard let page, page.rowCount > 0 else {
            isAtEnd = true
            return nil
        }
        let batch = try maskOrder.apply(to: page.conforming(to: schema, table: table))
        position = try Self.lastPosition(of: batch)
        return batch
    }

    /// Whether the instance can go, and with it what the newer one has as well: its beginning was read long ago, and nothing came that
    /// it lacks.
    private var isSuperseded: Bool {
        guard let successor = query.successor else { return false }
        return position == nil && after >= successor.startLSN
    }

    private func page(_ statement: Statement) async throws -> RecordBatch? {
        do {
            return try await log.server.page(statement, rows: rowsPerPage, bytes: bytesPerPage) {
                [log, through] connection in
                try await log.check(connection, hasCaptured: through)
            } then: { [watermark] connection in
                try await watermark.check(on: connection)
            }
        } catch let error as CDCError {
            // With the last capture instance the times of the log are gone, too.
            try await watermark.check(on: log.server)
            throw error
        } catch let error as TDSError {
            if error.code == .objectNotFound, query.instance.isReadByFunction { throw watermark.isGone }
            // Where the change table is gone, the catalogue says so better; and the function refuses bounds that the instance does
            // not keep (313) with a text that does not tell.
            let isRefused = error.server?.number == 313
            if error.code == .objectNotFound || isRefused { try await watermark.check(on: log.server) }
            if isRefused { throw refused(error) }
            guard error.code == .permissionDenied else { throw error }
            throw CDCError(
                .accessDenied,
                "the login may not read the changes of table \(table); let an administrator run: "
                    + "GRANT SELECT ON \(query.instance.changeTable) TO the user of this login, or on all of SCHEMA::cdc",
                table: table,
                underlying: error
            )
        }
    }

    /// The function did not take the bounds, although the instance keeps what is wanted.
    private func refused(_ error: TDSError) -> CDCError {
        CDCError(
            .sourceUnavailable,
            "the capture instance '\(query.instance.name)' of table \(table) does not give the changes after LSN \(after) up to "
                + "\(through) now, although it keeps them: a server that took over may not have captured that far",
            table: table,
            lsn: through,
            underlying: error
        )
    }

    private static func lastPosition(of batch: RecordBatch) throws -> ChangePosition? {
        let row = batch.rowCount - 1
        guard case .binary(let start) = try batch.column(ChangeColumns.startLSN).value(at: row),
            let startLSN = LSN(start),
            case .binary(let sequence) = try batch.column(ChangeColumns.sequence).value(at: row),
            let sequenceLSN = LSN(sequence),
            case .integer(let command) = try batch.column(ChangeColumns.commandID).value(at: row),
            case .integer(let operation) = try batch.column(ChangeColumns.operation).value(at: row)
        else { throw TDSError(.unexpectedResult, "a row of a change table lacks its position") }
        return ChangePosition(
            startLSN: startLSN,
            commandID: Int32(clamping: command),
            sequence: sequenceLSN,
            operation: Int32(clamping: operation)
        )
    }
}

extension CDCError {
    static func retentionGap(_ table: TableName, _ instance: CaptureInstance, after: LSN, lowest: LSN) -> CDCError {
        CDCError(
            .retentionGap,
            "the changes of table \(table) after LSN \(after) are wanted, but the capture instance '\(instance.name)' keeps them only from "
                + "\(lowest) on: they were cleaned up. Ask for a full refresh of the table, and give the clean-up job a longer retention",
            table: table,
            lsn: after
        )
    }
}

extension RecordBatch {
    /// The same columns under a schema that says more of them.
    ///
    /// - Throws: ``CDCError`` with code `schemaChanged` where the types are others: the table changed since it was described.
    func conforming(to schema: Schema, table: TableName) throws -> RecordBatch {
        guard columns.count == schema.fields.count else { throw Self.changed(table, "\(columns.count) columns came") }
        var result: [Column] = []
        for (column, field) in zip(columns, schema.fields) {
            guard column.type == field.type else {
                throw Self.changed(table, "column '\(field.name)' came as \(column.type), not as \(field.type)")
            }
            result.append(column)
        }
        return try RecordBatch(schema, result, rowCount: rowCount)
    }

    private static func changed(_ table: TableName, _ problem: String) -> CDCError {
        CDCError(
            .schemaChanged,
            "the columns of table \(table) changed while it was read (\(problem)); ask for a full refresh of the table",
            table: table
        )
    }
}
