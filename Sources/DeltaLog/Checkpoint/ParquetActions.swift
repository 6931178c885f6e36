import Columnar
import LakeStorage
import Parquet

/// Actions from the Parquet files of checkpoints: each row is one action, in the column that has its name.
enum ParquetActions {
    /// Hands the actions of a file to `body`, a row group at a time.
    ///
    /// - Throws: ``DeltaError`` with code `corruptLog` or `storage`.
    static func read(
        _ path: String,
        _ table: StorageFolder,
        _ version: Int64,
        _ body: ([Action]) -> Void
    ) async throws(DeltaError) {
        do {
            let size = try await table.attributes(of: path).size
            let file = try await ParquetFile(StoredParquetFile(table, path, byteCount: size))
            let columns = file.schema.fields.map(\.name).filter(names.contains)
            for group in file.metadata.rowGroups.indices {
                body(try actions(try await file.readRowGroup(group, columns: columns)))
            }
        } catch let error as StorageError {
            throw DeltaError(error, "the checkpoint of version \(version) could not be read", version: version)
        } catch {
            throw DeltaError(
                .corruptLog,
                "the checkpoint of version \(version) cannot be understood: \(error)",
                version: version,
                file: StoragePath.join(table.folder, path),
                underlying: error
            )
        }
    }

    private static let names: Set<String> = [
        "protocol", "metaData", "add", "remove", "txn", "domainMetadata", "checkpointMetadata", "sidecar",
    ]

    /// The actions in the rows of a batch, those of one kind together.
    static func actions(_ batch: RecordBatch) throws(DeltaError) -> [Action] {
        var actions: [Action] = []
        actions.reserveCapacity(batch.rowCount)
        func column(_ name: String) -> StructureColumn? {
            batch.schema.index(of: name).flatMap { StructureColumn(batch.columns[$0]) }
        }
        if let column = column("protocol") { try readProtocols(column, &actions) }
        if let column = column("metaData") { try readMetadata(column, &actions) }
        if let column = column("txn") { try readTransactions(column, &actions) }
        if let column = column("domainMetadata") { try readDomains(column, &actions) }
        if let column = column("checkpointMetadata") { readCheckpointMetadata(column, &actions) }
        if let column = column("sidecar") { try readSidecars(column, &actions) }
        if let column = column("remove") { try readRemoves(column, &actions) }
        if let column = column("add") { try readAdds(column, &actions) }
        return actions
    }

    // MARK: Kinds of actions

    private static func readProtocols(_ column: StructureColumn, _ actions: inout [Action]) throws(DeltaError) {
        let reader = NumberColumn(column["minReaderVersion"])
        let writer = NumberColumn(column["minWriterVersion"])
        let readerFeatures = ListColumn(column["readerFeatures"])
        let writerFeatures = ListColumn(column["writerFeatures"])
        for row in 0..<column.count where column.isThere(row) {
            guard let readerVersion = reader[row], let writerVersion = writer[row] else {
                // Some writers leave a structure of nulls where no action is.
                if reader[row] == nil && writer[row] == nil { continue }
                throw missing("a protocol without versions")
            }
            actions.append(
                .protocol(
                    TableProtocol(
                        minReaderVersion: Int(readerVersion),
                        minWriterVersion: Int(writerVersion),
                        readerFeatures: readerFeatures[row],
                        writerFeatures: writerFeatures[row]
                    ).withoutEmptyLists()
                )
            )
        }
    }

    private static func readMetadata(_ column: StructureColumn, _ actions: inout [Action]) throws(DeltaError) {
        let id = TextColumn(column["id"])
        let name = TextColumn(column["name"])
        let description = TextColumn(column["description"])
        let format = StructureColumn(column["format"])
        let provider = TextColumn(format?["provider"])
        let options = MapColumn(format?["options"])
        let schema = TextColumn(column["schemaString"])
        let partitionColumns = ListColumn(column["partitionColumns"])
        let configuration = MapColumn(column["configuration"])
        let created = NumberColumn(column["createdTime"])
        for row in 0..<column.count where column.isThere(row) {
            guard let schemaString = schema[row] else {
                if id[row] == nil { continue }
                throw missing("a metaData without a schema")
            }
            actions.append(
                .metadata(
                    TableMetadata(
                        id: id[row] ?? "",
                        name: name[row],
                        description: description[row],
                        formatProvider: provider[row] ?? "parquet",
                        formatOptions: options.texts(row) ?? [:],
                        schemaString: schemaString,
                        partitionColumns: partitionColumns[row] ?? [],
                        createdTime: created[row],
                        configuration: configuration.texts(row) ?? [:]
                    )
                )
            )
        }
    }

    private static func readTransactions(_ column: StructureColumn, _ actions: inout [Action]) throws(DeltaError) {
        let appId = TextColumn(column["appId"])
        let version = NumberColumn(column["version"])
        let lastUpdated = NumberColumn(column["lastUpdated"])
        for row in 0..<column.count where column.isThere(row) {
            guard let id = appId[row] else { continue }
            guard let version = version[row] else { throw missing("a txn without a version") }
            actions.append(
                .transaction(SetTransaction(appId: id, version: version, lastUpdated: lastUpdated[row]))
            )
        }
    }

    private static func readDomains(_ column: StructureColumn, _ actions: inout [Action]) throws(DeltaError) {
        let domain = TextColumn(column["domain"])
        let configuration = TextColumn(column["configuration"])
        let removed = FlagColumn(column["removed"])
        for row in 0..<column.count where column.isThere(row) {
            guard let domain = domain[row] else { continue }
            actions.append(
                .domainMetadata(
                    DomainMetadata(
                        domain: domain,
                        configuration: configuration[row] ?? "",
                        removed: removed[row] ?? false
                    )
                )
            )
        }
    }

