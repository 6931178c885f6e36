import CDCJSON
public import LakeStorage

/// A checkpoint store that keeps one small JSON file for each pipeline: beside the lake, or anywhere else.
public struct StoredCheckpoints: CheckpointStore {
    private let storage: any ObjectStorage
    private let path: String

    /// - Parameter path: The folder in the storage.
    public init(storage: any ObjectStorage, path: String) {
        self.storage = storage
        self.path = path
    }

    /// The last checkpoint; `nil` where there is none or where the file is damaged, which is as good as none.
    public func load(pipeline: String) async throws -> Checkpoint? {
        guard let bytes = try await storage.readIfPresent(file(pipeline)),
            let value = try? JSONValue(parsing: bytes)
        else { return nil }
        return try? Checkpoint(JSONObject(value))
    }

    public func save(_ checkpoint: Checkpoint) async throws {
        try await storage.put(file(checkpoint.pipeline), checkpoint.json)
    }

    private func file(_ pipeline: String) -> String { "\(path)/\(pipeline).json" }
}

extension Checkpoint {
    fileprivate var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("pipeline", pipeline)
            writer.member("cut", cut)
            position.write(to: &writer)
            writer.key("tables")
            writer.array { writer in
                for (name, state) in tables.sorted(by: { $0.key < $1.key }) {
                    writer.object { writer in
                        writer.member("table", name.description)
                        state.write(to: &writer)
                    }
                }
            }
        }
        writer.newline()
        return writer.bytes
    }

    fileprivate init(_ object: JSONObject) throws {
        let states = try object.array("tables").map(JSONObject.init).map { table in
            (try table.tableName("table"), try TableState(table))
        }
        self.init(
            pipeline: try object.string("pipeline"),
            cut: try object.integer("cut"),
            position: try object.position(),
            tables: Dictionary(states, uniquingKeysWith: { $1 })
        )
    }
}
