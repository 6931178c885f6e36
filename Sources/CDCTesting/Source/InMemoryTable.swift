import CDCCore
import Columnar

/// The rows of a table of the in-memory database: batches that were loaded, and what transactions changed on top of them.
struct InMemoryTable: Sendable {
    let definition: SourceTable
    /// Batches as they were loaded, each with an index of its keys.
    private var loaded: [Loaded] = []
    /// Rows that transactions inserted or updated, in the order in which they came; `nil` where one was deleted or moved.
    private var written: [Written] = []
    private var writtenPlaces: [[Value]: Int] = [:]
    /// The change table: one batch for each transaction that touched the table.
    var changes: [ChangeSet] = []
    /// The lowest LSN whose changes are still there.
    var lowWaterMark = LSN.zero
    private let keyPlaces: [Int]

    private struct Written: Sendable {
        var row: [Value]?
        /// The part in which a snapshot finds the row: an update does not move it.
        var part: Int
    }

    /// The parts of keys that are gone: a row made again with the same key is found where the old one was, as it would be
    /// in a chunk of a range of keys.
    private var homes: [[Value]: Int] = [:]

    struct Loaded: Sendable {
        var rows: RecordBatch
        var index: KeyIndex
        /// The rows that no transaction has touched; `nil` while that is all of them.
        var untouched: Bitmap?
    }

    struct ChangeSet: Sendable {
        var lsn: LSN
        var rows: RecordBatch
    }

    init(_ definition: SourceTable) throws {
        guard !definition.key.isEmpty else {
            throw InMemoryError(code: .badDefinition, table: definition.name, message: "a table needs a key")
        }
        self.definition = definition
        keyPlaces = try definition.key.map { name in
            guard let place = definition.schema.index(of: name) else {
                throw InMemoryError(code: .badDefinition, table: definition.name, message: "no key column '\(name)'")
            }
            return place
        }
    }

    mutating func load(_ rows: RecordBatch) throws {
        guard rows.schema.fields.map(\.type) == definition.schema.fields.map(\.type) else {
            throw InMemoryError(code: .badDefinition, table: definition.name, message: "rows of another schema")
        }
        let rows = try RecordBatch(definition.schema, rows.columns, rowCount: rows.rowCount)
        loaded.append(Loaded(rows: rows, index: try KeyIndex(keyPlaces.map { rows.columns[$0] })))
    }

    // MARK: Rows by key

    func key(of row: [Value]) -> [Value] { keyPlaces.map { row[$0] } }

    func row(_ key: [Value]) throws -> [Value]? {
        let key = try normalized(key)
        if let place = writtenPlaces[key] { return written[place].row }
        guard let (batch, row) = try find(key) else { return nil }
        return loaded[batch].rows.row(row)
    }

    /// A key as rows hold it: a decimal with the scale of its column, for instance, whatever scale it was asked for with.
    private func normalized(_ key: [Value]) throws -> [Value] {
        guard key.count == keyPlaces.count else {
            throw InMemoryError(
                code: .missingRow,
                table: definition.name,
                message: "\(key.count) values for a key of \(keyPlaces.count) columns"
            )
        }
        return try zip(keyPlaces, key).map { place, value in
            let type = definition.schema.fields[place].type
            switch type {
            case .decimal, .float, .double: return try Column(type, values: [value]).value(at: 0)
            default: return value
            }
        }
    }

    /// Whether a row's foreign key to its own table, which holds `values`, names the row itself.
    func refersToItself(_ row: [Value], _ values: [Value]) throws -> Bool {
        try normalized(values) == key(of: row)
    }

    /// Puts a row in the place of the one with its key, or as a new one.
    ///
    /// - Parameter part: Where a new one goes; behind all others where it is `nil`.
    mutating func put(_ row: [Value], part: Int? = nil) throws {
        let key = key(of: row)
        if let place = writtenPlaces[key] {
            written[place].row = row
            return
        }
        let part = try touch(key) ?? part ?? homes[key] ?? loaded.count
        writtenPlaces[key] = written.count
        written.append(Written(row: row, part: part))
    }

    /// - Returns: The part in which the row was; `nil` where there was none.
    @discardableResult
    mutating func remove(_ key: [Value]) throws -> Int? {
        let part: Int?
        if let place = writtenPlaces.removeValue(forKey: key) {
            written[place].row = nil
            part = written[place].part
        } else {
            part = try touch(key)
        }
        homes[key] = part
        return part
    }

    /// Takes a loaded row out of its batch, and returns the number of the batch.
    private mutating func touch(_ key: [Value]) throws -> Int? {
        guard let (batch, row) = try find(key) else { return nil }
        if loaded[batch].untouched == nil {
            loaded[batch].untouched = Bitmap(repeating: true, count: loaded[batch].rows.rowCount)
        }
        loaded[batch].untouched?[row] = false
        return batch
    }

    private func find(_ key: [Value]) throws -> (batch: Int, row: Int)? {
        if loaded.isEmpty { return nil }
        let probe = try zip(keyPlaces, key).map { place, value in
            try Column(definition.schema.fields[place].type, values: [value])
        }
        for (number, batch) in loaded.enumerated() {
            let row = Int(try batch.index.find(probe)[0])
            if row >= 0, batch.untouched?[row] ?? true { return (number, row) }
        }
        return nil
    }

    /// Whether any row but the one with the key `except` holds `values` in the columns `columns`.
    func contains(_ values: [Value], in columns: [String], except: [Value]?) throws -> Bool {
        let places = columns.compactMap { definition.schema.index(of: $0) }
        // A value that does not fit a column cannot be in it.
        guard
            let wanted = try? zip(places, values).map({ place, value in
                try Column(definition.schema.fields[place].type, values: [value])
            })
        else { return false }
        let values = wanted.map { $0.value(at: 0) }
        for case let row? in written.lazy.map(\.row) where places.map({ row[$0] }) == values && key(of: row) != except {
            return true
        }
        let probe = try KeyIndex(wanted)
        for batch in loaded {
            let found = try probe.find(places.map { batch.rows.columns[$0] })
            for (row, match) in found.enumerated()
            where match >= 0 && batch.untouched?[row] ?? true && key(of: batch.rows.row(row)) != except {
                return true
            }
        }
        return false
    }

    // MARK: Batches

    /// The loaded batches, and after them the written rows.
    var partCount: Int { loaded.count + 1 }

    func batches(_ parts: Range<Int>) throws -> [RecordBatch] {
        var batches: [RecordBatch] = []
        for part in parts {
            if part < loaded.count {
                let batch = loaded[part]
                batches.append(try batch.untouched.map { try batch.rows.filter($0) } ?? batch.rows)
            }
            let rows = written.compactMap { $0.part == part ? $0.row : nil }
            if !rows.isEmpty { batches.append(try RecordBatch(definition.schema, rows: rows)) }
        }
        return batches
    }

    var chunks: [SnapshotChunk] {
        (0..<partCount).map { SnapshotChunk(number: $0, from: String($0), to: String($0 + 1)) }
    }

    /// The rows of a chunk as they are now; rows that came after the chunks were made are in the last one.
    func batches(of chunk: SnapshotChunk) throws -> [RecordBatch] {
        guard let from = chunk.from.flatMap({ Int($0) }), (0..<partCount).contains(from) else { return [] }
        return try batches(from..<from + 1)
    }
}
