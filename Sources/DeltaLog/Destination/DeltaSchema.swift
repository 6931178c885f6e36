public import CDCCore
import CDCJSON
import Columnar
import LakeStorage
import Parquet

/// A folder of Delta tables as the destination of a pipeline.
///
/// Every cut becomes one commit of each table that it changes, which holds the data and the position. Any task may use it at
/// any time.
public struct DeltaSchema: ChangeDestination {
    private let storage: any ObjectStorage
    /// The folder.
    public let path: String
    private let options: DataWriteOptions
    private let log: DeltaEventLog

    init(storage: any ObjectStorage, path: String, options: DataWriteOptions, eventLog: DeltaEventLog) {
        self.storage = storage
        self.path = path
        self.options = options
        log = eventLog
    }

    public var eventLog: (any EventLog)? { log }

    /// A table of the schema.
    public func table(_ name: String) -> DeltaTable {
        DeltaTable(storage: storage, path: "\(path)/\(name)", options: options)
    }

    // MARK: Position

    public func position(of name: String, pipeline: String) async throws -> AppliedTable? {
        guard let snapshot = try await snapshot(name) else { return nil }
        return AppliedTable(
            position: try TablePosition.read(snapshot, pipeline: pipeline),
            version: snapshot.version
        )
    }

    private func snapshot(_ name: String) async throws -> Snapshot? {
        do { return try await table(name).snapshot() } catch {
            if error.code == .tableNotFound { return nil }
            throw CDCError(
                Self.code(of: error),
                "table '\(name)' could not be read",
                underlying: error
            )
        }
    }

    // MARK: Applying

    public func apply(_ work: TableWork, to target: DestinationTable) async throws -> AppliedCommit {
        do {
            let current = try await snapshot(target.name)
            if let current {
                let position = try TablePosition.read(current, pipeline: target.pipeline)
                if position.cut >= work.position.cut {
                    return AppliedCommit(
                        version: current.version,
                        wasAlreadyApplied: true,
                        rowsUpserted: 0,
                        rowsDeleted: 0,
                        bytesWritten: 0
                    )
                }
                try current.ensureWritable()
            }
            if let replacement = work.replacement {
                return try await replace(current, with: replacement, work, target)
            }
            guard let current else {
                throw CDCError(
                    .destinationFailed,
                    "the table \(path)/\(target.name) is gone, though changes for it are staged; ask for a full refresh",
                    table: target.source
                )
            }
            return try await merge(into: current, work, target)
        } catch let error as DeltaError {
            throw Self.translate(error, target)
        } catch let error as StorageError {
            throw Self.translate(DeltaError(error, "the storage failed", table: "\(path)/\(target.name)"), target)
        }
    }

    private func merge(into snapshot: Snapshot, _ work: TableWork, _ target: DestinationTable) async throws
        -> AppliedCommit
    {
        try check(snapshot, target)
        var merge = TableMerge(snapshot.layout, target.identity, files: snapshot.files, options: options)
        do {
            try await apply(work.changes, to: &merge, snapshot.layout)
            let transaction = merge.transaction(
                on: snapshot,
                parameters: ["predicate": .string(Self.predicate(target.identity))],
                extra: TablePosition.actions(work.position, pipeline: target.pipeline, now: snapshot.log.now())
            )
            return Self.summary(merge, transaction, try await transaction.commit())
        } catch {
            if !DeltaTable.mayBeCommitted(error) { await merge.discard() }
            throw error
        }
    }

    /// Makes files of a snapshot the table's files, with the changes that came while they were read.
    private func replace(
        _ current: Snapshot?,
        with replacement: [ReplacementFile],
        _ work: TableWork,
        _ target: DestinationTable
    ) async throws -> AppliedCommit {
        let table = table(target.name)
        let layout = TableLayout(log: table.log, schema: target.storedSchema, partitionColumns: [])
        let linked = try await link(replacement, into: table)
        var merge = TableMerge(
            layout,
            target.identity,
            files: linked,
            ownFiles: Set(linked.map(\.path)),
            collapsesRepeatedKeys: !target.key.isEmpty,
            options: options
        )
        do {
            try await apply(work.changes, to: &merge, layout)
            let position = TablePosition.actions(work.position, pipeline: target.pipeline, now: table.log.now())
            let transaction =
                if let current {
                    try merge.replacement(of: current, schema: target.storedSchema, extra: position)
                } else {
                    try merge.creation(layout, extra: position)
                }
            return Self.summary(merge, transaction, try await transaction.commit())
        } catch {
            if !DeltaTable.mayBeCommitted(error) { await merge.discard() }
            throw error
        }
    }

    private func apply(
        _ changes: any NetChangeCursor,
        to merge: inout TableMerge,
        _ table: TableLayout
    ) async throws {
        for index in 0..<changes.sliceCount {
            let slice = try await changes.slice(index)
            try await merge.apply(
                TableMerge.Source(
                    upserts: try RowsForTable.align(slice.upserts, to: table),
                    unchanged: slice.unchanged,
                    deletes: slice.deletes
                )
            )
        }
    }

