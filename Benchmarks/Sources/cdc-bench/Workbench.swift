import Columnar
import DeltaLog
import Foundation
import LakeStorage
import Parquet

/// The folder in which the benchmarks work, and the data they share with their peers.
struct Workbench: Sendable {
    let folder: String
    static let rows = 1_000_000
    static let changes = 10_000
    /// What the server of the benchmarks sends: a table, and a transaction, by pages.
    static let drainedRows = 500_000
    static let changesOfOneTransaction = 5_000_000
    static let rowsPerPage = 50_000
    static let idleTables = 1000

    var storage: LocalStorage { LocalStorage(root: folder) }

    /// A folder that is empty.
    func fresh(_ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Makes the files that both sides read, once.
    func prepare() async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: "\(folder)/orders.parquet") {
            try write(Orders.table(Self.rows), Orders.schema, to: "\(folder)/orders.parquet")
        }
        if !FileManager.default.fileExists(atPath: "\(folder)/changes.parquet") {
            let (upserts, deletes) = try Orders.changes(Self.changes, of: Self.rows)
            let gone = try Orders.rows(deletes, seed: 9)
            let operations =
                Array(repeating: Value.string("U"), count: upserts.rowCount)
                + Array(repeating: Value.string("D"), count: gone.rowCount)
            let all = try RecordBatch.concatenate([upserts, gone])
            let schema = Schema(Orders.schema.fields + [Field("op", .string)])
            let batch = try RecordBatch(schema, all.columns + [try Column(.string, values: operations)])
            try write([batch], schema, to: "\(folder)/changes.parquet")
        }
        if !FileManager.default.fileExists(atPath: "\(folder)/delta/_delta_log") {
            let table = DeltaTable(storage: storage, path: "delta")
            try await table.create(Orders.schema)
            try await table.append(try Orders.table(Self.rows))
        }
    }

    func write(_ batches: [RecordBatch], _ schema: Schema, to path: String) throws {
        var writer = try ParquetWriter(schema: schema, options: .init(compression: .snappy))
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileWriteUnknown) }
        for batch in batches {
            try writer.write(batch)
            try file.write(contentsOf: writer.takeBytes())
        }
        _ = try writer.finish()
        try file.write(contentsOf: writer.takeBytes())
        try file.close()
    }

    func changes() async throws -> (upserts: RecordBatch, deletes: RecordBatch) {
        let file = try await ParquetFile(FileInput(path: "\(folder)/changes.parquet"))
        let batch = try await file.readRowGroup(0)
        let operations = try batch.column("op")
        let isDelete = Bitmap((0..<batch.rowCount).map { operations.value(at: $0) == "D" })
        var isUpsert = isDelete
        isUpsert.invert()
        let names = Orders.schema.fields.map(\.name)
        return (
            try batch.filter(isUpsert).selecting(names),
            try batch.filter(isDelete).selecting(["order_id"])
        )
    }
}

/// A file on disk as Parquet reads it.
struct FileInput: ParquetInput {
    let path: String
    let byteCount: Int
    private let storage: LocalStorage
    private let name: String

    init(path: String) async throws {
        self.path = path
        let url = URL(fileURLWithPath: path)
        storage = LocalStorage(root: url.deletingLastPathComponent().path)
        name = url.lastPathComponent
        byteCount = try await storage.attributes(of: name).size
    }

    func read(_ range: Range<Int>) async throws -> [UInt8] { try await storage.read(name, range: range) }
}
