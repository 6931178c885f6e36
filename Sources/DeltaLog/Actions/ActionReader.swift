import CDCJSON

/// Actions from the JSON of commits.
enum ActionReader {
    /// The actions of a commit file, in its order.
    ///
    /// - Parameter file: the file's path, for errors.
    /// - Throws: ``DeltaError`` with code `corruptLog`, naming file and line.
    static func read(_ bytes: [UInt8], file: String, version: Int64) throws(DeltaError) -> [Action] {
        var actions: [Action] = []
        try forEachLine(bytes) { (range, line) throws(DeltaError) in
            if let action = try read(bytes, range, line: line, file: file, version: version) { actions.append(action) }
        }
        return actions
    }

    /// The commit info of a commit file, without reading its other actions; `nil` where it has none.
    static func commitInfo(_ bytes: [UInt8], file: String, version: Int64) throws(DeltaError) -> CommitInfo? {
        var found: CommitInfo?
        let name = Array("\"commitInfo\"".utf8)
        try forEachLine(bytes) { (range, line) throws(DeltaError) in
            // The action's name stands near the beginning of its line, behind the names of all others at the most.
            guard found == nil, bytes[range].prefix(256).contains(name) else { return }
            let action = try read(bytes, range, line: line, file: file, version: version)
            if case .commitInfo(let info) = action { found = info }
        }
        return found
    }