    /// Gives staged files names in the table's folder, without a second copy where the storage can.
    private func link(_ files: [ReplacementFile], into table: DeltaTable) async throws -> [AddFile] {
        var linked: [AddFile] = []
        do {
            for file in files {
                let input = StoredParquetFile(file.storage, file.path, byteCount: file.bytes)
                let metadata = try await ParquetFile(input).metadata
                let name = DataFileName.new()
                try await storage.link(file.path, to: "\(table.log.path)/\(name)")
                linked.append(
                    AddFile(
                        path: name,
                        size: Int64(file.bytes),
                        modificationTime: table.log.now(),
                        stats: FileStatistics.json(metadata)
                    )
                )
            }
        } catch {
            await table.log.folder.removeUncommitted(linked.map(\.path))
            throw error
        }
        return linked
    }

    /// Refuses a table whose columns somebody changed so that rows do not fit any more; further nullable columns are left
    /// alone.
    private func check(_ snapshot: Snapshot, _ target: DestinationTable) throws {
        for field in target.storedSchema.fields {
            guard let own = snapshot.schema[field.name], own.type == field.type else {
                throw CDCError(
                    .destinationFailed,
                    "the table \(snapshot.log.path) has no column '\(field.name)' of type \(field.type) any more; undo the "
                        + "change of its columns, or ask for a full refresh",
                    table: target.source
                )
            }
        }
    }

    // MARK: Pieces

    private static func predicate(_ identity: TableMerge.RowIdentity) -> String {
        let comparison = if case .key = identity { "=" } else { "<=>" }
        return identity.columns.map { "target.`\($0)` \(comparison) source.`\($0)`" }.joined(separator: " AND ")
    }

    private static func summary(
        _ merge: TableMerge,
        _ transaction: Transaction,
        _ result: CommitResult
    ) -> AppliedCommit {
        let added = transaction.actions.compactMap { action in
            if case .add(let file) = action { file } else { nil }
        }
        let isMerge = transaction.operation.name == "MERGE"
        return AppliedCommit(
            version: result.version,
            wasAlreadyApplied: false,
            rowsUpserted: isMerge
                ? Int(merge.metrics.rowsInserted + merge.metrics.rowsUpdated)
                : added.reduce(0) { $0 + (FileStatistics.rowCount($1) ?? 0) },
            rowsDeleted: isMerge ? Int(merge.metrics.rowsDeleted) : 0,
            bytesWritten: added.reduce(0) { $0 + Int($1.size) }
        )
    }

    /// What an error of a table means for the pipeline.
    private static func translate(_ error: DeltaError, _ target: DestinationTable) -> CDCError {
        let isOwn = error.conflict.map { $0.names.contains { $0.hasPrefix("swift-cdc/") } } ?? false
        if isOwn {
            return CDCError(
                .anotherPipeline,
                "pipeline '\(target.pipeline)' is running twice: another process wrote table '\(target.name)' at the same "
                    + "time; stop one of them",
                table: target.source,
                underlying: error
            )
        }
        if error.code == .constraintViolated {
            return CDCError(
                .unknownValue,
                "the changes do not fit what table '\(target.name)' holds; if somebody else changed its rows, ask for a full "
                    + "refresh",
                table: target.source,
                underlying: error
            )
        }
        return CDCError(
            code(of: error),
            "table '\(target.name)' could not be written",
            table: target.source,
            underlying: error
        )
    }

    private static func code(of error: DeltaError) -> CDCError.Code {
        switch error.code {
        case .conflict, .tooManyAttempts: .destinationConflict
        // The position in the table tells the next attempt what came of this one.
        case .outcomeUnknown: .destinationUnavailable
        default: error.isRetryable ? .destinationUnavailable : .destinationFailed
        }
    }

    // MARK: Consistent points

    private static let points = "_consistent_points"
    /// How many points are kept.
    private static let keptPoints = 1000

    private func pointsFolder(_ pipeline: String) -> String { "\(path)/\(Self.points)/\(pipeline)" }

    public func publish(_ point: ConsistentPoint) async throws {
        let folder = pointsFolder(point.pipeline)
        try await storage.put("\(folder)/\(NumberedName.digits(point.cut)).json", point.json)
        if point.cut % 100 == 0 {
            let old = try await storage.list(folder).dropLast(Self.keptPoints)
            for entry in old { try await storage.delete(entry.path) }
            for table in point.tables { try await removeTemporaries(of: self.table(table.name)) }
        }
    }

    /// Removes what processes that died were writing into a table's folders. Finished files that no commit names are for a
    /// vacuum to find; these no listing shows.
    private func removeTemporaries(of table: DeltaTable) async throws {
        for folder in [table.log.path, "\(table.log.path)/_delta_log"] {
            try await storage.removeTemporaries(in: folder, unchangedFor: Self.temporaryAge)
        }
    }

    /// Nobody writes one file for this long, in milliseconds.
    private static let temporaryAge: Int64 = 7 * 24 * 3_600_000

    public func latestConsistentPoint(pipeline: String) async throws -> ConsistentPoint? {
        guard let newest = try await storage.list(pointsFolder(pipeline)).last else { return nil }
        return try ConsistentPoint(json: try await storage.read(newest.path), path: newest.path)
    }
}

extension DestinationTable {
    fileprivate var identity: TableMerge.RowIdentity {
        key.isEmpty ? .values(schema.fields.map(\.name)) : .key(key)
    }
}
