import Columnar

/// Gathers actions as the rows of a checkpoint: one column for each kind of action, of which each row fills one.
///
/// Source: Delta protocol, "Checkpoint Schema".
struct CheckpointBatch {
    static let schema: Schema = {
        let texts = DataType.map(key: .string, value: .string, valueContainsNull: true)
        let names = DataType.list(element: .string, containsNull: true)
        let vector = DataType.structure([
            Field("storageType", .string), Field("pathOrInlineDv", .string), Field("offset", .integer),
            Field("sizeInBytes", .integer), Field("cardinality", .long), Field("maxRowIndex", .long),
        ])
        return [
            Field("txn", .structure([Field("appId", .string), Field("version", .long), Field("lastUpdated", .long)])),
            Field(
                "add",
                .structure([
                    Field("path", .string), Field("partitionValues", texts), Field("size", .long),
                    Field("modificationTime", .long), Field("dataChange", .boolean), Field("tags", texts),
                    Field("deletionVector", vector), Field("baseRowId", .long),
                    Field("defaultRowCommitVersion", .long), Field("clusteringProvider", .string),
                    Field("stats", .string),
                ])
            ),
            Field(
                "remove",
                .structure([
                    Field("path", .string), Field("deletionTimestamp", .long), Field("dataChange", .boolean),
                    Field("extendedFileMetadata", .boolean), Field("partitionValues", texts), Field("size", .long),
                    Field("deletionVector", vector), Field("baseRowId", .long),
                    Field("defaultRowCommitVersion", .long),
                ])
            ),
            Field(
                "metaData",
                .structure([
                    Field("id", .string), Field("name", .string), Field("description", .string),
                    Field("format", .structure([Field("provider", .string), Field("options", texts)])),
                    Field("schemaString", .string), Field("partitionColumns", names), Field("configuration", texts),
                    Field("createdTime", .long),
                ])
            ),
            Field(
                "protocol",
                .structure([
                    Field("minReaderVersion", .integer), Field("minWriterVersion", .integer),
                    Field("readerFeatures", names), Field("writerFeatures", names),
                ])
            ),
            Field(
                "domainMetadata",
                .structure([Field("domain", .string), Field("configuration", .string), Field("removed", .boolean)])
            ),
        ]
    }()

    private var builder = RecordBatchBuilder(schema)
    private(set) var rowCount = 0

    /// What has been gathered; the batch is empty afterwards.
    mutating func finish() throws(ColumnarError) -> RecordBatch {
        rowCount = 0
        return try builder.finish()
    }

    /// Adds an action; those that do not belong into a checkpoint are left out.
    ///
    /// - Throws: ``ColumnarError`` where a number does not fit its column.
    mutating func append(_ action: Action) throws(ColumnarError) {
        let column: Int
        switch action {
        case .transaction(let value):
            column = 0
            try Self.append(value, to: &builder.columns[0])
        case .add(let value):
            column = 1
            try Self.append(value, to: &builder.columns[1])
        case .remove(let value):
            column = 2
            try Self.append(value, to: &builder.columns[2])
        case .metadata(let value):
            column = 3
            try Self.append(value, to: &builder.columns[3])
        case .protocol(let value):
            column = 4
            try Self.append(value, to: &builder.columns[4])
        case .domainMetadata(let value):
            column = 5
            try Self.append(value, to: &builder.columns[5])
        case .cdc, .commitInfo, .checkpointMetadata, .sidecar: return
        }
        for other in builder.columns.indices where other != column { builder.columns[other].appendNull() }
        rowCount += 1
    }

    // MARK: Actions

    private static func append(_ value: SetTransaction, to column: inout ColumnBuilder) throws(ColumnarError) {
        try column.children[0].append(value.appId)
        column.children[1].append(value.version)
        append(value.lastUpdated, to: &column.children[2])
        try column.appendNested()
    }

    private static func append(_ value: AddFile, to column: inout ColumnBuilder) throws(ColumnarError) {
        try column.children[0].append(value.path)
        try append(value.partitionValues, to: &column.children[1])
        column.children[2].append(value.size)
        column.children[3].append(value.modificationTime)
        column.children[4].append(false)  // a checkpoint changes nothing
        try append(value.tags, to: &column.children[5])
        try append(value.deletionVector, to: &column.children[6])
        append(value.baseRowId, to: &column.children[7])
        append(value.defaultRowCommitVersion, to: &column.children[8])
        try append(value.clusteringProvider, to: &column.children[9])
        try append(value.stats, to: &column.children[10])
        try column.appendNested()
    }

