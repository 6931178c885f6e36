import Columnar

/// What the protocol demands of the actions of one commit.
///
/// Source: Delta protocol, "Action Reconciliation": a commit must not hold two actions that reconcile with each other.
enum CommitRules {
    /// Checks a commit's actions.
    ///
    /// - Parameter snapshot: what the commit was planned on; `nil` where it creates the table.
    /// - Throws: ``DeltaError`` with code `invalidTransaction`, `constraintViolated`, `invalidSchema` or
    ///   `unsupportedFeature`.
    static func check(_ actions: [Action], _ snapshot: Snapshot?) throws(DeltaError) {
        let contents = try once(actions)
        guard let metadata = contents.metadata ?? snapshot?.metadata,
            let tableProtocol = contents.protocol ?? snapshot?.protocol
        else {
            throw refusal("the first commit of a table needs a protocol and a metaData action")
        }
        let schema: Schema
        if let snapshot, snapshot.metadata.schemaString == metadata.schemaString,
            snapshot.metadata.partitionColumns == metadata.partitionColumns
        {
            schema = snapshot.schema
        } else {
            schema = try SchemaJSON.parse(metadata.schemaString)
            try SchemaRules.check(
                schema,
                partitionColumns: metadata.partitionColumns,
                mapsColumns: metadata.mapsColumns
            )
        }
        try tableProtocol.ensureWritable(metadata, schema)
        try checkFiles(actions, metadata, tableProtocol)
    }

    /// Checks that nothing is said twice.
    private static func once(
        _ actions: [Action]
    ) throws(DeltaError) -> (metadata: TableMetadata?, protocol: TableProtocol?) {
        var metadata: TableMetadata?
        var tableProtocol: TableProtocol?
        var added: Set<String> = []
        var removed: Set<String> = []
        var applications: Set<String> = []
        var domains: Set<String> = []
        for action in actions {
            switch action {
            case .protocol(let value):
                if tableProtocol != nil { throw refusal("two protocol actions in one commit") }
                tableProtocol = value
            case .metadata(let value):
                if metadata != nil { throw refusal("two metaData actions in one commit") }
                metadata = value
            case .add(let value):
                if !added.insert(value.key.path).inserted { throw refusal("the file '\(value.path)' is added twice") }
            case .remove(let value):
                if !removed.insert(value.key.path).inserted {
                    throw refusal("the file '\(value.path)' is removed twice")
                }
            case .transaction(let value):
                if !applications.insert(value.appId).inserted {
                    throw refusal("two txn actions of the application '\(value.appId)' in one commit")
                }
            case .domainMetadata(let value):
                if !domains.insert(value.domain).inserted {
                    throw refusal("two domainMetadata actions of the domain '\(value.domain)' in one commit")
                }
            case .cdc: break
            case .commitInfo: throw refusal("the commitInfo is written by the transaction itself")
            case .checkpointMetadata, .sidecar: throw refusal("an action that belongs into checkpoints only")
            }
        }
        return (metadata, tableProtocol)
    }

    private static func checkFiles(
        _ actions: [Action],
        _ metadata: TableMetadata,
        _ tableProtocol: TableProtocol
    ) throws(DeltaError) {
        let partitionColumns = Set(metadata.partitionColumns)
        let hasVectors = tableProtocol.writerFeatureNames.contains("deletionVectors")
        var added: Set<FileKey> = []
        for case .add(let add) in actions { added.insert(add.key) }
        for action in actions {
            switch action {
            case .add(let add):
                guard add.size >= 0, !add.path.isEmpty else {
                    throw refusal("an added file has no path or a negative size")
                }
                _ = try LogPath.resolve(add.path)
                guard Set(add.partitionValues.keys) == partitionColumns else {
                    throw refusal(
                        "the file '\(add.path)' has values for the partition columns "
                            + "[\(add.partitionValues.keys.sorted().joined(separator: ", "))], the table is partitioned by "
                            + "[\(metadata.partitionColumns.joined(separator: ", "))]"
                    )
                }
                if add.deletionVector != nil, !hasVectors {
                    throw refusal("the file '\(add.path)' has a deletion vector, the table's protocol knows none")
                }
            case .remove(let remove):
                if added.contains(remove.key) {
                    throw refusal("the file '\(remove.path)' is removed and added unchanged in one commit")
                }
                if metadata.isAppendOnly, remove.dataChange {
                    throw DeltaError(
                        .constraintViolated,
                        "rows can only be added to this table, not changed or deleted: its property "
                            + "'\(TableProperty.appendOnly)' is true"
                    )
                }
            default: break
            }
        }
    }

    private static func refusal(_ message: String) -> DeltaError {
        DeltaError(.invalidTransaction, message)
    }
}
