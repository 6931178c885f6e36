import CDCCore
import CDCJSON
import Columnar
import DeltaLog
import Foundation
import LakeStorage
import Testing

@testable import cdc_demo

@Suite("The program", .enabled(if: Program.isThere, "needs the program cdc-demo beside the tests"))
struct ProgramTests {
    /// A folder with a small table, `people`.
    private func withTable<T>(_ body: (String) throws -> T) async throws -> T {
        try await withTemporaryFolder { folder in
            let schema: Schema = [Field("id", .integer), Field("name", .string)]
            let table = DeltaTable(storage: LocalStorage(root: folder), path: "people")
            try await table.create(schema)
            try await table.append([try RecordBatch(schema, rows: [[1, "Ada"], [2, "Grace"], [3, "Edsger"]])])
            return try body(folder)
        }
    }

    // MARK: Arguments

    @Test("It says its version")
    func version() async throws {
        try await withTemporaryFolder { folder in
            let outcome = try Program.shell("cdc-demo --version", in: folder)
            #expect(outcome.exit == 0)
            #expect(outcome.output == "\(DeltaLibrary.version)\n")
            let help = try Program.shell("cdc-demo cat --help", in: folder).output
            #expect(help.components(separatedBy: "  --version").count == 2, "cat has one --version, that of the table")
        }
    }

    @Test(
        "A number that is out of range is refused as such, not as missing",
        arguments: [
            ("cat people --limit -1", "--limit cannot be negative; it is -1"),
            ("cat people --version -2", "--version counts from 0; it cannot be -2"),
            ("history people --limit -3", "--limit cannot be negative; it is -3"),
            ("demo --scale -1", "--scale must be between 0.001 and 1000; it is -1"),
            ("demo --transactions -1", "--transactions must be at least 50; it is -1"),
            ("demo --seed -1", "'-1' is invalid for '--seed"),
            ("replay --lake x --transactions -1", "--transactions must be at least 1; it is -1"),
        ]
    )
    func negativeNumbers(_ arguments: String, _ message: String) async throws {
        try await withTable { folder in
            let outcome = try Program.shell("cdc-demo \(arguments)", in: folder)
            #expect(outcome.exit == 64)
            #expect(outcome.error.contains(message), "\(outcome.error)")
        }
    }

    @Test("Columns are named once each; blanks around a name do not count")
    func columns() async throws {
        try await withTable { folder in
            let twice = try Program.shell("cdc-demo cat people --columns id,name,id", in: folder)
            #expect(twice.exit == 64)
            #expect(twice.error.contains("names 'id' twice"), "\(twice.error)")
            let spaced = try Program.shell("cdc-demo cat people --columns 'name, id' --limit 1", in: folder)
            #expect(spaced.output == "{\"name\":\"Ada\",\"id\":1}\n", "\(spaced.error)")
            #expect(try Program.shell("cdc-demo cat people --columns 'name, '", in: folder).exit == 64)
        }
    }

    @Test("A limit of 0 shows nothing, and still tells whether there is a table", arguments: ["cat", "history"])
    func limitZero(_ command: String) async throws {
        try await withTable { folder in
            let json = try Program.shell("cdc-demo \(command) people --limit 0 --json", in: folder)
            #expect(json.exit == 0)
            #expect(json.output == "[]\n", "\(json.error)")
            #expect(try Program.shell("cdc-demo \(command) missing --limit 0", in: folder).exit == 66)
        }
    }

    @Test("The help shows an error object as it is printed")
    func errorObjectInHelp() async throws {
        try await withTable { folder in
            let error = try JSONValue(parsing: try Program.shell("cdc-demo cat missing --json", in: folder).error)
            let help = try Program.shell("cdc-demo --help", in: folder).output
            for name in ["code", "message", "exitCode"] {
                #expect(error["error"]?[name] != nil)
                #expect(help.contains("\"\(name)\":"), "\(help)")
            }
        }
    }

    // MARK: Output

    @Test("Where a table cannot be read, no beginning of an array is printed", arguments: ["--json", "--format csv"])
    func nothingBeforeAnError(_ format: String) async throws {
        try await withTable { folder in
            let missing = try Program.shell("cdc-demo cat missing \(format)", in: folder)
            #expect(missing.output == "")
            #expect(missing.exit == 66)
            let damaged = try Program.shell("rm people/*.parquet; cdc-demo cat people \(format)", in: folder)
            #expect(damaged.output == "")
            #expect(damaged.exit == 65)
        }
    }

