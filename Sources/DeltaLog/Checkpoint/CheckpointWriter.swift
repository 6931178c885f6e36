import LakeStorage
import Parquet

/// Writes checkpoints: classic ones of one file, which every reader of Delta tables understands.
///
/// Source: Delta protocol, "Checkpoints".
enum CheckpointWriter {
    /// How many rows are gathered before they are encoded.
    private static let batchRows = 16_384

    /// Writes a checkpoint where the table's interval has passed. A failure is told, not thrown: the commit stands.
    static func writeIfDue(_ snapshot: Snapshot) async -> CheckpointOutcome {
        guard snapshot.version > 0, snapshot.version.isMultiple(of: snapshot.metadata.checkpointInterval) else {
            return .notDue
        }
        do {
            try await write(snapshot)
            return .written
        } catch {
            return .failed(error)
        }
    }

    /// Writes the checkpoint of a snapshot, and points to it.
    static func write(_ snapshot: Snapshot) async throws(DeltaError) {
        let name = "\(LogFileName.folder)/\(LogFileName.checkpoint(named: snapshot.version))"
        let folder = snapshot.log.folder
        do {
            let actions = actions(of: snapshot)
            let object = try await folder.create(name)
            let size: Int
            do {
                var writer = try ParquetWriter(
                    schema: CheckpointBatch.schema,
                    options: ParquetWriterOptions(compression: .snappy)
                )
                var batch = CheckpointBatch()
                for action in actions {
                    try batch.append(action)
                    if batch.rowCount == batchRows {
                        try writer.write(batch.finish())
                        try await object.write(writer.takeBytes())
                    }
                }
                try writer.write(batch.finish())
                _ = try writer.finish()
                try await object.write(writer.takeBytes())
                size = writer.bytesWritten
            } catch {
                await object.discard()
                throw error
            }
            try await object.finish()
            let pointer = LastCheckpoint(
                version: snapshot.version,
                size: Int64(actions.count),
                sizeInBytes: Int64(size),
                numOfAddFiles: Int64(snapshot.fileCount)
            )
            try await folder.put("\(LogFileName.folder)/\(LogFileName.lastCheckpoint)", pointer.bytes)
        } catch let error as StorageError {
            throw DeltaError(
                error,
                "the checkpoint of version \(snapshot.version) could not be written",
                table: snapshot.log.path,
                version: snapshot.version
            )
        } catch {
            throw DeltaError(
                .storage,
                "the checkpoint of version \(snapshot.version) could not be written: \(error)",
                table: snapshot.log.path,
                version: snapshot.version,
                underlying: error
            )
        }
    }

    /// What a checkpoint holds, in a fixed order.
    static func actions(of snapshot: Snapshot) -> [Action] {
        let now = snapshot.log.now()
        var actions: [Action] = [.protocol(snapshot.protocol), .metadata(snapshot.metadata)]
        for transaction in snapshot.transactions.values.sorted(by: { $0.appId < $1.appId }) {
            if let retention = snapshot.metadata.setTransactionRetention, let updated = transaction.lastUpdated,
                updated <= now - min(retention, now)
            {
                continue
            }
            actions.append(.transaction(transaction))
        }
        for domain in snapshot.domains.values.sorted(by: { $0.domain < $1.domain }) {
            actions.append(.domainMetadata(domain))
        }
        let expiry = now - min(snapshot.metadata.deletedFileRetention, now)
        for remove in snapshot.tombstones where remove.deletionTimestamp ?? 0 > expiry {
            actions.append(.remove(remove))
        }
        actions += snapshot.files.map { .add($0) }
        return actions
    }
}

extension Snapshot {
    /// Writes a checkpoint of this version, whether it is due or not, so that readers need not read older commits.
    ///
    /// - Throws: ``DeltaError`` with code `storage` or `unsupportedFeature`.
    public func writeCheckpoint() async throws(DeltaError) {
        try ensureWritable()
        try await CheckpointWriter.write(self)
    }
}
