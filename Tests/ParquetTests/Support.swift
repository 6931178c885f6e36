import Columnar
import Foundation
import Parquet
import Testing

/// A file of the given batches, and what the writer says of it.
func encode(
    _ batches: [RecordBatch],
    _ options: ParquetWriterOptions = .init()
) throws -> (bytes: [UInt8], metadata: ParquetMetadata) {
    var writer = try ParquetWriter(schema: batches[0].schema, options: options)
    var bytes: [UInt8] = []
    for batch in batches {
        try writer.write(batch)
        bytes += writer.takeBytes()
    }
    let metadata = try writer.finish()
    bytes += writer.takeBytes()
    #expect(writer.bytesWritten == bytes.count)
    return (bytes, metadata)
}

/// All rows of a file.
func rows(_ bytes: [UInt8]) async throws -> [[Value]] {
    let file = try await ParquetFile(BytesInput(bytes))
    var rows: [[Value]] = []
    for index in file.metadata.rowGroups.indices { rows += try await file.readRowGroup(index).rows }
    #expect(rows.count == file.metadata.rowCount)
    return rows
}

/// Options with everything that changes the shape of pages set to `change`.
func options(_ change: (inout ParquetWriterOptions) -> Void) -> ParquetWriterOptions {
    var options = ParquetWriterOptions(compression: .uncompressed)
    change(&options)
    return options
}

/// The error that `body` ends with.
func parquetError(_ body: () async throws -> Void) async -> ParquetError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ParquetError
    }
}

/// An input that remembers what was read of it.
final class CountingInput: ParquetInput {
    private let bytes: BytesInput
    private let log = Log()

    private actor Log {
        var ranges: [Range<Int>] = []
        func append(_ range: Range<Int>) { ranges.append(range) }
    }

    init(_ bytes: [UInt8]) { self.bytes = BytesInput(bytes) }

    var byteCount: Int { bytes.byteCount }

    func read(_ range: Range<Int>) async throws -> [UInt8] {
        await log.append(range)
        return try await bytes.read(range)
    }

    var ranges: [Range<Int>] { get async { await log.ranges } }
}

/// Files and programs outside the package.
enum Outside {
    static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files of apache/parquet-testing.
    static let parquetTesting: URL = {
        let environment = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        let data = environment.map { URL(filePath: $0) } ?? packageRoot.appending(path: "../shared/data")
        return data.appending(path: "parquet-testing")
    }()

    static let hasParquetTesting = FileManager.default.fileExists(atPath: parquetTesting.appending(path: "data").path)

    static let python = packageRoot.appending(path: ".venv/bin/python")
    static let hasPython = FileManager.default.isExecutableFile(atPath: python.path)
    /// Whether ClickHouse is there as well, by its Python package.
    static let hasClickHouse = hasPython && (try? run("import chdb", in: python.deletingLastPathComponent())) != nil

    static func file(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: parquetTesting.appending(path: name)))
    }

    /// What a Python program prints. It finds the folder to work in as its first argument.
    static func run(_ program: String, in folder: URL) throws -> String {
        let process = Process()
        process.executableURL = python
        process.arguments = ["-c", program, folder.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: bytes, as: UTF8.self)
        try #require(process.terminationStatus == 0, "Python ended with an error:\n\(text)")
        return text
    }

    /// Runs `body` with an empty folder, which is removed afterwards.
    static func withFolder<R>(_ body: (URL) async throws -> R) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "parquet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}

/// A small generator of pseudo-random numbers: the same seed gives the same run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
