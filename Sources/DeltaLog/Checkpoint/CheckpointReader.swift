import LakeStorage

/// Reads checkpoints: the state of a table at one version, gathered in one place.
///
/// Source: Delta protocol, "Checkpoints".
enum CheckpointReader {
    /// Hands the actions of a checkpoint to `body`, some at a time.
    ///
    /// - Throws: ``DeltaError`` with code `corruptLog`, `missingVersion` or `storage`.
    static func read(
        _ checkpoint: LogSegment.Checkpoint,
        _ table: StorageFolder,
        _ body: ([Action]) -> Void
    ) async throws(DeltaError) {
        var sidecars: [Sidecar] = []
        for path in checkpoint.paths {
            switch checkpoint.kind {
            case .json:
                let bytes = try await bytes(path, table, checkpoint.version)
                let file = CommitReader.fullPath(table, path)
                let actions = try ActionReader.read(bytes, file: file, version: checkpoint.version)
                for case .sidecar(let sidecar) in actions { sidecars.append(sidecar) }
                body(actions)
            case .parquet:
                try await ParquetActions.read(path, table, checkpoint.version) { actions in
                    for case .sidecar(let sidecar) in actions { sidecars.append(sidecar) }
                    body(actions)
                }
            }
        }
        for sidecar in sidecars {
            let path = try path(of: sidecar, checkpoint.version)
            try await ParquetActions.read(path, table, checkpoint.version, body)
        }
    }

    private static func bytes(_ path: String, _ table: StorageFolder, _ version: Int64) async throws(DeltaError)
        -> [UInt8]
    {
        do { return try await table.read(path) } catch {
            throw DeltaError(error, "the checkpoint of version \(version) could not be read", version: version)
        }
    }

    /// Where a sidecar lies; some writers give more than its name, but it always lies in the one folder.
    private static func path(of sidecar: Sidecar, _ version: Int64) throws(DeltaError) -> String {
        guard let decoded = LogPath.decode(sidecar.path), let name = decoded.split(separator: "/").last,
            name != "..", name != "."
        else {
            throw DeltaError(
                .corruptLog,
                "the checkpoint of version \(version) names a file '\(sidecar.path.prefix(200))' that cannot be one",
                version: version
            )
        }
        return "\(LogFileName.sidecarFolder)/\(name)"
    }
}
