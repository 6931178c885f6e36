import ArgumentParser
import CDCCore
import CDCJSON
import Columnar
import DeltaLog
import Foundation
import LakeStorage
import TDSSource
import Testing

@testable import cdc_demo

@Suite("Errors of commands")
struct FailureTests {
    @Test("Scripts tell errors apart by the exit code")
    func exitCodes() {
        let expectations: [(any Error, Failure.Exit)] = [
            (DeltaError(.tableNotFound, "x"), .noInput),
            (DeltaError(.unsupportedFeature, "x"), .badData),
            (DeltaError(.corruptLog, "x"), .badData),
            (DeltaError(StorageError(.full, path: "p", "x"), "writing"), .inputOutput),
            (DeltaError(StorageError(.notFound, path: "p", "x"), "reading"), .badData),
            (StorageError(.denied, path: "p", "x"), .cannotCreate),
            (CDCError(.destinationFailed, "x", underlying: StorageError(.full, path: "p", "y")), .inputOutput),
            (CDCError(.stagedFileCorrupt, "x"), .badData),
            (CDCError(.foreignTable, "x"), .cannotCreate),
            (ColumnarError(.unknownColumn, "x"), .usage),
            (TDSError(.loginFailed, "x"), .cannotCreate),
            (TDSError(.tlsFailed, "x"), .inputOutput),
            (CDCError(.sourceFailed, "x", underlying: TDSError(.unknownDatabase, "y")), .noInput),
            (OutputError.failed(ENOSPC), .inputOutput),
            (LakeTable.failure(ENOENT, "x"), .noInput),
            (LakeTable.failure(EACCES, "x"), .cannotCreate),
            (LakeTable.failure(EIO, "x"), .inputOutput),
        ]
        for (error, exit) in expectations { #expect(Failure(error).exit == exit, "\(error)") }
    }

    @Test("Errors of the system are told in its words")
    func systemErrors() {
        let full = Failure(OutputError.failed(ENOSPC)).message
        #expect(full == "standard output cannot be written: No space left on device")
        #expect(LakeTable.failure(EACCES, "a/b").message.hasPrefix("'a/b' cannot be looked at: Permission denied"))
    }

    @Test("What is below an error is said once")
    func causes() {
        let server = TDSError(.loginFailed, "no")
        #expect(Failure(CDCError(.sourceFailed, "no", underlying: server)).message == "no [loginFailed]")
        #expect(
            Failure(CDCError(.sourceFailed, "it refused", underlying: server)).message == "it refused: no [loginFailed]"
        )
    }

    @Test("What to do about tables that are behind is what the command can do")
    func incompleteTables() throws {
        let error = CDCError(.tablesIncomplete, "x")
        let demo = try DemoCommand.parse([]).failure(for: error)
        #expect(demo.message.contains("--overwrite"))
        let replay = try ReplayCommand.parse(["--lake", "l"]).failure(for: error)
        #expect(replay.message.contains("run it again") && !replay.message.contains("--overwrite"))
    }

    @Test("An error is one line, or one JSON object that says the same")
    func telling() throws {
        let failure = Failure(DeltaError(.corruptLog, "line one\nline two", table: "orders", version: 3))
        #expect(!failure.line.contains("\n"))
        #expect(failure.line == "cdc-demo: line one line two [corruptLog, table orders, version 3]")
        let error = try #require(try JSONValue(parsing: failure.json)["error"])
        #expect(error["code"]?.string == "corruptLog")
        #expect(error["exitCode"]?.integer == 65)
        #expect(error["version"]?.integer == 3)
    }
}

@Suite("Output for people")
struct ReadableTests {
    @Test("Numbers, sizes and durations")
    func numbers() {
        #expect([0, 999, 1000, -1_234_567].map { Readable.count($0) } == ["0", "999", "1,000", "-1,234,567"])
        #expect(
            [0, 999, 1000, 164_149, 12_345_678].map { Readable.bytes($0) } == [
                "0 B", "999 B", "1.0 kB", "164 kB", "12 MB",
            ]
        )
        #expect(Readable.seconds(.milliseconds(1234)) == "1.23 s")
        #expect(Readable.decimal(-0.5, 2) == "-0.50")
        #expect(Readable.rate(100, .zero) == 0)
    }

    @Test("Words are quoted for the shell where it would not take them as they are")
    func shellWords() {
        #expect(
            ["/a/b-1.c", "my lake", "it's", "", "$x"].map(ShellText.quoted) == [
                "/a/b-1.c", "'my lake'", #"'it'\''s'"#, "''", "'$x'",
            ]
        )
    }

    @Test("Tables have columns as wide as their longest text")
    func tables() {
        var table = TextTable([("name", .left), ("n", .right)])
        table.add(["Zoë", "1"])
        table.add(["x", "1,000"])
        #expect(table.lines(indent: 0) == ["name      n", "────  ─────", "Zoë       1", "x     1,000"])
    }
}
