import Columnar
import LakeStorage

/// Brings changed rows into the files of a table: a copy-on-write merge by key, in one commit or as part of one.
///
/// Only files that may hold a changed key are looked at, of those only the key columns; only files that do hold one are
/// rewritten, a row group at a time. Updated rows stay where they are, so that files sorted by key stay sorted. Rows of
/// rewritten files and new rows share the new files, so that small files grow together.
///
/// ``apply(_:)`` may be called for one slice of changes after the other: a later slice finds the files as the earlier left
/// them, and nothing is in the table before ``files`` is committed. Where deletion vectors mark rows instead of rewriting
/// files, they take the place of `rewrite`.
struct TableMerge {
    private let table: TableLayout
    let identity: RowIdentity
    private let options: DataWriteOptions
    /// Whether a key may stand in several rows, of which one is to remain where a change decides: so it is with the rows of
    /// a snapshot, some of which may have been read before and again after they moved.
    private let collapsesRepeatedKeys: Bool
    /// The table's files as they will be.
    private(set) var files: [AddFile]
    /// Files that this merge wrote; the only ones that it may remove.
    private var own: Set<String> = []
    /// The files that were looked at and belong to the table already, by their paths in the log.
    private(set) var readPaths: Set<String> = []
    /// What was looked for: a file that another writer adds meanwhile must not hold any of it.
    private(set) var ranges: [KeyRange] = []
    private(set) var metrics = Metrics()

    struct Metrics: Hashable {
        var sourceRows: Int64 = 0
        var rowsInserted: Int64 = 0
        var rowsUpdated: Int64 = 0
        var rowsDeleted: Int64 = 0
        var rowsCopied: Int64 = 0
    }

    /// By what a row is found.
    enum RowIdentity {
        /// By its key: what a change says of it takes its place.
        case key([String])
        /// By its values in these columns, NULL equal to NULL: changes add rows, and remove one equal row each.
        case values([String])

        var columns: [String] {
            switch self {
            case .key(let columns), .values(let columns): columns
            }
        }
    }

    /// Rows to be merged.
    struct Source {
        /// Rows with the table's schema, each with a key of its own where there is one.
        var upserts: RecordBatch
        /// For a column, the upserts that leave it as it is.
        var unchanged: [String: Bitmap] = [:]
        /// The columns of the row's identity, in its order; no key of them among the upserts.
        var deletes: RecordBatch
    }

    /// - Parameters:
    ///   - files: The files to merge into: those of the table, or files that will replace them.
    ///   - ownFiles: Paths of files among them that are not in the table yet, and may be removed when they are rewritten.
    init(
        _ table: TableLayout,
        _ identity: RowIdentity,
        files: [AddFile],
        ownFiles: Set<String> = [],
        collapsesRepeatedKeys: Bool = false,
        options: DataWriteOptions
    ) {
        self.table = table
        self.identity = identity
        self.files = files
        own = ownFiles
        self.collapsesRepeatedKeys = collapsesRepeatedKeys
        self.options = options
    }

    // MARK: Merging

    mutating func apply(_ source: Source) async throws {
        let sourceRows = source.upserts.rowCount + source.deletes.rowCount
        metrics.sourceRows += Int64(sourceRows)
        if sourceRows == 0 { return }
        var matcher = try RowMatcher(source, identity, table: table.path)
        // Rows that are only added concern no file.
        let range = matcher.looksForRows ? KeyRange(matcher.index.keys[0]) : nil
        if let range { ranges.append(range) }
        var isWritten = Bitmap(repeating: false, count: sourceRows)
        var writer = DataFileWriter(table, options: options)
        var kept: [AddFile] = []
        var replaced: [AddFile] = []
        do {
            for file in files {
                try Task.checkCancellation()
                guard let range, range.mayOverlap(file, column: identity.columns[0]) else {
                    kept.append(file)
                    continue
                }
                if !own.contains(file.path) { readPaths.insert(file.path) }
                let reader = try await DataFileReader(file, of: table)
                guard var matches = try await find(&matcher, in: reader) else {
                    kept.append(file)
                    continue
                }
                if collapsesRepeatedKeys { collapse(&matches, source, &isWritten) }
                try await rewrite(reader, matches, source, to: &writer)
                replaced.append(file)
            }
            try matcher.checkRemoved()
            try await insert(source, matcher.isMatched, to: &writer)
            let added = try await writer.finish()
            own.formUnion(added.map(\.path))
            files = kept + added
            let outdated = own.intersection(replaced.map(\.path))
            own.subtract(outdated)
            // What cannot be removed now is tried once more by `discard()`.
            own.formUnion(await table.log.folder.removeUncommitted(outdated))
        } catch {
            await writer.discard()
            throw error
        }
    }

    /// Removes what this merge wrote, because it will not be committed.
    mutating func discard() async { own = await table.log.folder.removeUncommitted(own) }

    /// For each row of each row group the row of the source that concerns it, or −1; `nil` where there is none for any.
    private func find(_ matcher: inout RowMatcher, in reader: DataFileReader) async throws -> [[Int32]]? {
        let schema = try table.schema.selecting(identity.columns)
        var matches: [[Int32]] = []
        var hasMatch = false
        for group in 0..<reader.rowGroupCount {
            let found = try matcher.match(try await reader.read(rowGroup: group, schema: schema).columns)
            hasMatch = hasMatch || found.contains { $0 >= 0 }
            matches.append(found)
        }
        return hasMatch ? matches : nil
    }