    /// Calls `body` with each line that is not empty, and its number counted from 1.
    private static func forEachLine(
        _ bytes: [UInt8],
        _ body: (Range<Int>, Int) throws(DeltaError) -> Void
    ) throws(DeltaError) {
        var start = 0
        var line = 1
        while start < bytes.count {
            var end = start
            var isBlank = true
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
                let isSpace = bytes[end] == 0x20 || bytes[end] == 0x09 || bytes[end] == 0x0D
                if !isSpace { isBlank = false }
                end += 1
            }
            if !isBlank { try body(start..<end, line) }
            start = end + 1
            line += 1
        }
    }

    private static func read(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        line: Int,
        file: String,
        version: Int64
    ) throws(DeltaError) -> Action? {
        var reader = JSONReader(bytes, range: range)
        do {
            var action: Action?
            try reader.readObject { name, reader in
                let start = reader.offset
                guard let read = try readAction(name, &reader) else { return }
                if action != nil { throw JSONError("a second action in the line", at: start) }
                action = read
            }
            try reader.finish()
            return action
        } catch {
            var reason = "\(error)"
            if let error = error as? JSONError {
                reason = "\(error.message) at column \(error.offset - range.lowerBound + 1)"
            }
            throw DeltaError(
                .corruptLog,
                "line \(line) of '\(file)' is no action of a Delta log: \(reason); restore the file from a backup",
                version: version,
                file: file,
                underlying: error
            )
        }
    }

    private static func readAction(_ name: String, _ reader: inout JSONReader) throws -> Action? {
        if try reader.readNull() { return nil }  // some writers put every action's name in every line
        switch name {
        case "add": return .add(try readAdd(&reader))
        case "remove": return .remove(try readRemove(&reader))
        case "cdc": return .cdc(try readCDC(&reader))
        case "metaData": return .metadata(try readMetadata(&reader))
        case "protocol": return .protocol(try readProtocol(&reader))
        case "txn": return .transaction(try readTransaction(&reader))
        case "domainMetadata": return .domainMetadata(try readDomain(&reader))
        case "commitInfo":
            let start = reader.offset
            guard case .object(let members) = try reader.readValue() else {
                throw JSONError("a commitInfo that is no object", at: start)
            }
            return .commitInfo(CommitInfo(members))
        case "checkpointMetadata": return .checkpointMetadata(try readCheckpointMetadata(&reader))
        case "sidecar": return .sidecar(try readSidecar(&reader))
        default:
            try reader.skipValue()
            return nil
        }
    }

    // MARK: Actions

    private static func readAdd(_ reader: inout JSONReader) throws -> AddFile {
        var add = AddFile(path: "", size: -1, modificationTime: 0)
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "path": add.path = try reader.readString()
            case "partitionValues": add.partitionValues = try reader.optionalMap() ?? [:]
            case "size": add.size = try reader.readInteger()
            case "modificationTime": add.modificationTime = try reader.optionalInteger() ?? 0
            case "dataChange": add.dataChange = try reader.optionalBoolean() ?? true
            case "stats": add.stats = try reader.optionalString()
            case "tags": add.tags = try reader.optionalMap()
            case "deletionVector": add.deletionVector = try readDeletionVector(&reader)
            case "baseRowId": add.baseRowId = try reader.optionalInteger()
            case "defaultRowCommitVersion": add.defaultRowCommitVersion = try reader.optionalInteger()
            case "clusteringProvider": add.clusteringProvider = try reader.optionalString()
            default: try reader.skipValue()
            }
        }
        if add.path.isEmpty { throw JSONError("an add without a path", at: start) }
        if add.size < 0 { throw JSONError("an add without a size, or with a negative one", at: start) }
        return add
    }

    private static func readRemove(_ reader: inout JSONReader) throws -> RemoveFile {
        var remove = RemoveFile(path: "", deletionTimestamp: nil, dataChange: true)
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "path": remove.path = try reader.readString()
            case "deletionTimestamp": remove.deletionTimestamp = try reader.optionalInteger()
            case "dataChange": remove.dataChange = try reader.optionalBoolean() ?? true
            case "extendedFileMetadata": remove.extendedFileMetadata = try reader.optionalBoolean()
            case "partitionValues": remove.partitionValues = try reader.optionalMap()
            case "size": remove.size = try reader.optionalInteger()
            case "stats": remove.stats = try reader.optionalString()
            case "tags": remove.tags = try reader.optionalMap()
            case "deletionVector": remove.deletionVector = try readDeletionVector(&reader)
            case "baseRowId": remove.baseRowId = try reader.optionalInteger()
            case "defaultRowCommitVersion": remove.defaultRowCommitVersion = try reader.optionalInteger()
            default: try reader.skipValue()
            }
        }
        if remove.path.isEmpty { throw JSONError("a remove without a path", at: start) }
        return remove
    }

    private static func readCDC(_ reader: inout JSONReader) throws -> AddCDCFile {
        var cdc = AddCDCFile(path: "", partitionValues: [:], size: 0)
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "path": cdc.path = try reader.readString()
            case "partitionValues": cdc.partitionValues = try reader.optionalMap() ?? [:]
            case "size": cdc.size = try reader.optionalInteger() ?? 0
            case "tags": cdc.tags = try reader.optionalMap()
            default: try reader.skipValue()
            }
        }
        if cdc.path.isEmpty { throw JSONError("a cdc without a path", at: start) }
        return cdc
    }

    private static func readDeletionVector(_ reader: inout JSONReader) throws -> DeletionVectorDescriptor? {
        if try reader.readNull() { return nil }
        var vector = DeletionVectorDescriptor(storageType: "", pathOrInlineDV: "", sizeInBytes: -1, cardinality: -1)
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "storageType": vector.storageType = try reader.readString()
            case "pathOrInlineDv": vector.pathOrInlineDV = try reader.readString()
            case "offset": vector.offset = try reader.optionalInteger()
            case "sizeInBytes": vector.sizeInBytes = try reader.readInteger()
            case "cardinality": vector.cardinality = try reader.readInteger()
            case "maxRowIndex": vector.maxRowIndex = try reader.optionalInteger()
            default: try reader.skipValue()
            }
        }
        if vector.storageType.isEmpty || vector.sizeInBytes < 0 || vector.cardinality < 0 {
            throw JSONError("a deletion vector without storage type, size or cardinality", at: start)
        }
        return vector
    }

    private static func readMetadata(_ reader: inout JSONReader) throws -> TableMetadata {
        var metadata = TableMetadata(id: "", schemaString: "")
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "id": metadata.id = try reader.optionalString() ?? ""
            case "name": metadata.name = try reader.optionalString()
            case "description": metadata.description = try reader.optionalString()
            case "format":
                if try reader.readNull() { return }
                try reader.readObject { key, reader in
                    switch key {
                    case "provider": metadata.formatProvider = try reader.readString()
                    case "options": metadata.formatOptions = try reader.optionalTexts() ?? [:]
                    default: try reader.skipValue()
                    }
                }
            case "schemaString": metadata.schemaString = try reader.optionalString() ?? ""
            case "partitionColumns": metadata.partitionColumns = try reader.optionalStrings() ?? []
            case "createdTime": metadata.createdTime = try reader.optionalInteger()
            case "configuration": metadata.configuration = try reader.optionalTexts() ?? [:]
            default: try reader.skipValue()
            }
        }
        if metadata.schemaString.isEmpty { throw JSONError("a metaData without a schema", at: start) }
        return metadata
    }

    private static func readProtocol(_ reader: inout JSONReader) throws -> TableProtocol {
        var readerVersion: Int64?
        var writerVersion: Int64?
        var readerFeatures: [String]?
        var writerFeatures: [String]?
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "minReaderVersion": readerVersion = try reader.readInteger()
            case "minWriterVersion": writerVersion = try reader.readInteger()
            case "readerFeatures": readerFeatures = try reader.optionalStrings()
            case "writerFeatures": writerFeatures = try reader.optionalStrings()
            default: try reader.skipValue()
            }
        }
        guard let readerVersion, let writerVersion else { throw JSONError("a protocol without versions", at: start) }
        return TableProtocol(
            minReaderVersion: Int(readerVersion),
            minWriterVersion: Int(writerVersion),
            readerFeatures: readerFeatures,
            writerFeatures: writerFeatures
        ).withoutEmptyLists()
    }

    private static func readTransaction(_ reader: inout JSONReader) throws -> SetTransaction {
        var appId: String?
        var version: Int64?
        var lastUpdated: Int64?
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "appId": appId = try reader.readString()
            case "version": version = try reader.readInteger()
            case "lastUpdated": lastUpdated = try reader.optionalInteger()
            default: try reader.skipValue()
            }
        }
        guard let appId, let version else { throw JSONError("a txn without application or version", at: start) }
        return SetTransaction(appId: appId, version: version, lastUpdated: lastUpdated)
    }

    private static func readDomain(_ reader: inout JSONReader) throws -> DomainMetadata {
        var domain = DomainMetadata(domain: "", configuration: "")
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "domain": domain.domain = try reader.readString()
            case "configuration": domain.configuration = try reader.optionalString() ?? ""
            case "removed": domain.removed = try reader.optionalBoolean() ?? false
            default: try reader.skipValue()
            }
        }
        if domain.domain.isEmpty { throw JSONError("a domainMetadata without a domain", at: start) }
        return domain
    }

    private static func readCheckpointMetadata(_ reader: inout JSONReader) throws -> CheckpointMetadata {
        var metadata = CheckpointMetadata(version: 0)
        try reader.readObject { key, reader in
            switch key {
            case "version": metadata.version = try reader.readInteger()
            case "tags": metadata.tags = try reader.optionalMap()
            default: try reader.skipValue()
            }
        }
        return metadata
    }

    private static func readSidecar(_ reader: inout JSONReader) throws -> Sidecar {
        var sidecar = Sidecar(path: "", sizeInBytes: 0, modificationTime: 0)
        let start = reader.offset
        try reader.readObject { key, reader in
            switch key {
            case "path": sidecar.path = try reader.readString()
            case "sizeInBytes": sidecar.sizeInBytes = try reader.readInteger()
            case "modificationTime": sidecar.modificationTime = try reader.optionalInteger() ?? 0
            case "tags": sidecar.tags = try reader.optionalMap()
            default: try reader.skipValue()
            }
        }
        if sidecar.path.isEmpty { throw JSONError("a sidecar without a path", at: start) }
        return sidecar
    }
}
