import Columnar

/// Changes in the order of their positions, seen key by key: which is the last of its key, and which of the others still
/// says something that the last one leaves out.
struct KeyedChanges {
    let changes: RecordBatch
    let table: SourceTable
    let operations: [Int32]
    /// The rows that are the last of their keys.
    let lastRows: Bitmap
    /// For each row the last one with its key.
    private let lastOfKey: [Int32]
    private let movedKeys: Bitmap

    /// - Parameter movedKeys: see ``movedKeys(in:table:)``; looked for among the changes where it is not given.
    /// - Throws: ``CDCError`` with code `nullKey`, or `stagedFileCorrupt` where the changes lack their system columns.
    init(_ changes: RecordBatch, movedKeys: Bitmap? = nil, table: SourceTable) throws {
        self.changes = changes
        self.table = table
        operations = try Self.operations(of: changes, table: table)
        try Self.checkKeys(of: changes, table: table)
        let index = try KeyIndex(table.key.map { try changes.column($0) })
        lastRows = index.lastRows
        if table.largeObjectOrdinals.isEmpty {
            lastOfKey = []
            self.movedKeys = Bitmap()
        } else {
            lastOfKey = try index.find(index.keys)
            self.movedKeys = try movedKeys ?? Self.movedKeys(in: changes, table: table)
        }
    }

    // MARK: Large objects

    /// Where the value of a large object comes from, for the last row of a key.
    enum Origin: Equatable {
        /// No change of the key touched it: the table has it.
        case table
        /// The row that touched it last.
        case row(Int)
        /// The row that got its key by this update, which left the value out: nobody says where it is.
        case unknown(since: Int)
    }

    /// For each row that is the last of its key, where the value of a large object comes from; `table` for all others.
    ///
    /// - Parameter ordinal: The column's place in the table, from 0.
    func origins(ofColumn ordinal: Int) throws -> [Origin] {
        let column = changes.columns[ChangeColumns.count + ordinal]
        let masks = try changes.column(ChangeColumns.updateMask)
        guard let maskVector = masks.values.bytes else {
            throw CDCError(.stagedFileCorrupt, "staged changes lack their update masks", table: table.name)
        }
        var origins = [Origin](repeating: .table, count: changes.rowCount)
        for (row, operation) in operations.enumerated()
        where operation == ChangeOperation.insert.rawValue || operation == ChangeOperation.updateAfter.rawValue {
            let isUntouched =
                operation == ChangeOperation.updateAfter.rawValue && column.isNull(at: row) && !masks.isNull(at: row)
                && !UpdateMask.isSet(ordinal + 1, in: maskVector[row])
            if !isUntouched {
                origins[Int(lastOfKey[row])] = .row(row)
            } else if movedKeys[row] {
                origins[Int(lastOfKey[row])] = .unknown(since: row)
            }
        }
        return origins
    }

    // MARK: Superseded changes

    /// The rows without which the net effect would be another one, whatever changes follow: the last of each key, and of
    /// each large object the one that decides about its value.
    func neededRows() throws -> Bitmap {
        var needed = lastRows
        for ordinal in table.largeObjectOrdinals {
            for origin in try origins(ofColumn: ordinal) {
                switch origin {
                case .table: break
                case .row(let row), .unknown(let row): needed[row] = true
                }
            }
        }
        return needed
    }

    // MARK: Pieces

    /// The rows after an update whose key is not that of the row before it, which must stand right before them.
    static func movedKeys(in changes: RecordBatch, table: SourceTable) throws -> Bitmap {
        let operations = try operations(of: changes, table: table)
        try checkKeys(of: changes, table: table)
        let index = try KeyIndex(table.key.map { try changes.column($0) })
        let lastOfKey = try index.find(index.keys)
        var moved = Bitmap(repeating: false, count: changes.rowCount)
        for row in operations.indices.dropFirst()
        where operations[row] == ChangeOperation.updateAfter.rawValue
            && operations[row - 1] == ChangeOperation.updateBefore.rawValue && lastOfKey[row] != lastOfKey[row - 1]
        {
            moved[row] = true
        }
        return moved
    }

    private static func operations(of changes: RecordBatch, table: SourceTable) throws -> [Int32] {
        guard let operations = try changes.column(ChangeColumns.operation).values.int32 else {
            throw CDCError(.stagedFileCorrupt, "staged changes lack their operations", table: table.name)
        }
        return operations
    }

    private static func checkKeys(of changes: RecordBatch, table: SourceTable) throws {
        for name in table.key where try changes.column(name).nullCount > 0 {
            throw CDCError(.nullKey, "the key column '\(name)' of a change is NULL", table: table.name)
        }
    }
}

extension SourceTable {
    /// The places of the columns that are large objects, from 0.
    var largeObjectOrdinals: [Int] { schema.fields.indices.filter { largeObjects.contains(schema.fields[$0].name) } }
}