    @Test("A reader that goes early is no error")
    func lostReader() async throws {
        try await withTable { folder in
            for command in [
                "cat people", "history people", "demo --source memory --lake lake --scale 0.01 --transactions 50",
            ] {
                let line = "{ sleep 0.2; cdc-demo \(command); echo $? >exit; } | true; sleep 0.1; cat exit"
                let outcome = try Program.shell(line, in: folder)
                #expect(outcome.output == "0\n", "\(command): \(outcome.error)")
                #expect(outcome.error == "")
            }
            // Who wrote a lake wrote all of it, though nobody was told.
            #expect(try Program.shell("cdc-demo cat lake/retail_analytics/bronze/orders", in: folder).exit == 0)
        }
    }

    @Test("Without a standard output nothing is printed into files, and the exit code says so")
    func closedOutput() async throws {
        try await withTable { folder in
            let cat = try Program.shell("cdc-demo cat people >&-", in: folder)
            #expect(cat.exit == 74)
            #expect(cat.error.contains("standard output cannot be written: Bad file descriptor"), "\(cat.error)")
            let demo = try Program.shell(
                "cdc-demo demo --source memory --lake lake --scale 0.01 --transactions 50 >&-",
                in: folder
            )
            #expect(demo.exit == 74)
            #expect(try Program.shell("cdc-demo cat people >&- 2>&-", in: folder).exit == 74)
        }
    }

    @Test("The last line of the demo is a command that can be pasted")
    func lookFurther() async throws {
        try await withTemporaryFolder { folder in
            let line = "'\(Program.location.path)' demo --source memory --lake 'my lake' --scale 0.01 --transactions 50"
            let outcome = try Program.shell(line, in: folder)
            #expect(outcome.exit == 0, "\(outcome.error)")
            let last = try #require(outcome.output.split(separator: "\n").last { $0.contains(" cat ") })
            let command = last.trimmingCharacters(in: .whitespaces)
            let rows = try Program.shell("PATH=/usr/bin:/bin; \(command)", in: folder)
            #expect(rows.exit == 0, "\(rows.error)")
            #expect(rows.output.split(separator: "\n").count == 3)
        }
    }

    @Test("The demo shows history and detail of every table, and counts one as one")
    func allTables() async throws {
        try await withTemporaryFolder { folder in
            let line = "cdc-demo demo --source memory --lake lake --scale 0.01 --transactions 50"
            let output = try Program.shell(line, in: folder).output
            let parts = output.components(separatedBy: "  history of")
            let history = try #require(parts.count == 2 ? parts[1] : nil)
            for table in RetailDB.tables { #expect(history.contains("  \(table.name.name) "), "\(history)") }
            for plural in ["1 files", "1 rows", "1 tables", "1 cuts"] { #expect(!output.contains(" \(plural)")) }
            let json = "cdc-demo demo --source memory --lake lake --scale 0.01 --transactions 50 --overwrite --json"
            let document = try JSONValue(parsing: try Program.shell(json, in: folder).output)
            for table in RetailDB.tables {
                #expect(document["validation"]?["history"]?[table.name.name] != nil)
                #expect(document["validation"]?["detail"]?[table.name.name] != nil)
            }
        }
    }

    // MARK: Errors

    @Test("A time before the first version is refused with times that people read")
    func tooEarly() async throws {
        try await withTable { folder in
            let outcome = try Program.shell("cdc-demo cat people --timestamp 2001-02-03", in: folder)
            #expect(outcome.exit == 65)
            #expect(outcome.error.contains("2001-02-03T00:00:00.000Z"), "\(outcome.error)")
            #expect(!outcome.error.contains("1970"))
        }
    }

    @Test("An error of the disk says what was tried, with which file, in the system's words")
    func fullPath() async throws {
        try await withTemporaryFolder { folder in
            let line = "echo >file; cdc-demo demo --source memory --lake file/lake --scale 0.01 --transactions 50"
            let outcome = try Program.shell(line, in: folder)
            #expect(outcome.exit == 73)
            #expect(outcome.error.contains("'file/lake"), "\(outcome.error)")
            #expect(outcome.error.contains("Not a directory"), "\(outcome.error)")
        }
    }

    // MARK: One at a time

    /// A demo that works in the folder `lake` until it is stopped.
    private func longDemo(in folder: String) throws -> RunningProgram {
        let demo = try RunningProgram(
            arguments: [
                "demo", "--source", "memory", "--lake", "lake", "--scale", "0.01", "--transactions", "1000000",
            ],
            in: folder
        )
        // It has begun when it prints something.
        _ = try demo.firstLine()
        return demo
    }

    @Test("A lake that a program writes is left alone by others, asked to overwrite or not, until it ends")
    func lakeInUse() async throws {
        try await withTemporaryFolder { folder in
            let first = try longDemo(in: folder)
            defer { first.kill() }
            let second = "cdc-demo demo --source memory --lake lake --overwrite --scale 0.01 --transactions 50"
            for line in [second, "cdc-demo replay --lake lake"] {
                let refused = try Program.shell(line, in: folder)
                #expect(refused.exit == 73)
                #expect(
                    refused.error.contains("another cdc-demo is writing lake/retail_analytics now"),
                    "\(refused.error)"
                )
            }
            first.kill()
            #expect(try Program.shell(second, in: folder).exit == 0)
        }
    }

    @Test("A demo that is stopped says so, and how to begin anew")
    func interruption() async throws {
        try await withTemporaryFolder { folder in
            let interrupted = try longDemo(in: folder)
            #expect(interrupted.interrupt() == 130)
            #expect(
                try interrupted.errorText()
                    == "cdc-demo: stopped; lake holds what was done until then; --overwrite begins anew there\n"
            )
            try FileManager.default.removeItem(atPath: "\(folder)/lake")
            #expect(try longDemo(in: folder).terminate() == 143)
        }
    }

