import LakeStorage
import Testing

@testable import DeltaLog

@Suite("Finding the files that make a version")
struct LogSegmentTests {
    let lake = TestLake()

    private func put(_ names: String...) async throws {
        for name in names { try await lake.storage.put("t/_delta_log/\(name)", Array("{}".utf8)) }
    }

    private func commits(_ versions: ClosedRange<Int64>) async throws {
        for version in versions { try await put(LogFileName.commit(named: version)) }
    }

    private func find(_ version: Int64? = nil) async throws -> LogSegment {
        try await LogSegment.find(lake.log().folder, version: version)
    }

    @Test("commits alone, from the first on")
    func commitsOnly() async throws {
        try await commits(0...3)
        #expect(try await find().commits.map(\.version) == [0, 1, 2, 3])
        #expect(try await find(2).commits.map(\.version) == [0, 1, 2])
        #expect(try await find().checkpoint == nil)
    }

    @Test("the newest checkpoint that is not newer than the version, and the commits after it")
    func checkpoint() async throws {
        try await commits(0...7)
        try await put(LogFileName.checkpoint(named: 3), LogFileName.checkpoint(named: 6))
        #expect(try await find().checkpoint?.version == 6)
        #expect(try await find().commits.map(\.version) == [7])
        #expect(try await find().checkpointCommit?.version == 6)
        #expect(try await find(5).checkpoint?.version == 3)
        #expect(try await find(5).commits.map(\.version) == [4, 5])
        #expect(try await find(3).commits.isEmpty)
        #expect(try await find(2).checkpoint == nil)
    }

    @Test("a checkpoint in parts counts only when all parts are there")
    func multiPart() async throws {
        try await commits(0...4)
        try await put("00000000000000000003.checkpoint.0000000001.0000000002.parquet")
        #expect(try await find().checkpoint == nil)
        try await put("00000000000000000003.checkpoint.0000000002.0000000002.parquet")
        #expect(try await find().checkpoint?.paths.count == 2)
        #expect(try await find().checkpoint?.paths.first?.contains("0000000001.0000000002") == true)
    }

    @Test("compacted logs, checksums and strange files do not matter")
    func others() async throws {
        try await commits(0...2)
        try await put(
            "00000000000000000000.00000000000000000002.compacted.json",
            "00000000000000000002.crc",
            "README.md",
            ".00000000000000000009.json.crc",
            "00000000000000000009.json.tmp"
        )
        #expect(try await find().version == 2)
    }

    @Test("a hole in the log is an error that names the version that is missing")
    func hole() async throws {
        try await commits(0...1)
        try await commits(3...4)
        let error = await deltaError { _ = try await find() }
        #expect(error?.code == .missingVersion)
        #expect(error?.version == 2)
        #expect(error?.message.contains("00000000000000000002.json") == true)
        #expect(try await find(1).version == 1, "what lies before the hole can be read")
        #expect(await deltaError { _ = try await find(4) }?.version == 2)
    }

    @Test("a hole between checkpoint and commits is one, too")
    func holeAfterCheckpoint() async throws {
        try await put(LogFileName.checkpoint(named: 5))
        try await commits(7...8)
        #expect(await deltaError { _ = try await find() }?.version == 6)
    }

    @Test("a log whose beginning was cleaned up")
    func truncated() async throws {
        try await commits(4...6)
        #expect(await deltaError { _ = try await find() }?.code == .missingVersion)
        try await put(LogFileName.checkpoint(named: 4))
        #expect(try await find().commits.map(\.version) == [5, 6])
        #expect(await deltaError { _ = try await find(2) }?.code == .missingVersion)
    }

    @Test("a version that is not there yet")
    func future() async throws {
        try await commits(0...1)
        let error = await deltaError { _ = try await find(2) }
        #expect(error?.code == .missingVersion)
        #expect(error?.message.contains("newest is 1") == true)
    }

    @Test("a folder without a table")
    func noTable() async throws {
        #expect(await deltaError { _ = try await find() }?.code == .tableNotFound)
        try await put("README.md")
        #expect(await deltaError { _ = try await find() }?.code == .tableNotFound)
        #expect(try await !lake.log().exists())
    }

    // MARK: The pointer to the last checkpoint

    @Test(
        "a pointer that lies, is broken, old or too new changes nothing",
        arguments: [
            "", "{", "[]", #"{"version":"x"}"#, #"{"version":-1}"#, #"{"version":1}"#, #"{"version":3,"size":1}"#,
            #"{"version":4}"#, #"{"version":6}"#, #"{"version":99}"#, #"{"version":9223372036854775807}"#,
        ]
    )
    func lyingPointer(text: String) async throws {
        try await commits(0...5)
        try await put(LogFileName.checkpoint(named: 3))
        try await lake.storage.put("t/_delta_log/_last_checkpoint", Array(text.utf8))
        #expect(try await find().checkpoint?.version == 3)
        #expect(try await find().commits.map(\.version) == [4, 5])
        #expect(try await find(1).commits.map(\.version) == [0, 1])
    }

    @Test("what the pointer says can be read and written")
    func pointer() {
        let pointer = LastCheckpoint(version: 20, size: 7, sizeInBytes: 1000, numOfAddFiles: 4)
        #expect(LastCheckpoint(pointer.bytes) == pointer)
        #expect(
            String(decoding: pointer.bytes, as: UTF8.self)
                == #"{"version":20,"size":7,"sizeInBytes":1000,"numOfAddFiles":4}"#
        )
    }
}
