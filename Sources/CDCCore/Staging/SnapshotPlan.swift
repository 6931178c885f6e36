import CDCJSON
import Columnar
import LakeStorage

/// A snapshot in progress: where in the log it began, its chunks, and which of them are staged.
///
/// It lives in the staging volume, so that a snapshot goes on where it stopped, whatever was lost.
struct SnapshotPlan: Hashable {
    /// Distinguishes the files of this attempt from those of others.
    var id: String
    /// The point in the log from which changes are replayed on top of the rows.
    var low: SourcePosition
    /// The source's history in which the rows are read; `nil` where it is not known.
    var history: String?
    /// The table's last snapshot when this one began: once a newer one is published, the plan is history.
    var snapshotCut: Int64
    /// What the rows looked like when the snapshot began: see ``layout(of:metadataColumns:)``.
    var layout: String
    var chunks: [SnapshotChunk]

    /// What must not change under a running snapshot: the table's layout, the metadata columns that its rows carry, and what the
    /// bounds of its chunks are values of.
    static func layout(of table: SourceTable, metadataColumns: MetadataColumns) -> String {
        let names = [table.layout, metadataColumns.commitTimestamp, metadataColumns.commitLSN] + table.chunkKey
        return Checksum.of(Array(names.joined(separator: "\u{2}").utf8))
    }
}

/// A chunk whose rows are staged.
struct StagedChunk: Hashable {
    var number: Int
    var files: [StagedFile]
}

extension SourceTable {
    /// What must not change under a running snapshot or between two cuts: columns, with their numbers, types, key and capture
    /// mechanism, as one checksum.
    var layout: String {
        var parts = schema.fields.map { "\($0.name)\u{0}\($0.type)\u{0}\($0.isNullable)" }
        parts += ["\u{1}"] + key
        if !columnIDs.isEmpty { parts += ["\u{1}", "columns"] + columnIDs.map(String.init) }
        if mechanism != .changeDataCapture { parts += ["\u{1}", mechanism.rawValue] }
        return Checksum.of(Array(parts.joined(separator: "\u{2}").utf8))
    }

    /// Whether changes of this table fit rows that were read of it as `other` describes it.
    func hasLayout(of other: SourceTable) -> Bool {
        var (own, its) = (self, other)
        // Manifests of the first days do not number the columns.
        if own.columnIDs.isEmpty || its.columnIDs.isEmpty { (own.columnIDs, its.columnIDs) = ([], []) }
        return own.layout == its.layout
    }
}

extension StagingVolume {
    static let planName = "plan.json"

    private func planPath(_ table: TableName) -> String {
        path(of: "\(Self.snapshotsFolder(table))/\(Self.planName)")
    }

    /// The plan of a table, whether or not it is still of use; `nil` where there is none.
    func snapshotPlan(of table: TableName) async throws -> SnapshotPlan? {
        guard let bytes = try await storage.readIfPresent(planPath(table)) else { return nil }
        // A plan that cannot be read is one that does not exist: the snapshot begins again.
        guard let value = try? JSONValue(parsing: bytes) else { return nil }
        return try? SnapshotPlan(JSONObject(value))
    }

    /// Records a plan and forgets the chunks of older ones.
    func begin(_ plan: SnapshotPlan, for table: SourceTable) async throws {
        try await storage.put(planPath(table.name), plan.json)
        for entry in try await storage.list(path(of: Self.snapshotsFolder(table.name)))
        where entry.name.hasSuffix(".json") && entry.name != Self.planName && !entry.name.hasPrefix(plan.id) {
            try await storage.delete(entry.path)
        }
    }

    /// Forgets a plan whose snapshot is published.
    func endSnapshot(of table: TableName) async throws {
        try await storage.delete(planPath(table))
    }

    /// The chunks that are staged completely.
    func stagedChunks(of table: SourceTable, plan: SnapshotPlan) async throws -> [StagedChunk] {
        var chunks: [StagedChunk] = []
        let prefix = "\(plan.id)-chunk-"
        for entry in try await storage.list(path(of: Self.snapshotsFolder(table.name)), from: prefix)
        where entry.name.hasPrefix(prefix) {
            guard let value = try? JSONValue(parsing: try await storage.read(entry.path)) else { continue }
            let object = JSONObject(value)
            if let number = try? object.integer("chunk"), let files = try? StagedFile.read("files", of: object) {
                chunks.append(StagedChunk(number: Int(number), files: files))
            }
        }
        return chunks
    }

    func record(_ chunk: StagedChunk, of table: SourceTable, plan: SnapshotPlan) async throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("chunk", chunk.number)
            StagedFile.write(chunk.files, as: "files", to: &writer)
        }
        let name = "\(plan.id)-chunk-\(NumberedName.digits(chunk.number, count: 6)).json"
        try await storage.put(path(of: "\(Self.snapshotsFolder(table.name))/\(name)"), writer.bytes)
    }
}

extension SnapshotPlan {
    fileprivate var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("id", id)
            low.write(to: &writer)
            if let history { writer.member("history", history) }
            writer.member("snapshotCut", snapshotCut)
            writer.member("layout", layout)
            writer.key("chunks")
            writer.array { writer in
                for chunk in chunks {
                    writer.object { writer in
                        writer.member("number", chunk.number)
                        writer.member("from", chunk.from)
                        writer.member("to", chunk.to)
                    }
                }
            }
        }
        return writer.bytes
    }

    fileprivate init(_ object: JSONObject) throws {
        self.init(
            id: try object.string("id"),
            low: try object.position(),
            history: try object.optionalString("history"),
            snapshotCut: try object.integer("snapshotCut"),
            layout: try object.string("layout"),
            chunks: try object.array("chunks").map(JSONObject.init).map { chunk in
                SnapshotChunk(
                    number: Int(try chunk.integer("number")),
                    from: chunk.value["from"]?.string,
                    to: chunk.value["to"]?.string
                )
            }
        )
    }
}
