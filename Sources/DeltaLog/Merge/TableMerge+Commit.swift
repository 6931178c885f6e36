import CDCJSON
import Columnar

extension TableMerge {
    /// The commit that makes the table what the merge made of it.
    ///
    /// - Parameter extra: Actions that belong to the same commit, such as an application's version.
    func transaction(
        on snapshot: Snapshot,
        operation: String = "MERGE",
        parameters: [String: JSONValue] = [:],
        extra: [Action] = []
    ) -> Transaction {
        var transaction = Transaction(on: snapshot, CommitOperation(operation, parameters: parameters))
        let changes = changes(from: snapshot)
        transaction.operation.metrics = metrics(changes)
        let ranges = ranges
        let column = identity.columns[0]
        transaction.reads = .files(readPaths) { file in ranges.contains { $0.mayOverlap(file, column: column) } }
        transaction.actions = extra + changes.actions(at: snapshot.log.now())
        return transaction
    }

    /// The commit that makes a table of the merge's files.
    func creation(_ table: TableLayout, extra: [Action]) throws -> Transaction {
        var transaction = try Transaction(creating: table.log, schema: table.schema)
        let changes = changes(from: nil)
        transaction.operation = CommitOperation(
            "CREATE TABLE AS SELECT",
            parameters: ["mode": "ErrorIfExists", "partitionBy": "[]"],
            metrics: metrics(changes)
        )
        transaction.actions += extra + changes.actions(at: table.log.now())
        return transaction
    }

    /// The commit that puts the merge's files, and their columns, in the place of everything that a table holds.
    func replacement(of snapshot: Snapshot, schema: Schema, extra: [Action]) throws -> Transaction {
        var transaction = Transaction(
            on: snapshot,
            CommitOperation("REPLACE TABLE AS SELECT", parameters: ["mode": "Overwrite", "partitionBy": "[]"])
        )
        let changes = changes(from: snapshot)
        transaction.operation.metrics = metrics(changes)
        transaction.reads = .wholeTable
        if schema != snapshot.schema || !snapshot.partitionColumns.isEmpty {
            var metadata = snapshot.metadata
            try SchemaRules.check(schema, partitionColumns: [])
            metadata.schemaString = SchemaJSON.text(schema)
            metadata.partitionColumns = []
            transaction.actions.append(.metadata(metadata))
            let needed = try snapshot.protocol.extended(for: schema)
            if needed != snapshot.protocol { transaction.actions.append(.protocol(needed)) }
        }
        transaction.actions += extra + changes.actions(at: snapshot.log.now())
        return transaction
    }

    /// Files that come and files that go.
    private struct Changes {
        var removed: [AddFile]
        var added: [AddFile]

        func actions(at now: Int64) -> [Action] {
            removed.map { .remove($0.removal(at: now, dataChange: true)) } + added.map { .add($0) }
        }
    }

    private func changes(from snapshot: Snapshot?) -> Changes {
        let before = snapshot?.files ?? []
        let known = Set(before.map(\.key))
        let kept = Set(files.map(\.key))
        return Changes(
            removed: before.filter { !kept.contains($0.key) },
            added: files.filter { !known.contains($0.key) }
        )
    }

    private func metrics(_ changes: Changes) -> [String: Int64] {
        [
            "numSourceRows": metrics.sourceRows,
            "numTargetRowsInserted": metrics.rowsInserted,
            "numTargetRowsUpdated": metrics.rowsUpdated,
            "numTargetRowsDeleted": metrics.rowsDeleted,
            "numTargetRowsCopied": metrics.rowsCopied,
            "numOutputRows": changes.added.reduce(0) { $0 + Int64(FileStatistics.rowCount($1) ?? 0) },
            "numTargetFilesAdded": Int64(changes.added.count),
            "numTargetFilesRemoved": Int64(changes.removed.count),
            "numTargetBytesAdded": changes.added.reduce(0) { $0 + $1.size },
            "numTargetBytesRemoved": changes.removed.reduce(0) { $0 + $1.size },
        ]
    }
}

extension TableProtocol {
    /// This protocol, or where columns need more, one that names what this one has and what they need.
    func extended(for schema: Schema) throws(DeltaError) -> TableProtocol {
        let needed = try TableProtocol.lowest(for: schema)
        let readers = Set(readerFeatureNames).union(needed.readerFeatureNames)
        let writers = Set(writerFeatureNames).union(needed.writerFeatureNames)
        if readers == Set(readerFeatureNames), writers == Set(writerFeatureNames) { return self }
        return TableProtocol(
            minReaderVersion: Self.namedFeatures.reader,
            minWriterVersion: Self.namedFeatures.writer,
            readerFeatures: readers.sorted(),
            writerFeatures: writers.union(readers).sorted()
        )
    }
}
