import CDCJSON

/// Actions as the JSON of commits.
enum ActionWriter {
    /// The lines of a commit file.
    static func write(_ actions: [Action]) -> [UInt8] {
        var writer = JSONWriter()
        for action in actions {
            write(action, to: &writer)
            writer.newline()
        }
        return writer.bytes
    }

    static func write(_ action: Action, to writer: inout JSONWriter) {
        writer.object { writer in
            switch action {
            case .protocol(let value):
                writer.key("protocol")
                write(value, to: &writer)
            case .metadata(let value):
                writer.key("metaData")
                write(value, to: &writer)
            case .add(let value):
                writer.key("add")
                write(value, to: &writer)
            case .remove(let value):
                writer.key("remove")
                write(value, to: &writer)
            case .cdc(let value):
                writer.key("cdc")
                writer.object { writer in
                    writer.member("path", value.path)
                    writer.member("partitionValues", value.partitionValues)
                    writer.member("size", value.size)
                    writer.member("dataChange", false)
                    writer.member("tags", value.tags)
                }
            case .transaction(let value):
                writer.key("txn")
                writer.object { writer in
                    writer.member("appId", value.appId)
                    writer.member("version", value.version)
                    writer.member("lastUpdated", value.lastUpdated)
                }
            case .domainMetadata(let value):
                writer.key("domainMetadata")
                writer.object { writer in
                    writer.member("domain", value.domain)
                    writer.member("configuration", value.configuration)
                    writer.member("removed", value.removed)
                }
            case .commitInfo(let value):
                writer.key("commitInfo")
                write(value, to: &writer)
            case .checkpointMetadata(let value):
                writer.key("checkpointMetadata")
                writer.object { writer in
                    writer.member("version", value.version)
                    writer.member("tags", value.tags)
                }
            case .sidecar(let value):
                writer.key("sidecar")
                writer.object { writer in
                    writer.member("path", value.path)
                    writer.member("sizeInBytes", value.sizeInBytes)
                    writer.member("modificationTime", value.modificationTime)
                    writer.member("tags", value.tags)
                }
            }
        }
    }

    private static func write(_ value: TableProtocol, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("minReaderVersion", value.minReaderVersion)
            writer.member("minWriterVersion", value.minWriterVersion)
            writer.member("readerFeatures", value.readerFeatures)
            writer.member("writerFeatures", value.writerFeatures)
        }
    }

    private static func write(_ value: TableMetadata, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", value.id)
            writer.member("name", value.name)
            writer.member("description", value.description)
            writer.key("format")
            writer.object { writer in
                writer.member("provider", value.formatProvider)
                writer.member("options", value.formatOptions as [String: String?])
            }
            writer.member("schemaString", value.schemaString)
            writer.member("partitionColumns", value.partitionColumns)
            writer.member("createdTime", value.createdTime)
            writer.member("configuration", value.configuration as [String: String?])
        }
    }

    private static func write(_ value: AddFile, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("path", value.path)
            writer.member("partitionValues", value.partitionValues)
            writer.member("size", value.size)
            writer.member("modificationTime", value.modificationTime)
            writer.member("dataChange", value.dataChange)
            writer.member("stats", value.stats)
            writer.member("tags", value.tags)
            write(value.deletionVector, to: &writer)
            writer.member("baseRowId", value.baseRowId)
            writer.member("defaultRowCommitVersion", value.defaultRowCommitVersion)
            writer.member("clusteringProvider", value.clusteringProvider)
        }
    }

    private static func write(_ value: RemoveFile, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("path", value.path)
            writer.member("deletionTimestamp", value.deletionTimestamp)
            writer.member("dataChange", value.dataChange)
            writer.member("extendedFileMetadata", value.extendedFileMetadata)
            writer.member("partitionValues", value.partitionValues)
            writer.member("size", value.size)
            writer.member("stats", value.stats)
            writer.member("tags", value.tags)
            write(value.deletionVector, to: &writer)
            writer.member("baseRowId", value.baseRowId)
            writer.member("defaultRowCommitVersion", value.defaultRowCommitVersion)
        }
    }

    private static func write(_ vector: DeletionVectorDescriptor?, to writer: inout JSONWriter) {
        guard let vector else { return }
        writer.key("deletionVector")
        writer.object { writer in
            writer.member("storageType", vector.storageType)
            writer.member("pathOrInlineDv", vector.pathOrInlineDV)
            writer.member("offset", vector.offset)
            writer.member("sizeInBytes", vector.sizeInBytes)
            writer.member("cardinality", vector.cardinality)
            writer.member("maxRowIndex", vector.maxRowIndex)
        }
    }

    /// The order in which a person expects the members of a commit info; others follow in alphabetical order.
    private static let commitInfoOrder = [
        "inCommitTimestamp", "timestamp", "userId", "userName", "operation", "operationParameters", "job", "notebook",
        "clusterId", "readVersion", "isolationLevel", "isBlindAppend", "operationMetrics", "userMetadata", "tags",
        "engineInfo", "txnId",
    ]

    private static func write(_ info: CommitInfo, to writer: inout JSONWriter) {
        writer.object { writer in
            for name in commitInfoOrder { writer.member(name, info.members[name]) }
            for name in info.members.keys.sorted() where !commitInfoOrder.contains(name) {
                writer.member(name, info.members[name])
            }
        }
    }
}
