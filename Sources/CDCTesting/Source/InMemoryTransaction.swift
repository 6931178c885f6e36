public import CDCCore
public import Columnar

/// A transaction of an ``InMemorySource``. Each call is a statement: it sees what those before it did.
public struct InMemoryTransaction {
    var database: InMemoryDatabase
    private(set) var changes: [Change] = []
    private var command: Int32 = 0

    /// What to put back, in reverse, where the transaction is rolled back.
    private var undo: [Undo] = []

    private struct Undo {
        var table: TableName
        var key: [Value]
        /// The row that was there; `nil` where there was none.
        var row: [Value]?
        /// The part of the table in which it was, where it is to be put back there.
        var part: Int?
    }

    /// Takes the database out of its place, so that changing it copies nothing.
    init(taking database: inout InMemoryDatabase) {
        self.database = database
        database = InMemoryDatabase()
    }

    /// Makes everything as it was before the transaction.
    mutating func rollBack() throws {
        changes = []
        try undo(downTo: 0)
    }

    private mutating func undo(downTo count: Int) throws {
        while undo.count > count, let step = undo.popLast() {
            if let row = step.row {
                try database.tables[step.table]?.put(row, part: step.part)
            } else {
                try database.tables[step.table]?.remove(step.key)
            }
        }
    }

    /// Runs a statement: all of it, or where it throws, nothing. The transaction may go on without it.
    private mutating func statement(_ body: (inout InMemoryTransaction) throws -> Void) throws {
        let (undoCount, changeCount) = (undo.count, changes.count)
        command += 1
        do { try body(&self) } catch {
            command -= 1
            changes.removeLast(changes.count - changeCount)
            try undo(downTo: undoCount)
            throw error
        }
    }

    /// A row of a change table to be.
    struct Change {
        var table: TableName
        var operation: ChangeOperation
        var command: Int32
        var row: [Value]
        var mask: [UInt8]
        /// Pairs the rows before and after an update.
        var sequence: Int
    }

    /// A row by its key, column by column; `nil` where there is none.
    public func row(_ table: TableName, key: [Value]) throws -> [String: Value]? {
        let stored = try database.table(table)
        guard let row = try stored.row(key) else { return nil }
        return Dictionary(zip(stored.definition.schema.fields.map(\.name), row), uniquingKeysWith: { $1 })
    }

    /// Inserts a row; columns that are not given are NULL.
    public mutating func insert(_ table: TableName, _ values: [String: Value]) throws {
        let definition = try database.table(table).definition
        let row = try complete(definition, definition.schema.fields.map { _ in .null }, values)
        try statement { try $0.insert(definition, row) }
    }

    /// Updates the row with the given key.
    public mutating func update(_ table: TableName, key: [Value], set values: [String: Value]) throws {
        let definition = try database.table(table).definition
        guard let old = try database.table(table).row(key) else { throw missing(table, key) }
        let new = try complete(definition, old, values)
        let changesKey = try database.table(table).key(of: new) != database.table(table).key(of: old)
        try statement {
            if changesKey {
                // A change of the key is logged as a delete and an insert.
                try $0.remove(definition, old)
                try $0.insert(definition, new)
            } else {
                try $0.replace(definition, old, by: new, touching: Set(values.keys))
            }
        }
    }

    /// Deletes the row with the given key.
    public mutating func delete(_ table: TableName, key: [Value]) throws {
        let definition = try database.table(table).definition
        guard let row = try database.table(table).row(key) else { throw missing(table, key) }
        try statement { try $0.remove(definition, row) }
    }

    // MARK: Pieces

    /// Updates a row that keeps its key.
    private mutating func replace(
        _ definition: SourceTable,
        _ old: [Value],
        by new: [Value],
        touching names: Set<String>
    ) throws {
        let table = definition.name
        try checkParents(definition, new)
        let touched = definition.schema.fields.enumerated().filter { names.contains($0.element.name) }.map(\.offset)
        let mask = UpdateMask.encode(touched.map { $0 + 1 }, columnCount: definition.schema.count)
        var before = old
        var after = new
        for (place, field) in definition.schema.fields.enumerated() where definition.largeObjects.contains(field.name) {
            before[place] = .null
            if !touched.contains(place) { after[place] = .null }
        }
        let sequence = changes.count
        undo.append(Undo(table: table, key: try database.table(table).key(of: old), row: old))
        try database.tables[table]?.put(new)
        changes.append(
            Change(
                table: table,
                operation: .updateBefore,
                command: command,
                row: before,
                mask: mask,
                sequence: sequence
            )
        )
        changes.append(
            Change(table: table, operation: .updateAfter, command: command, row: after, mask: mask, sequence: sequence)
        )
    }

