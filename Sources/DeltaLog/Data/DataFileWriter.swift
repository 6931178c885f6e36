import Columnar
import LakeStorage
import Parquet

/// Writes rows into new data files of a table: one file open for each partition, closed when it is large enough.
///
/// Files appear in the folder, not in the table: that takes a commit with the ``AddFile``s that ``finish()`` returns.
struct DataFileWriter {
    private let folder: any ObjectStorage
    private let partitionColumns: [String]
    private let fileSchema: Schema
    private let options: DataWriteOptions
    private let now: Int64
    private var open: [Partition: OpenFile] = [:]
    private(set) var finished: [AddFile] = []
    private(set) var rowCount = 0

    /// The values of the partition columns, as the log keeps them; equal where their bytes are.
    private struct Partition: Hashable {
        let texts: [String?]

        static func == (a: Partition, b: Partition) -> Bool {
            a.texts.elementsEqual(b.texts) { $0.map { Array($0.utf8) } == $1.map { Array($0.utf8) } }
        }

        func hash(into hasher: inout Hasher) { hasher.combine(texts) }
    }

    private struct OpenFile {
        var path: String
        var parquet: ParquetWriter
        var output: any ObjectWriter
        var bytes = 0
    }

    init(_ table: TableLayout, options: DataWriteOptions) {
        folder = table.log.folder
        partitionColumns = table.partitionColumns
        fileSchema = Schema(table.schema.fields.filter { !table.partitionColumns.contains($0.name) })
        self.options = options
        now = table.log.now()
    }

    /// Appends rows with the table's schema.
    mutating func write(_ batch: RecordBatch) async throws {
        if batch.rowCount == 0 { return }
        rowCount += batch.rowCount
        if partitionColumns.isEmpty {
            try await write(batch, partition: Partition(texts: []))
            return
        }
        for (partition, rows) in try partitions(of: batch) {
            let part = try RecordBatch.assembling(rows, from: [batch]).selecting(fileSchema.fields.map(\.name))
            try await write(part, partition: partition)
        }
    }

    /// Ends all files and returns what a commit needs to add them.
    mutating func finish() async throws -> [AddFile] {
        for partition in open.keys { try await close(partition) }
        defer { finished = [] }
        return finished
    }

    /// Forgets the files that are open and removes those that are finished.
    mutating func discard() async {
        for file in open.values { await file.output.discard() }
        open = [:]
        await folder.removeUncommitted(finished.map(\.path))
        finished = []
    }

    private mutating func write(_ batch: RecordBatch, partition: Partition) async throws {
        var file: OpenFile
        if let current = open.removeValue(forKey: partition) {
            file = current
        } else {
            let path = path(partition.texts)
            file = OpenFile(
                path: path,
                parquet: try ParquetWriter(schema: fileSchema, options: options.parquet),
                output: try await folder.create(path)
            )
        }
        do {
            let aligned = try RecordBatch(fileSchema, batch.columns, rowCount: batch.rowCount)
            try file.parquet.write(aligned)
            try await Self.drain(&file)
        } catch {
            await file.output.discard()
            throw error
        }
        let isFull = file.parquet.estimatedByteCount >= options.targetFileBytes
        open[partition] = file
        if isFull { try await close(partition) }
    }

    private mutating func close(_ partition: Partition) async throws {
        guard var file = open.removeValue(forKey: partition) else { return }
        let metadata: ParquetMetadata
        do {
            metadata = try file.parquet.finish()
            try await Self.drain(&file)
        } catch {
            await file.output.discard()
            throw error
        }
        try await file.output.finish()
        finished.append(
            AddFile(
                path: LogPath.encode(file.path),
                partitionValues: Dictionary(zip(partitionColumns, partition.texts), uniquingKeysWith: { $1 }),
                size: Int64(file.bytes),
                modificationTime: now,
                stats: FileStatistics.json(metadata)
            )
        )
    }

    private static func drain(_ file: inout OpenFile) async throws {
        let bytes = file.parquet.takeBytes()
        if bytes.isEmpty { return }
        file.bytes += bytes.count
        try await file.output.write(bytes)
    }

    // MARK: Names and partitions

    private func path(_ partition: [String?]) -> String {
        let folders = zip(partitionColumns, partition).map { name, value in
            "\(Self.escape(name))=\(value.map(Self.escape) ?? "__HIVE_DEFAULT_PARTITION__")/"
        }
        return folders.joined() + DataFileName.new()
    }

    /// A text as part of a Hive-style folder name: what a file system or a URI might trip over becomes `%` and two digits.
    private static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            let isPlain = byte > 0x20 && byte != 0x7F && !"\"#%'*/:=?\\{}[]^ ".utf8.contains(byte)
            if isPlain {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The rows of each partition that a batch has, in the order in which the partitions come.
    ///
    /// Values are boxed here, a row at a time: partitioned tables have few partitions with long runs of rows each.
    private func partitions(of batch: RecordBatch) throws -> [(Partition, [RowRun])] {
        let columns = try partitionColumns.map { try batch.column($0) }
        var order: [Partition] = []
        // By their texts: a NaN is not equal to itself, and would never be found again by its value.
        var runs: [Partition: [RowRun]] = [:]
        var known: [[Value]: Partition] = [:]
        for row in 0..<batch.rowCount {
            let values = columns.map { $0.value(at: row) }
            let partition: Partition
            if let found = known[values] {
                partition = found
            } else {
                partition = Partition(texts: try zip(values, columns).map { try PartitionValue.text($0, $1.type) })
                known[values] = partition
            }
            if runs[partition] == nil { order.append(partition) }
            runs[partition, default: []].append(row: row)
        }
        return order.map { ($0, runs[$0] ?? []) }
    }
}

/// Names of data files, as Delta tables have them.
enum DataFileName {
    static func new() -> String { "part-00000-\(UniqueName.uuid()).c000.parquet" }
}
