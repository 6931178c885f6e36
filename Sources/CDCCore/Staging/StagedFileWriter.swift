import Columnar
import LakeStorage
import Parquet

/// Writes batches into staged Parquet files of bounded size, one file open at a time.
struct StagedFileWriter {
    private let volume: StagingVolume
    private let schema: Schema
    /// The path of the next file in the volume, but for its number and ending.
    private let prefix: String
    private let options: IngestionOptions
    /// A file is closed as well when its rows take this many bytes in memory, so that nobody who reads it needs more.
    private let mostMemoryBytes: Int
    private var open: OpenFile?
    private(set) var files: [StagedFile] = []

    private struct OpenFile {
        var path: String
        var parquet: ParquetWriter
        var output: any ObjectWriter
        var checksum = Checksum()
        var rows = 0
        var bytes = 0
        var memoryBytes = 0
        var firstLSN: LSN
        var lastLSN: LSN
    }

    init(
        volume: StagingVolume,
        schema: Schema,
        prefix: String,
        options: IngestionOptions,
        mostMemoryBytes: Int = .max
    ) {
        self.volume = volume
        self.schema = schema
        self.prefix = prefix
        self.options = options
        self.mostMemoryBytes = mostMemoryBytes
    }

    /// Appends a batch whose changes lie between two LSNs.
    mutating func write(_ batch: RecordBatch, firstLSN: LSN, lastLSN: LSN) async throws {
        if batch.rowCount == 0 { return }
        var file: OpenFile
        if let open {
            file = open
            self.open = nil  // so that the writer inside is not copied when it grows
        } else {
            let path = "\(prefix)-\(files.count).parquet"
            file = OpenFile(
                path: path,
                parquet: try ParquetWriter(schema: schema, options: options.stagedFiles),
                output: try await volume.storage.create(volume.path(of: path)),
                firstLSN: firstLSN,
                lastLSN: lastLSN
            )
        }
        do {
            try file.parquet.write(batch)
            file.rows += batch.rowCount
            file.memoryBytes += batch.byteCount
            file.lastLSN = lastLSN
            try await Self.drain(&file)
        } catch {
            await file.output.discard()
            throw error
        }
        open = file
        if file.bytes >= options.stagedFileBytes || file.memoryBytes >= mostMemoryBytes { try await closeFile() }
    }

    /// Ends the last file and returns all of them.
    mutating func finish() async throws -> [StagedFile] {
        try await closeFile()
        return files
    }

    /// Forgets the file that is open; those that are finished stay, unnamed by any manifest.
    /// Those of changes are swept with the cuts of their time.
    mutating func discard() async {
        await open?.output.discard()
        open = nil
    }

    private mutating func closeFile() async throws {
        guard var file = open else { return }
        open = nil
        do {
            _ = try file.parquet.finish()
            try await Self.drain(&file)
        } catch {
            await file.output.discard()
            throw error
        }
        try await file.output.finish()
        files.append(
            StagedFile(
                path: file.path,
                rows: file.rows,
                bytes: file.bytes,
                memoryBytes: file.memoryBytes,
                checksum: file.checksum.finish(),
                firstLSN: file.firstLSN,
                lastLSN: file.lastLSN
            )
        )
    }

    private static func drain(_ file: inout OpenFile) async throws {
        let bytes = file.parquet.takeBytes()
        if bytes.isEmpty { return }
        file.checksum.update(bytes)
        file.bytes += bytes.count
        try await file.output.write(bytes)
    }
}
