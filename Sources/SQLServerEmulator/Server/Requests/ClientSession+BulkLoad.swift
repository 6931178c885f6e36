#if Emulator
import TDSWire
import TSQL

/// Rows that come in a stream of their own.
///
/// Source: MS-TDS 2.2.6.1.
extension ClientSession {
    /// Inserts the rows of a bulk load.
    func load(_ body: [UInt8], _ session: Session) {
        session.answering { () throws in
            guard let target = bulkTarget else {
                throw SQLError(
                    4002,
                    "The incoming tabular data stream (TDS) protocol stream is incorrect. No INSERT BULK came before it.",
                    severity: 20
                )
            }
            bulkTarget = nil
            var rows: [[(SQLValue, SQLType)]] = []
            do {
                var reader = TokenReader(body, kind: .bulkLoad)
                while let token = try reader.next() {
                    guard case .row(let row) = token else { continue }
                    var values: [(SQLValue, SQLType)] = []
                    for (value, column) in zip(try row.values(), row.columns.descriptions) {
                        values.append(try value.sqlValue(column.type))
                    }
                    rows.append(values)
                }
            } catch let error as TDSWireError {
                throw SQLError(4004, "The rows of a bulk load are not in order: \(error)", severity: 20)
            }
            let count = try session.load(rows, into: target)
            session.finish(.insert, count)
        }
    }
}

extension InsertBulkStatement {
    /// The statement, where the text is one `INSERT BULK` and nothing else.
    init?(_ text: String, _ session: Session) {
        guard text.drop(while: \.isWhitespace).prefix(6).lowercased() == "insert" else { return nil }
        guard let batch = try? session.parse(text), case .insertBulk(let statement)? = batch.statements.first?.kind
        else { return nil }
        self = statement
    }
}

extension Session {
    /// Inserts rows whose values are those of the statement's columns.
    ///
    /// - Returns: How many.
    func load(_ rows: [[(SQLValue, SQLType)]], into statement: InsertBulkStatement) throws(SQLError) -> Int64 {
        if statement.options.contains(where: { $0.name == "FIRE_TRIGGERS" }) {
            throw SQLError.unsupported("INSERT BULK … FIRE_TRIGGERS")
        }
        let keepsIdentity = statement.options.contains { $0.name == "KEEP_IDENTITY" }
        let changes = try writing { () throws(SQLError) -> Int in
            recorder.willBeginStatement(self)
            let table = try target(DataTarget(name: .name(statement.table), line: 1), for: ["INSERT"])
            let columns = try statement.columns.map { (column) throws(SQLError) in
                guard let found = table.column(column.name) else {
                    throw SQLError(207, "Invalid column name '\(column.name)'.")
                }
                return found
            }
            let writer = TableWriter(table, session: self, statement: "INSERT BULK")
            for values in rows {
                guard values.count == columns.count else {
                    throw SQLError(4816, "Invalid column type from bcp client for colid \(values.count).")
                }
                try writer.insert(try row(values, columns, of: table, keepsIdentity: keepsIdentity))
            }
            try writer.finish()
            return writer.changes.count
        }
        return Int64(changes)
    }

    private func row(
        _ values: [(SQLValue, SQLType)],
        _ columns: [TableColumn],
        of table: TableObject,
        keepsIdentity: Bool
    ) throws(SQLError) -> [StoredValue] {
        var row: [StoredValue] = []
        for column in table.columns {
            let place = columns.firstIndex { $0.id == column.id }
            if let identity = column.identity, place == nil || !keepsIdentity {
                let next = SQLValue.integer(server.nextIdentity(of: table.storage, identity))
                row.append(try column.type.encode(try Conversion.convert(next, from: .bigint, to: column.type)))
            } else if column.type == .rowversion {
                row.append(.blob(newRowVersion()))
            } else if let place {
                let (value, type) = values[place]
                if column.identity != nil, case .integer(let number) = value {
                    server.noteIdentity(
                        max(number, server.lastIdentity(of: table.storage) ?? number),
                        of: table.storage
                    )
                }
                row.append(
                    value.isNull
                        ? .null
                        : try column.type.encode(
                            try Conversion.assign(
                                value,
                                from: type,
                                to: column.type,
                                table: "\(databaseName).\(table.schema).\(table.name)",
                                column: column.name,
                                settings: conversionSettings
                            )
                        )
                )
            } else {
                row.append(try defaultValue(of: column))
            }
        }
        return row
    }
}
#endif
