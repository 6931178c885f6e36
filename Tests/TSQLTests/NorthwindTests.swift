import Foundation
import Testing

@testable import TSQL

/// Microsoft's script for the Northwind database: 1 MB, with pictures in it.
@Suite("Northwind")
struct NorthwindTests {
    private static let script: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"]
        let data = environment.map { URL(filePath: $0) } ?? package.appending(path: "../shared/data")
        return data.appending(path: "northwind/instnwnd.sql")
    }()

    private static let message: Comment = "needs northwind in SWIFT_CDC_TEST_DATA or ../shared/data"

    private static var isThere: Bool { FileManager.default.fileExists(atPath: script.path) }

    @Test("Every batch is understood", .enabled(if: isThere, message))
    func whole() throws {
        let script = try String(contentsOf: Self.script, encoding: .utf8)
        var counts: [String: Int] = [:]
        let batches = BatchSplitter.batches(of: script)
        for batch in batches {
            for statement in try Batch(parsing: batch.text).statements {
                let kind = Mirror(reflecting: statement.kind).children.first?.label ?? "\(statement.kind)"
                counts[kind, default: 0] += 1
            }
        }
        #expect(batches.count == 402)
        #expect(counts["insert"] == 3308)
        #expect(counts["createTable"] == 13)
        #expect(counts["createView"] == 16)
        #expect(counts["createProcedure"] == 7)
    }

    @Test("Time grows with the length of the text", .enabled(if: isThere, message))
    func linear() throws {
        let script = try String(contentsOf: Self.script, encoding: .utf8)
        let batches = BatchSplitter.batches(of: script).enumerated().filter { $0.offset % 4 == 0 }
        let inserts = batches.map(\.element.text).filter { $0.uppercased().contains("INSERT") }
        let once = inserts.joined(separator: "\n;\n")
        let text = [String](repeating: once, count: 8).joined(separator: "\n;\n")
        let clock = ContinuousClock()
        let short = try clock.measure { _ = try Batch(parsing: once) }
        let long = try clock.measure { _ = try Batch(parsing: text) }
        // Eight times the text would take 64 times as long if it were not so; other work on the machine has room.
        #expect(long < short * 24, "\(short) for \(once.utf8.count) bytes, \(long) for eight times as many")
    }
}