    private static func readCheckpointMetadata(_ column: StructureColumn, _ actions: inout [Action]) {
        let version = NumberColumn(column["version"])
        let tags = MapColumn(column["tags"])
        for row in 0..<column.count where column.isThere(row) {
            guard let version = version[row] else { continue }
            actions.append(.checkpointMetadata(CheckpointMetadata(version: version, tags: tags[row])))
        }
    }

    private static func readSidecars(_ column: StructureColumn, _ actions: inout [Action]) throws(DeltaError) {
        let path = TextColumn(column["path"])
        let size = NumberColumn(column["sizeInBytes"])
        let modified = NumberColumn(column["modificationTime"])
        let tags = MapColumn(column["tags"])
        for row in 0..<column.count where column.isThere(row) {
            guard let path = path[row] else { continue }
            actions.append(
                .sidecar(
                    Sidecar(
                        path: path,
                        sizeInBytes: size[row] ?? 0,
                        modificationTime: modified[row] ?? 0,
                        tags: tags[row]
                    )
                )
            )
        }
    }

    private static func readRemoves(_ column: StructureColumn, _ actions: inout [Action]) throws(DeltaError) {
        let path = TextColumn(column["path"])
        let deleted = NumberColumn(column["deletionTimestamp"])
        let dataChange = FlagColumn(column["dataChange"])
        let extended = FlagColumn(column["extendedFileMetadata"])
        let partitionValues = MapColumn(column["partitionValues"])
        let size = NumberColumn(column["size"])
        let vector = DeletionVectorColumn(column["deletionVector"])
        let rowId = NumberColumn(column["baseRowId"])
        let rowVersion = NumberColumn(column["defaultRowCommitVersion"])
        for row in 0..<column.count where column.isThere(row) {
            guard let path = path[row] else { continue }
            actions.append(
                .remove(
                    RemoveFile(
                        path: path,
                        deletionTimestamp: deleted[row],
                        dataChange: dataChange[row] ?? true,
                        extendedFileMetadata: extended[row],
                        partitionValues: partitionValues[row],
                        size: size[row],
                        deletionVector: try vector.descriptor(row),
                        baseRowId: rowId[row],
                        defaultRowCommitVersion: rowVersion[row]
                    )
                )
            )
        }
    }

    private static func readAdds(_ column: StructureColumn, _ actions: inout [Action]) throws(DeltaError) {
        let path = TextColumn(column["path"])
        let partitionValues = MapColumn(column["partitionValues"])
        let size = NumberColumn(column["size"])
        let modified = NumberColumn(column["modificationTime"])
        let dataChange = FlagColumn(column["dataChange"])
        let stats = TextColumn(column["stats"])
        let parsedStats = column["stats_parsed"]
        let tags = MapColumn(column["tags"])
        let vector = DeletionVectorColumn(column["deletionVector"])
        let rowId = NumberColumn(column["baseRowId"])
        let rowVersion = NumberColumn(column["defaultRowCommitVersion"])
        let clustering = TextColumn(column["clusteringProvider"])
        for row in 0..<column.count where column.isThere(row) {
            guard let path = path[row] else { continue }
            guard let size = size[row], size >= 0 else { throw missing("an add without a size") }
            actions.append(
                .add(
                    AddFile(
                        path: path,
                        partitionValues: partitionValues[row] ?? [:],
                        size: size,
                        modificationTime: modified[row] ?? 0,
                        dataChange: dataChange[row] ?? false,
                        stats: stats[row] ?? parsedStats.flatMap { StatisticsText.text($0, row) },
                        tags: tags[row],
                        deletionVector: try vector.descriptor(row),
                        baseRowId: rowId[row],
                        defaultRowCommitVersion: rowVersion[row],
                        clusteringProvider: clustering[row]
                    )
                )
            )
        }
    }

    fileprivate static func missing(_ what: String) -> DeltaError { DeltaError(.corruptLog, what) }
}

/// The descriptors of deletion vectors in a checkpoint.
private struct DeletionVectorColumn {
    private let column: StructureColumn?
    private let storageType: TextColumn
    private let path: TextColumn
    private let offset: NumberColumn
    private let size: NumberColumn
    private let cardinality: NumberColumn
    private let maxRowIndex: NumberColumn

    init(_ column: Column?) {
        let structure = StructureColumn(column)
        self.column = structure
        storageType = TextColumn(structure?["storageType"])
        path = TextColumn(structure?["pathOrInlineDv"])
        offset = NumberColumn(structure?["offset"])
        size = NumberColumn(structure?["sizeInBytes"])
        cardinality = NumberColumn(structure?["cardinality"])
        maxRowIndex = NumberColumn(structure?["maxRowIndex"])
    }

    func descriptor(_ row: Int) throws(DeltaError) -> DeletionVectorDescriptor? {
        guard let column, column.isThere(row), let type = storageType[row] else { return nil }
        guard let path = path[row], let size = size[row], let cardinality = cardinality[row], size >= 0,
            cardinality >= 0
        else { throw ParquetActions.missing("a deletion vector without path, size or cardinality") }
        return DeletionVectorDescriptor(
            storageType: type,
            pathOrInlineDV: path,
            offset: offset[row],
            sizeInBytes: size,
            cardinality: cardinality,
            maxRowIndex: maxRowIndex[row]
        )
    }
}
