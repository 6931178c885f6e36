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

    private static func threadNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    @Test("Time grows with the length of the text", .enabled(if: isThere, message))
    func linear() throws {
        let script = try String(contentsOf: Self.script, encoding: .utf8)
        let batches = BatchSplitter.batches(of: script).enumerated().filter { $0.offset % 4 == 0 }
        let inserts = batches.map(\.element.text).filter { $0.uppercased().contains("INSERT") }
        let once = inserts.joined(separator: "\n;\n")
        let text = [String](repeating: once, count: 8).joined(separator: "\n;\n")
        // The thread's own time: what else the machine does is not in it.
        func measure(_ text: String) throws -> UInt64 {
            let start = Self.threadNanoseconds()
            _ = try Batch(parsing: text)
            return Self.threadNanoseconds() - start
        }
        _ = try measure(once)
        let (short, long) = (try measure(once), try measure(text))
        // Eight times the text would take 64 times as long if it were not so.
        #expect(long < short * 24, "\(short) ns for \(once.utf8.count) bytes, \(long) ns for eight times as many")
    }
}
