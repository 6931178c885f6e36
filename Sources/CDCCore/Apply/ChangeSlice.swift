import Columnar

/// The changes of one slice of keys, gathered batch by batch.
///
/// What later changes supersede is dropped on the way, whenever what was gathered has doubled: so a key that changes all the
/// time takes no more memory than one that changes once.
struct ChangeSlice {
    /// How much may be gathered before superseded changes are dropped.
    struct Limits {
        var rows: Int
        var bytes: Int
    }

    /// Well below the two gibibytes that the texts of one column may have together.
    private static let mostBytes = 1 << 30

    private let table: SourceTable
    private let index: Int
    private let sliceCount: Int
    private let limits: Limits
    private var gathered: [Gathered] = []
    /// The rows and bytes beyond which superseded changes are dropped next.
    private var threshold: Limits
    /// The last row of the batch before, whatever its slice.
    private var previous: RecordBatch?

    private struct Gathered {
        var changes: RecordBatch
        /// The updates that changed the key of their row: seen while the row before still stood beside them.
        var movedKeys: Column
    }

    /// - Parameters:
    ///   - index: Which of the slices.
    ///   - sliceCount: Among how many slices the keys are divided by their hashes.
    init(_ index: Int, of sliceCount: Int, table: SourceTable, limits: Limits) {
        self.table = table
        self.index = index
        self.sliceCount = sliceCount
        self.limits = limits
        threshold = limits
    }

    /// How many change rows are in memory.
    var rowCount: Int { gathered.reduce(0) { $0 + $1.changes.rowCount } }
    private var byteCount: Int { gathered.reduce(0) { $0 + $1.changes.byteCount } }

    /// Takes the slice's own rows of a batch, which follows the one before.
    mutating func append(_ batch: RecordBatch) throws {
        if batch.rowCount == 0 { return }
        var own = Gathered(
            changes: batch,
            movedKeys: try Column(.boolean, .bits(try movedKeys(in: batch)))
        )
        if sliceCount > 1 {
            let selection = try selection(of: batch)
            own.changes = try batch.filter(selection)
            own.movedKeys = try own.movedKeys.filter(selection)
        }
        gathered.append(own)
        if rowCount > threshold.rows || byteCount > threshold.bytes { try dropSuperseded() }
    }

    /// The net effect of everything that was gathered.
    func net(storedSchema: Schema) throws -> NetChanges {
        guard !gathered.isEmpty else {
            throw CDCError(.stagedFileCorrupt, "a staged file of changes is empty", table: table.name)
        }
        let all = try concatenated()
        if table.key.isEmpty {
            return try CountedChanges.net(all.changes, table: table, storedSchema: storedSchema)
        }
        return try Netting.net(
            all.changes,
            movedKeys: all.movedKeys.values.bits,
            table: table,
            storedSchema: storedSchema
        )
    }

    // MARK: Pieces

    private mutating func dropSuperseded() throws {
        let all = try concatenated()
        gathered = []
        let needed: Bitmap
        if table.key.isEmpty {
            needed = try CountedChanges.neededRows(of: all.changes, table: table)
        } else {
            needed = try KeyedChanges(all.changes, movedKeys: all.movedKeys.values.bits, table: table).neededRows()
        }
        gathered = [Gathered(changes: try all.changes.filter(needed), movedKeys: try all.movedKeys.filter(needed))]
        threshold.rows = max(limits.rows, 2 * rowCount)
        threshold.bytes = min(Self.mostBytes, max(limits.bytes, 2 * byteCount))
    }

    private func concatenated() throws -> Gathered {
        Gathered(
            changes: try .concatenate(gathered.map(\.changes)),
            movedKeys: try .concatenate(gathered.map(\.movedKeys))
        )
    }

    /// A row after an update and the one before it may be in different slices: what only both together tell is looked at
    /// here, where they still stand side by side. It matters to large objects only.
    private mutating func movedKeys(in batch: RecordBatch) throws -> Bitmap {
        if table.largeObjectOrdinals.isEmpty { return Bitmap(repeating: false, count: batch.rowCount) }
        let columns = try batch.selecting([ChangeColumns.operation] + table.key)
        let moved = try KeyedChanges.movedKeys(
            in: try .concatenate([previous, columns].compactMap { $0 }),
            table: table
        )
        var own = Bitmap()
        own.append(moved, moved.count - batch.rowCount..<moved.count)
        previous = try columns.slice(batch.rowCount - 1..<batch.rowCount)
        return own
    }

    /// The rows whose keys belong to the slice.
    private func selection(of batch: RecordBatch) throws -> Bitmap {
        let hashes = try KeyIndex.hashes(of: table.identity.map { try batch.column($0) })
        var selection = Bitmap(repeating: false, count: batch.rowCount)
        for (row, hash) in hashes.enumerated() where hash % UInt64(sliceCount) == UInt64(index) {
            selection[row] = true
        }
        return selection
    }
}