    // MARK: Replays

    @Test("A replay goes on in its own lake only")
    func otherHistories() async throws {
        try await withTemporaryFolder { folder in
            func replay(_ arguments: String) throws -> Program.Outcome {
                try Program.shell("cdc-demo replay --lake lake --scale 0.003 \(arguments)", in: folder)
            }
            #expect(try replay("--transactions 20").exit == 0)
            for (arguments, expected) in [
                ("--transactions 20 --seed 7", "seed 42"), ("--transactions 20 --scale 0.004", "150 orders"),
                ("--transactions 10", "20 transactions"),
            ] {
                let outcome = try replay(arguments)
                #expect(outcome.exit == 73, "\(arguments): \(outcome.output)")
                #expect(outcome.error.contains(expected), "\(outcome.error)")
            }
            // Without its note the source is known by what is staged.
            try FileManager.default.removeItem(atPath: "\(folder)/lake/retail_analytics/replay-source.log")
            let noted = try replay("--transactions 20 --seed 7")
            #expect(noted.exit == 73, "\(noted.output) \(noted.error)")
        }
    }

    @Test("A replay that is told of more transactions goes on with them")
    func longerHistory() async throws {
        try await withTemporaryFolder { folder in
            for transactions in [20, 30] {
                let line = "cdc-demo replay --lake lake --scale 0.003 --transactions \(transactions)"
                let outcome = try Program.shell(line, in: folder)
                #expect(outcome.exit == 0, "\(outcome.output) \(outcome.error)")
            }
        }
    }

    @Test("A demo and a replay do not share a lake")
    func demoAndReplay() async throws {
        try await withTemporaryFolder { folder in
            let demo = "cdc-demo demo --source memory --lake lake --scale 0.01 --transactions 50"
            let replay = "cdc-demo replay --lake lake --scale 0.01 --transactions 50"
            #expect(try Program.shell(demo, in: folder).exit == 0)
            let refused = try Program.shell(replay, in: folder)
            #expect(refused.exit == 73)
            #expect(refused.error.contains("--lake"), "\(refused.error)")
            // What a replay left, a demo replaces with everything that belongs to it.
            #expect(try Program.shell("rm -r lake; \(replay)", in: folder).exit == 0)
            #expect(try Program.shell("\(demo) --overwrite", in: folder).exit == 0)
            let note = "\(folder)/lake/retail_analytics/replay-source.log"
            #expect(!FileManager.default.fileExists(atPath: note))
        }
    }
}
