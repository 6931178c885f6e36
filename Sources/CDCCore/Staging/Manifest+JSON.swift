import CDCJSON
import Columnar

/// Manifests as JSON, readable by any engine and by people: LSNs as text, times as ISO 8601, types as SQL writes them.
extension Manifest {
    static let formatVersion: Int64 = 1

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("formatVersion", Self.formatVersion)
            writer.member("cut", cut)
            writer.member("pipeline", pipeline)
            writer.member("source", source)
            if let history { writer.member("history", history) }
            position.write(to: &writer)
            writer.member("publishedAt", CivilTime.format(microseconds: publishedAt) + "Z")
            writer.key("tables")
            writer.array { writer in
                for table in tables { table.write(to: &writer) }
            }
        }
        writer.newline()
        return writer.bytes
    }

    init(json bytes: [UInt8], path: String) throws(CDCError) {
        do {
            let object = JSONObject(try JSONValue(parsing: bytes))
            guard try object.integer("formatVersion") == Self.formatVersion else {
                throw JSONError("unknown formatVersion", at: 0)
            }
            self.init(
                cut: Int64(try object.size("cut")),
                pipeline: try object.string("pipeline"),
                source: try object.string("source"),
                history: try object.optionalString("history"),
                position: try object.position(),
                publishedAt: try object.time("publishedAt"),
                tables: try object.array("tables").map { try Table(JSONObject($0)) }
            )
        } catch {
            throw CDCError(
                .manifestCorrupt,
                "the manifest \(path) cannot be read; restore it from a backup of the staging volume, or remove the "
                    + "volume to have it rebuilt from the tables",
                underlying: error
            )
        }
    }
}

extension Manifest.Table {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("table", description.name.description)
            writer.member("destination", destination)
            state.write(to: &writer)
            writer.member("from", from.description)
            writer.member("through", through.description)
            writer.member("snapshotCut", snapshotCut)
            writer.member("captureInstance", description.captureInstance)
            writer.member("mechanism", description.mechanism.rawValue)
            writer.key("columns")
            writer.array { writer in
                for (index, field) in description.schema.fields.enumerated() {
                    writer.object { writer in
                        writer.member("name", field.name)
                        if description.columnIDs.indices.contains(index) {
                            writer.member("id", description.columnIDs[index])
                        }
                        writer.member("type", field.type.description)
                        writer.member("nullable", field.isNullable)
                        if description.largeObjects.contains(field.name) { writer.member("largeObject", true) }
                    }
                }
            }
            writer.key("key")
            writer.array { writer in for name in description.key { writer.string(name) } }
            writer.key("foreignKeys")
            writer.array { writer in
                for key in description.foreignKeys {
                    writer.object { writer in
                        writer.key("columns")
                        writer.array { writer in for name in key.columns { writer.string(name) } }
                        writer.member("references", key.references.description)
                    }
                }
            }
            if let snapshot { StagedFile.write(snapshot, as: "snapshot", to: &writer) }
            StagedFile.write(changes, as: "changes", to: &writer)
        }
    }

    fileprivate init(_ object: JSONObject) throws {
        var largeObjects: Set<String> = []
        var fields: [Field] = []
        var columnIDs: [Int] = []
        for column in try object.array("columns").map(JSONObject.init) {
            let name = try column.string("name")
            guard let type = DataType(sqlName: try column.string("type")) else {
                throw JSONError("column '\(name)' has an unknown type", at: 0)
            }
            fields.append(Field(name, type, isNullable: column.value["nullable"]?.boolean ?? true))
            if column.value["id"] != nil { columnIDs.append(Int(try column.integer("id"))) }
            if column.value["largeObject"]?.boolean == true { largeObjects.insert(name) }
        }
        // Manifests of the first days do not number the columns.
        guard columnIDs.isEmpty || columnIDs.count == fields.count else {
            throw JSONError("some columns have no id", at: 0)
        }
        // Nor do they know of more than one mechanism.
        let mechanismName = object.value["mechanism"]?.string ?? CaptureMechanism.changeDataCapture.rawValue
        guard let mechanism = CaptureMechanism(rawValue: mechanismName) else {
            throw JSONError("unknown mechanism", at: 0)
        }
        let foreignKeys = try object.array("foreignKeys").map(JSONObject.init).map { key in
            ForeignKey(try key.strings("columns"), references: try key.tableName("references"))
        }
        self.init(
            description: SourceTable(
                try object.tableName("table"),
                schema: Schema(fields),
                columnIDs: columnIDs,
                key: try object.strings("key"),
                foreignKeys: foreignKeys,
                largeObjects: largeObjects,
                captureInstance: try object.string("captureInstance"),
                mechanism: mechanism
            ),
            destination: try object.string("destination"),
            state: try TableState(object),
            from: try object.lsn("from"),
            through: try object.lsn("through"),
            snapshotCut: try object.integer("snapshotCut"),
            snapshot: object.value["snapshot"] == nil ? nil : try StagedFile.read("snapshot", of: object),
            changes: try StagedFile.read("changes", of: object)
        )
    }
}

extension TableState {
    func write(to writer: inout JSONWriter) {
        switch self {
        case .pending: writer.member("state", "pending")
        case .snapshotting: writer.member("state", "snapshotting")
        case .streaming: writer.member("state", "streaming")
        case .needsResync(let reason):
            writer.member("state", "needsResync")
            writer.member("resyncReason", reason.kind.rawValue)
            writer.member("resyncMessage", reason.message)
        }
    }

    init(_ object: JSONObject) throws {
        switch try object.string("state") {
        case "pending": self = .pending
        case "snapshotting": self = .snapshotting
        case "streaming": self = .streaming
        case "needsResync":
            guard let kind = ResyncReason.Kind(rawValue: try object.string("resyncReason")) else {
                throw JSONError("unknown resyncReason", at: 0)
            }
            self = .needsResync(ResyncReason(kind, try object.string("resyncMessage")))
        default: throw JSONError("unknown state", at: 0)
        }
    }
}

extension StagedFile {
    static func write(_ files: [StagedFile], as name: String, to writer: inout JSONWriter) {
        writer.key(name)
        writer.array { writer in
            for file in files {
                writer.object { writer in
                    writer.member("path", file.path)
                    writer.member("rows", file.rows)
                    writer.member("bytes", file.bytes)
                    writer.member("memoryBytes", file.memoryBytes)
                    writer.member("xxh64", file.checksum)
                    writer.member("firstLSN", file.firstLSN.description)
                    writer.member("lastLSN", file.lastLSN.description)
                }
            }
        }
    }

    static func read(_ name: String, of object: JSONObject) throws -> [StagedFile] {
        try object.array(name).map(JSONObject.init).map { file in
            StagedFile(
                path: try file.string("path"),
                rows: try file.size("rows"),
                bytes: try file.size("bytes"),
                // Manifests of the first days do not have it.
                memoryBytes: file.value["memoryBytes"] == nil ? nil : try file.size("memoryBytes"),
                checksum: try file.string("xxh64"),
                firstLSN: try file.lsn("firstLSN"),
                lastLSN: try file.lsn("lastLSN")
            )
        }
    }
}