    private static func append(_ value: RemoveFile, to column: inout ColumnBuilder) throws(ColumnarError) {
        try column.children[0].append(value.path)
        append(value.deletionTimestamp, to: &column.children[1])
        column.children[2].append(false)
        append(value.extendedFileMetadata, to: &column.children[3])
        try append(value.partitionValues, to: &column.children[4])
        append(value.size, to: &column.children[5])
        try append(value.deletionVector, to: &column.children[6])
        append(value.baseRowId, to: &column.children[7])
        append(value.defaultRowCommitVersion, to: &column.children[8])
        try column.appendNested()
    }

    private static func append(_ value: TableMetadata, to column: inout ColumnBuilder) throws(ColumnarError) {
        try column.children[0].append(value.id)
        try append(value.name, to: &column.children[1])
        try append(value.description, to: &column.children[2])
        try column.children[3].children[0].append(value.formatProvider)
        try append(value.formatOptions, to: &column.children[3].children[1])
        try column.children[3].appendNested()
        try column.children[4].append(value.schemaString)
        try append(value.partitionColumns, to: &column.children[5])
        try append(value.configuration, to: &column.children[6])
        append(value.createdTime, to: &column.children[7])
        try column.appendNested()
    }

    private static func append(_ value: TableProtocol, to column: inout ColumnBuilder) throws(ColumnarError) {
        column.children[0].append(try narrow(Int64(value.minReaderVersion)))
        column.children[1].append(try narrow(Int64(value.minWriterVersion)))
        try append(value.readerFeatures, to: &column.children[2])
        try append(value.writerFeatures, to: &column.children[3])
        try column.appendNested()
    }

    private static func append(_ value: DomainMetadata, to column: inout ColumnBuilder) throws(ColumnarError) {
        try column.children[0].append(value.domain)
        try column.children[1].append(value.configuration)
        column.children[2].append(value.removed)
        try column.appendNested()
    }

    // MARK: Members

    private static func append(
        _ value: DeletionVectorDescriptor?,
        to column: inout ColumnBuilder
    ) throws(ColumnarError) {
        guard let value else { return column.appendNull() }
        try column.children[0].append(value.storageType)
        try column.children[1].append(value.pathOrInlineDV)
        if let offset = value.offset {
            column.children[2].append(try narrow(offset))
        } else {
            column.children[2].appendNull()
        }
        column.children[3].append(try narrow(value.sizeInBytes))
        column.children[4].append(value.cardinality)
        append(value.maxRowIndex, to: &column.children[5])
        try column.appendNested()
    }

    private static func append(_ value: String?, to column: inout ColumnBuilder) throws(ColumnarError) {
        if let value { try column.append(value) } else { column.appendNull() }
    }

    private static func append(_ value: Int64?, to column: inout ColumnBuilder) {
        if let value { column.append(value) } else { column.appendNull() }
    }

    private static func append(_ value: Bool?, to column: inout ColumnBuilder) {
        if let value { column.append(value) } else { column.appendNull() }
    }

    private static func append(_ value: [String]?, to column: inout ColumnBuilder) throws(ColumnarError) {
        guard let value else { return column.appendNull() }
        for text in value { try column.children[0].append(text) }
        try column.appendNested()
    }

    private static func append(_ value: [String: String?]?, to column: inout ColumnBuilder) throws(ColumnarError) {
        guard let value else { return column.appendNull() }
        for (key, text) in value.count > 1 ? value.sorted(by: { $0.key < $1.key }) : Array(value) {
            try column.children[0].append(key)
            try append(text, to: &column.children[1])
        }
        try column.appendNested()
    }

    private static func narrow(_ value: Int64) throws(ColumnarError) -> Int32 {
        guard let narrow = Int32(exactly: value) else {
            throw ColumnarError(.outOfRange, "\(value) does not fit a whole number of 32 bits")
        }
        return narrow
    }
}