    private mutating func insert(_ table: SourceTable, _ row: [Value]) throws {
        let key = try database.table(table.name).key(of: row)
        if key.contains(.null) {
            throw InMemoryError(code: .nullValue, table: table.name, message: "a key cannot be NULL")
        }
        if try database.table(table.name).row(key) != nil {
            throw InMemoryError(code: .duplicateKey, table: table.name, message: "there is a row with the key \(key)")
        }
        try checkParents(table, row)
        undo.append(Undo(table: table.name, key: key, row: nil))
        try database.tables[table.name]?.put(row)
        append(table, .insert, row)
    }

    private mutating func remove(_ table: SourceTable, _ row: [Value]) throws {
        let key = try database.table(table.name).key(of: row)
        for (name, other) in database.tables {
            for foreign in other.definition.foreignKeys where foreign.references == table.name {
                // A row may refer to itself; that binds nobody.
                let itself = name == table.name ? key : nil
                guard try !other.contains(key, in: foreign.columns, except: itself) else {
                    throw InMemoryError(
                        code: .foreignKey,
                        table: table.name,
                        message: "rows of \(name) refer to the row with the key \(key)"
                    )
                }
            }
        }
        let part = try database.tables[table.name]?.remove(key)
        undo.append(Undo(table: table.name, key: key, row: row, part: part))
        var image = row
        for (place, field) in table.schema.fields.enumerated() where table.largeObjects.contains(field.name) {
            image[place] = .null
        }
        append(table, .delete, image)
    }

    private mutating func append(_ table: SourceTable, _ operation: ChangeOperation, _ row: [Value]) {
        let mask = UpdateMask.encode(1...table.schema.count, columnCount: table.schema.count)
        changes.append(
            Change(
                table: table.name,
                operation: operation,
                command: command,
                row: row,
                mask: mask,
                sequence: changes.count
            )
        )
    }

    private func complete(_ table: SourceTable, _ row: [Value], _ values: [String: Value]) throws -> [Value] {
        var row = row
        for (name, value) in values {
            guard let place = table.schema.index(of: name) else {
                throw InMemoryError(code: .unknownColumn, table: table.name, message: "there is no column '\(name)'")
            }
            // Through a column of the type and back, so that what is kept is what the type makes of it.
            row[place] = try Column(table.schema.fields[place].type, values: [value]).value(at: 0)
        }
        for (field, value) in zip(table.schema.fields, row) where !field.isNullable && value.isNull {
            throw InMemoryError(code: .nullValue, table: table.name, message: "column '\(field.name)' cannot be NULL")
        }
        return row
    }

    private func checkParents(_ table: SourceTable, _ row: [Value]) throws {
        for key in table.foreignKeys {
            let values = key.columns.compactMap { name in table.schema.index(of: name).map { row[$0] } }
            if values.contains(.null) { continue }
            if key.references == table.name, try database.table(table.name).refersToItself(row, values) { continue }
            guard try database.table(key.references).row(values) != nil else {
                throw InMemoryError(
                    code: .foreignKey,
                    table: table.name,
                    message: "there is no row of \(key.references) with the key \(values)"
                )
            }
        }
    }

    private func missing(_ table: TableName, _ key: [Value]) -> InMemoryError {
        InMemoryError(code: .missingRow, table: table, message: "there is no row with the key \(key)")
    }
}

extension InMemoryTransaction.Change {
    /// Appends the change as a row of its change table. The values fit their columns: they came through columns before.
    func append(to builder: inout RecordBatchBuilder, lsn: LSN, sequence: LSN, time: Int64) {
        let system: [Value] = [
            .binary(lsn.bytes), .integer(Int64(command)),
            .binary(sequence.bytes), .integer(Int64(operation.rawValue)), .binary(mask), .timestamp(time),
        ]
        for (place, value) in (system + row).enumerated() {
            do { try builder.columns[place].append(value) } catch {
                preconditionFailure("a value of a change does not fit its column: \(error)")
            }
        }
    }
}
