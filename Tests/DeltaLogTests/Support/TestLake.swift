import Foundation
import LakeStorage
import Testing

@testable import DeltaLog

/// A folder that lives as long as the test that made it.
final class TestLake: Sendable {
    let root: String
    let storage: LocalStorage

    init() {
        root = NSTemporaryDirectory() + "swift-cdc-" + UUID().uuidString
        storage = LocalStorage(root: root)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func log(_ name: String = "t") -> TableLog { TableLog(storage: storage, path: name) }

    /// Writes a commit as text, one action a line.
    func write(_ version: Int64, _ lines: [String], table: String = "t") async throws {
        let text = lines.joined(separator: "\n") + "\n"
        try await storage.put("\(table)/\(CommitReader.path(version))", Array(text.utf8))
    }

    func removeCommit(_ version: Int64, table: String = "t") async throws {
        try await storage.delete("\(table)/\(CommitReader.path(version))")
    }

    /// Gives a commit an age, in milliseconds since 1970.
    func setModified(_ version: Int64, _ milliseconds: Int64, table: String = "t") throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(milliseconds) / 1000)],
            ofItemAtPath: "\(root)/\(table)/\(CommitReader.path(version))"
        )
    }
}

/// Lines of commits.
enum Line {
    static let protocol12 = #"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}"#

    static func `protocol`(_ reader: Int, _ writer: Int, readers: [String]? = nil, writers: [String]? = nil) -> String {
        let value = TableProtocol(
            minReaderVersion: reader,
            minWriterVersion: writer,
            readerFeatures: readers,
            writerFeatures: writers
        )
        return text(.protocol(value))
    }

    static func metadata(
        _ schema: String =
            #"{"type":"struct","fields":[{"name":"id","type":"integer","nullable":true,"metadata":{}}]}"#,
        partitionedBy columns: [String] = [],
        _ configuration: [String: String] = [:]
    ) -> String {
        text(
            .metadata(
                TableMetadata(id: "1", schemaString: schema, partitionColumns: columns, configuration: configuration)
            )
        )
    }

    static func add(_ path: String) -> String {
        text(.add(AddFile(path: path, size: 1, modificationTime: 1)))
    }

    static func remove(_ path: String, at time: Int64 = 1) -> String {
        text(.remove(RemoveFile(path: path, deletionTimestamp: time, dataChange: true)))
    }

    static func text(_ action: Action) -> String {
        String(decoding: ActionWriter.write([action]).dropLast(), as: UTF8.self)
    }
}

/// The error that a body ends in.
func deltaError(_ body: () async throws -> Void) async -> DeltaError? {
    do {
        try await body()
        Issue.record("an error was expected")
    } catch let error as DeltaError {
        return error
    } catch {
        Issue.record("\(error) is no DeltaError")
    }
    return nil
}

/// Programs and tables beside the package that some tests compare with.
enum Outside {
    /// The root of the package.
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let python = package.appendingPathComponent(".venv/bin/python").path
    static var hasPython: Bool { FileManager.default.isExecutableFile(atPath: python) }

    static let data =
        ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        ?? package.deletingLastPathComponent().appendingPathComponent("shared/data").path
    static var hasTables: Bool { FileManager.default.fileExists(atPath: data + "/delta-tables/golden") }

    /// Runs a Python program and returns what it printed.
    static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", program] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "the Python program failed")
        return String(decoding: bytes, as: UTF8.self)
    }
}
