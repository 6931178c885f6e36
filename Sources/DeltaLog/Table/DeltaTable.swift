import CDCJSON
public import Columnar
public import LakeStorage

/// A Delta table: rows in Parquet files, and a log that says which of them count.
///
/// ```swift
/// let table = DeltaTable(storage: LocalStorage(root: "/lake"), path: "bronze/orders")
/// try await table.create(schema)
/// try await table.append([batch])
/// for try await rows in try await table.snapshot().scan() { … }
/// ```
///
/// A value that knows where the table is and nothing more; any task may use it at any time. What is written is one commit, all
/// or nothing, and stands beside what other writers commit: where they contradict each other, the later one is planned anew on
/// what the earlier one left.
public struct DeltaTable: Sendable {
    public let log: TableLog
    /// How data files are written.
    public var options: DataWriteOptions
    /// How often work is planned anew after another writer's commit contradicted it.
    public var maximumConflicts = 10

    public init(storage: any ObjectStorage, path: String, options: DataWriteOptions = .init()) {
        log = TableLog(storage: storage, path: path)
        self.options = options
    }

    /// What a write did.
    public struct Commit: Sendable {
        /// The table as the commit left it.
        public var snapshot: Snapshot
        /// The figures of the commit, by the names that DESCRIBE HISTORY shows.
        public var metrics: [String: Int64]
        public var version: Int64 { snapshot.version }
    }

    // MARK: Reading

    /// The table at a version.
    ///
    /// - Throws: ``DeltaError`` with code `tableNotFound`, `missingVersion`, `unsupportedFeature`, …
    public func snapshot(at moment: TableLog.Moment = .latest) async throws(DeltaError) -> Snapshot {
        try await log.snapshot(at: moment)
    }

    /// The versions that the log still has, newest first.
    public func history(limit: Int? = nil) async throws(DeltaError) -> [CommitHistory] {
        try await log.history(limit: limit)
    }

    // MARK: Writing

    /// Makes an empty table.
    ///
    /// - Throws: ``DeltaError`` with code `tableExists`, `invalidSchema` or `unsupportedFeature`.
    @discardableResult
    public func create(
        _ schema: Schema,
        partitionColumns: [String] = [],
        properties: [String: String] = [:]
    ) async throws -> Commit {
        let transaction = try Transaction(
            creating: log,
            schema: schema,
            partitionColumns: partitionColumns,
            properties: properties
        )
        return Commit(snapshot: try await transaction.commit().snapshot, metrics: [:])
    }

    /// Adds rows.
    ///
    /// - Parameter transaction: An application's version, committed with the rows; where the table has that version or a
    ///   later one already, nothing is written and the rows are taken to be there.
    @discardableResult
    public func append(_ batches: [RecordBatch], transaction: SetTransaction? = nil) async throws -> Commit {
        try await write(batches, transaction, mode: "Append")
    }

    /// Replaces all rows, in one commit.
    @discardableResult
    public func overwrite(_ batches: [RecordBatch], transaction: SetTransaction? = nil) async throws -> Commit {
        try await write(batches, transaction, mode: "Overwrite")
    }

    /// Updates, inserts and deletes rows by their keys, in one commit.
    ///
    /// - Parameters:
    ///   - upserts: Rows with the table's columns: those whose key is in the table replace the row there, others are new.
    ///   - deletes: Keys of rows to be deleted, with the columns of the key; keys that are not there are passed over.
    ///   - key: The columns that tell rows apart. NULL in one of them, or two rows with the same key, is an error.
    ///   - unchanged: For a column, the upserts that leave its value as it is in the table.
    /// - Throws: ``DeltaError`` with code `constraintViolated`, or `conflict` where other writers got in the way too often.
    @discardableResult
    public func merge(
        upserts: RecordBatch,
        deletes: RecordBatch? = nil,
        key: [String],
        unchanged: [String: Bitmap] = [:],
        transaction: SetTransaction? = nil
    ) async throws -> Commit {
        try await retryingConflicts { snapshot in
            if let done = alreadyDone(transaction, in: snapshot) { return done }
            guard !key.isEmpty else { throw DeltaError(.invalidTransaction, "a merge needs key columns") }
            try snapshot.ensureWritable()
            var merge = TableMerge(snapshot.layout, .key(key), files: snapshot.files, options: options)
            do {
                let deletes = try deletes.map { try $0.selecting(key) } ?? .empty(snapshot.schema.selecting(key))
                try await merge.apply(
                    TableMerge.Source(
                        upserts: try RowsForTable.align(upserts, to: snapshot.layout),
                        unchanged: try Self.named(unchanged, in: snapshot),
                        deletes: deletes
                    )
                )
                let commit = merge.transaction(
                    on: snapshot,
                    parameters: [
                        "predicate": .string(key.map { "target.\($0) = source.\($0)" }.joined(separator: " AND "))
                    ],
                    extra: transaction.map { [.transaction($0)] } ?? []
                )
                let result = try await commit.commit()
                return Commit(snapshot: result.snapshot, metrics: commit.operation.metrics)
            } catch {
                if !Self.mayBeCommitted(error) { await merge.discard() }
                throw error
            }
        }
    }