    /// Makes all rows but the first of an updated key deleted ones.
    private func collapse(_ matches: inout [[Int32]], _ source: Source, _ isWritten: inout Bitmap) {
        let upsertCount = source.upserts.rowCount
        for group in matches.indices {
            for (row, match) in matches[group].enumerated() where match >= 0 && match < upsertCount {
                if isWritten[Int(match)] { matches[group][row] = Int32(upsertCount) }
                isWritten[Int(match)] = true
            }
        }
    }

    /// Copies the rows of a file, updated ones replaced and deleted ones left out.
    private mutating func rewrite(
        _ reader: DataFileReader,
        _ matches: [[Int32]],
        _ source: Source,
        to writer: inout DataFileWriter
    ) async throws {
        let upsertCount = source.upserts.rowCount
        for (group, found) in matches.enumerated() {
            let target = try await reader.read(rowGroup: group, schema: table.schema)
            var runs: [RowRun] = []
            /// The rows of the result that are updates, with the row of the target that each replaces.
            var updates: [(target: Int, upsert: Int)] = []
            for (row, match) in found.enumerated() {
                if match < 0 {
                    runs.append(row: row)
                } else if match < upsertCount {
                    runs.append(row: Int(match), source: 1)
                    updates.append((row, Int(match)))
                }
            }
            let updated = Int64(updates.count)
            let deleted = Int64(found.count - runs.rowCount)
            metrics.rowsUpdated += updated
            metrics.rowsDeleted += deleted
            metrics.rowsCopied += Int64(runs.rowCount) - updated
            if runs.isEmpty { continue }
            let columns = try zip(table.schema.fields, zip(target.columns, source.upserts.columns)).map {
                field,
                pair in
                let own = source.unchanged[field.name].map { keeping(runs, found, unchanged: $0) } ?? runs
                return try Column.assembling(own, from: [pair.0, pair.1])
            }
            try await writer.write(try RecordBatch(table.schema, columns, rowCount: runs.rowCount))
        }
    }

    /// The runs for a column in which some updates keep the target's value.
    private func keeping(_ runs: [RowRun], _ found: [Int32], unchanged: Bitmap) -> [RowRun] {
        var result: [RowRun] = []
        for (row, match) in found.enumerated() {
            if match < 0 || (match < unchanged.count && unchanged[Int(match)]) {
                result.append(row: row)
            } else if match < unchanged.count {
                result.append(row: Int(match), source: 1)
            }
        }
        return result
    }

    /// Writes the upserts that matched no row.
    private mutating func insert(
        _ source: Source,
        _ isMatched: Bitmap,
        to writer: inout DataFileWriter
    ) async throws {
        var isNew = Bitmap()
        isNew.append(isMatched, 0..<source.upserts.rowCount)
        isNew.invert()
        for (name, unchanged) in source.unchanged {
            var lost = unchanged
            lost.formIntersection(isNew)
            if lost.setCount > 0 {
                throw DeltaError(
                    .constraintViolated,
                    "\(lost.setCount) rows to be merged leave column '\(name)' unchanged, but are not in the table",
                    table: table.path
                )
            }
        }
        metrics.rowsInserted += Int64(isNew.setCount)
        try await writer.write(try source.upserts.filter(isNew))
    }
}

/// The values that the first key column of a change set takes, to find files that hold none of them.
struct KeyRange: Sendable {
    /// Whole numbers, sorted; empty for other types.
    private let numbers: [Int64]
    private let type: DataType
    private let smallest: Value?
    private let largest: Value?

    init(_ column: Column) {
        type = column.type
        if column.nullCount > 0 {
            // Statistics tell of values; where NULL is looked for, every file may hold it.
            numbers = []
            smallest = nil
            largest = nil
        } else if type == .long || type.vectorKind == .int32 && type != .date {
            numbers = (column.values.int64 ?? column.values.int32?.map { Int64($0) } ?? []).sorted()
            smallest = nil
            largest = nil
        } else {
            numbers = []
            let rows = 0..<column.count
            if type == .string, let texts = column.values.bytes {
                let low = rows.min { texts[$0].lexicographicallyPrecedes(texts[$1]) }
                let high = rows.max { texts[$0].lexicographicallyPrecedes(texts[$1]) }
                smallest = low.map { column.value(at: $0) }
                largest = high.map { column.value(at: $0) }
            } else {
                smallest = nil
                largest = nil
            }
        }
    }

    /// Whether a file may hold one of the values. Without statistics it may.
    func mayOverlap(_ file: AddFile, column: String) -> Bool {
        let bounds = FileStatistics.bounds(of: column, type, in: file)
        if !numbers.isEmpty, case .integer(let low)? = bounds.min, case .integer(let high)? = bounds.max {
            var (start, end) = (0, numbers.count)
            while start < end {
                let middle = (start + end) / 2
                if numbers[middle] < low { start = middle + 1 } else { end = middle }
            }
            return start < numbers.count && numbers[start] <= high
        }
        if case .string(let smallest)? = smallest, case .string(let largest)? = largest,
            case .string(let low)? = bounds.min, case .string(let high)? = bounds.max
        {
            return !largest.utf8.lexicographicallyPrecedes(low.utf8)
                && !high.utf8.lexicographicallyPrecedes(smallest.utf8)
        }
        return true
    }
}