    // MARK: Pieces

    private func write(_ batches: [RecordBatch], _ transaction: SetTransaction?, mode: String) async throws -> Commit {
        try await retryingConflicts { snapshot in
            if let done = alreadyDone(transaction, in: snapshot) { return done }
            try snapshot.ensureWritable()
            var writer = DataFileWriter(snapshot.layout, options: options)
            do {
                for batch in batches { try await writer.write(try RowsForTable.align(batch, to: snapshot.layout)) }
                let rows = writer.rowCount
                let added = try await writer.finish()
                let removed = mode == "Overwrite" ? snapshot.files : []
                var commit = Transaction(
                    on: snapshot,
                    CommitOperation(
                        "WRITE",
                        parameters: ["mode": .string(mode), "partitionBy": "[]"],
                        metrics: [
                            "numFiles": Int64(added.count), "numOutputRows": Int64(rows),
                            "numOutputBytes": added.reduce(0) { $0 + $1.size },
                            "numRemovedFiles": Int64(removed.count),
                        ]
                    )
                )
                if mode == "Overwrite" { commit.reads = .wholeTable }
                commit.actions = removed.map { .remove($0.removal(at: log.now(), dataChange: true)) }
                commit.actions += added.map { .add($0) }
                if let transaction { commit.actions.append(.transaction(transaction)) }
                do {
                    return Commit(snapshot: try await commit.commit().snapshot, metrics: commit.operation.metrics)
                } catch {
                    if !Self.mayBeCommitted(error) { await log.folder.removeUncommitted(added.map(\.path)) }
                    throw error
                }
            } catch {
                await writer.discard()
                throw error
            }
        }
    }

    /// The columns by their names in the table, which callers may spell in another case.
    private static func named(_ unchanged: [String: Bitmap], in snapshot: Snapshot) throws -> [String: Bitmap] {
        var named: [String: Bitmap] = [:]
        for (name, bits) in unchanged {
            guard let index = ColumnAlignment.index(of: name, in: snapshot.schema) else {
                throw DeltaError(
                    .invalidSchema,
                    "there is no column '\(name)' that could stay unchanged",
                    table: snapshot.log.path
                )
            }
            named[snapshot.schema.fields[index].name] = bits
        }
        return named
    }

    private func alreadyDone(_ transaction: SetTransaction?, in snapshot: Snapshot) -> Commit? {
        guard let transaction, let known = snapshot.transactionVersion(of: transaction.appId),
            known >= transaction.version
        else { return nil }
        return Commit(snapshot: snapshot, metrics: [:])
    }

    /// Whether a failed commit may be in the log all the same: then its files must stay, even if nobody needs them.
    static func mayBeCommitted(_ error: any Error) -> Bool {
        guard let error = error as? DeltaError else { return false }  // commits fail with nothing else
        return switch error.code {
        // Afterwards the log could not be read, or does not show it yet.
        case .outcomeUnknown, .corruptLog, .missingVersion: true
        case .storage: error.isRetryable
        default: false
        }
    }

    /// Plans work on the newest snapshot until no other writer's commit contradicts it.
    private func retryingConflicts(_ work: (Snapshot) async throws -> Commit) async throws -> Commit {
        var snapshot = try await log.snapshot()
        var conflicts = 0
        while true {
            do { return try await work(snapshot) } catch let error as DeltaError
                where error.code == .conflict && conflicts < maximumConflicts
            {
                conflicts += 1
                snapshot = try await snapshot.update()
            }
        }
    }
}
