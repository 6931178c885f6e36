import CDCJSON
import CDCTesting
import Columnar
import LakeStorage
import Synchronization
import Testing

@testable import DeltaLog

@Suite("Snapshots of a table")
struct SnapshotTests {
    let lake = TestLake()
    var log: TableLog { lake.log() }

    private func begin() async throws {
        try await lake.write(0, [Line.protocol12, Line.metadata(), Line.add("a"), Line.add("b")])
    }

    @Test("the files of a version, in the order in which they came")
    func replay() async throws {
        try await begin()
        try await lake.write(1, [Line.remove("a"), Line.add("c")])
        try await lake.write(2, [Line.add("a")])
        let snapshot = try await log.snapshot()
        #expect(snapshot.version == 2)
        #expect(snapshot.files.map(\.path) == ["b", "c", "a"])
        #expect(snapshot.tombstones.isEmpty, "a file that came back is no longer removed")
        #expect(snapshot.schema == [Field("id", .integer)])
        let first = try await log.snapshot(at: .version(1))
        #expect(first.files.map(\.path) == ["b", "c"])
        #expect(first.tombstones.map(\.path) == ["a"])
        #expect(first.file(FileKey(path: "b", deletionVector: nil))?.path == "b")
        #expect(first.file(FileKey(path: "a", deletionVector: nil)) == nil)
    }

    @Test("an update of a file's deleted rows is a removal and an addition of the same path, in any order")
    func deletionVectorUpdate() async throws {
        try await begin()
        let marked = AddFile(
            path: "a",
            size: 1,
            modificationTime: 1,
            deletionVector: DeletionVectorDescriptor(
                storageType: "i",
                pathOrInlineDV: "x",
                sizeInBytes: 1,
                cardinality: 1
            )
        )
        try await lake.write(1, [Line.text(.add(marked)), Line.remove("a")])
        #expect(try await log.snapshot().files.filter { $0.path == "a" } == [marked])
        try await lake.write(2, [Line.text(.remove(marked.removal(at: 1, dataChange: true)))])
        #expect(try await log.snapshot().files.map(\.path) == ["b"])
        #expect(try await log.snapshot().tombstones.count == 2)
    }

    @Test("the newest protocol, metadata, transactions and domains hold")
    func newest() async throws {
        try await begin()
        try await lake.write(
            1,
            [
                Line.text(.transaction(SetTransaction(appId: "x", version: 1))),
                Line.text(.transaction(SetTransaction(appId: "y", version: 9))),
                Line.text(.domainMetadata(DomainMetadata(domain: "d", configuration: "1"))),
                Line.text(.domainMetadata(DomainMetadata(domain: "e", configuration: "kept"))),
            ]
        )
        try await lake.write(
            2,
            [
                Line.text(.transaction(SetTransaction(appId: "x", version: 2))),
                Line.text(.domainMetadata(DomainMetadata(domain: "d", configuration: "", removed: true))),
                Line.metadata(partitionedBy: [], ["a": "b"]),
            ]
        )
        let snapshot = try await log.snapshot()
        #expect(snapshot.transactionVersion(of: "x") == 2)
        #expect(snapshot.transactionVersion(of: "y") == 9)
        #expect(snapshot.transactionVersion(of: "z") == nil)
        #expect(snapshot.domains == ["e": DomainMetadata(domain: "e", configuration: "kept")])
        #expect(snapshot.metadata.configuration == ["a": "b"])
    }

    @Test("many removals leave no gaps behind")
    func compacting() async throws {
        try await lake.write(0, [Line.protocol12, Line.metadata()] + (0..<200).map { Line.add("f\($0)") })
        try await lake.write(1, (0..<190).map { Line.remove("f\($0)") } + [Line.add("new")])
        try await lake.write(2, [Line.remove("f195"), Line.add("f0")])
        let expected = (190..<200).filter { $0 != 195 }.map { "f\($0)" } + ["new", "f0"]
        let snapshot = try await log.snapshot()
        #expect(snapshot.files.map(\.path) == expected)
        #expect(snapshot.fileCount == expected.count)
    }

    @Test(
        "following a log step by step gives what reading it at once gives, however much has changed",
        arguments: [7, 8]
    )
    func layers(seed: UInt64) async throws {
        var generator = MutationTests.Generator(state: seed)
        try await lake.write(0, [Line.protocol12, Line.metadata()] + (0..<600).map { Line.add("f\($0)") })
        var followed = try await log.snapshot()
        var model = (0..<600).map { "f\($0)" }
        var removed: Set<String> = []
        for version in Int64(1)...30 {
            var lines: [String] = []
            var touched: Set<String> = []
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                let path = "f\(Int.random(in: 0..<900, using: &generator))"
                guard touched.insert(path).inserted else { continue }
                if let place = model.firstIndex(of: path), Bool.random(using: &generator) {
                    model.remove(at: place)
                    removed.insert(path)
                    lines.append(Line.remove(path, at: .max))
                } else {
                    if !model.contains(path) { model.append(path) }
                    removed.remove(path)
                    lines.append(Line.text(.add(AddFile(path: path, size: version, modificationTime: 1))))
                }
            }
            // Reading a commit takes its removals first; the order of additions is that of the lines.
            try await lake.write(version, lines)
            followed = try await followed.update()
            #expect(followed.files.map(\.path) == model)
            #expect(Set(followed.tombstones.map(\.path)) == removed)
            #expect(followed.fileCount == model.count)
        }
        let fresh = try await log.snapshot()
        #expect(fresh.files == followed.files)
        #expect(fresh.tombstones == followed.tombstones)
        for file in fresh.files { #expect(followed.file(file.key) == file) }
        for path in removed { #expect(followed.file(FileKey(path: path, deletionVector: nil)) == nil) }
    }

    @Test("a log without protocol or metadata is refused, as is a broken one")
    func incomplete() async throws {
        try await lake.write(0, [Line.metadata()])
        #expect(await deltaError { _ = try await log.snapshot() }?.message.contains("'protocol'") == true)
        try await lake.write(0, [Line.protocol12])
        #expect(await deltaError { _ = try await log.snapshot() }?.message.contains("'metaData'") == true)
        try await lake.write(0, [Line.protocol12, "{nonsense"])
        let error = await deltaError { _ = try await log.snapshot() }
        #expect(error?.code == .corruptLog)
        #expect(error?.file == "t/_delta_log/00000000000000000000.json")
        #expect(error?.table == "t")
    }

    @Test("a feature that is not known keeps the table closed, but not its log")
    func unknownFeature() async throws {
        try await lake.write(
            0,
            [Line.protocol(3, 7, readers: ["zap"], writers: ["zap"]), Line.metadata(), Line.add("a")]
        )
        let error = await deltaError { _ = try await log.snapshot() }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains("'zap'") == true)
        #expect(try await log.ungatedSnapshot().files.count == 1)
    }

    @Test("empty lists of features, where the versions want none, are none")
    func emptyFeatureLists() async throws {
        let lists = #""readerFeatures":[],"writerFeatures":[]"#
        try await lake.write(
            0,
            [#"{"protocol":{"minReaderVersion":1,"minWriterVersion":2,\#(lists)}}"#, Line.metadata()]
        )
        #expect(try await log.snapshot().protocol == TableProtocol(minReaderVersion: 1, minWriterVersion: 2))
    }

    // MARK: Following the log

    @Test("an update reads the new commits only, and gives what a fresh look gives")
    func updating() async throws {
        try await begin()
        let old = try await log.snapshot()
        #expect(try await old.update().version == 0)
        try await lake.write(1, [Line.remove("a"), Line.add("c")])
        try await lake.write(2, [Line.add("d")])
        let new = try await old.update()
        let fresh = try await log.snapshot()
        #expect(new.version == 2)
        #expect(new.files == fresh.files)
        #expect(new.tombstones == fresh.tombstones)
        #expect(old.files.map(\.path) == ["a", "b"], "a snapshot does not change")
    }

    @Test("an update notices a hole, and a protocol that it cannot read")
    func updatingIntoTrouble() async throws {
        try await begin()
        let old = try await log.snapshot()
        try await lake.write(2, [Line.add("c")])
        #expect(await deltaError { _ = try await old.update() }?.version == 1)
        try await lake.write(1, [Line.protocol(3, 7, readers: ["zap"], writers: ["zap"])])
        #expect(await deltaError { _ = try await old.update() }?.code == .unsupportedFeature)
    }

    @Test("an update notices that the table was made anew, or is gone")
    func recreated() async throws {
        try await begin()
        let old = try await log.snapshot()
        try await lake.removeCommit(0)
        #expect(await deltaError { _ = try await old.update() }?.code == .tableNotFound)
        try await lake.write(0, [Line.protocol12, Line.metadata(), Line.add("other-table")])
        #expect(try await old.update().files.map(\.path) == ["other-table"])
    }

    // MARK: Time travel

    @Test("the newest version that is not younger than a time; files' ages are made to ascend")
    func timeTravel() async throws {
        try await begin()
        for version in Int64(1)...3 { try await lake.write(version, [Line.add("f\(version)")]) }
        try lake.setModified(0, 1000)
        try lake.setModified(1, 5000)
        try lake.setModified(2, 3000)  // older than its predecessor: counts as 5001
        try lake.setModified(3, 9000)
        for (time, version) in [(1000, 0), (4999, 0), (5000, 1), (5001, 2), (8999, 2), (9000, 3), (99999, 3)] {
            #expect(try await log.snapshot(at: .timestamp(Int64(time))).version == version)
        }
        #expect(await deltaError { _ = try await log.snapshot(at: .timestamp(999)) }?.code == .missingVersion)
        #expect(try await log.snapshot().timestamp == 9000)
        #expect(try await log.snapshot(at: .version(2)).timestamp == 5001)
    }

    @Test("a table that keeps its times in its commits is asked for those")
    func inCommitTimes() async throws {
        func info(_ time: Int64) -> String {
            var info = CommitInfo()
            info.inCommitTimestamp = time
            return Line.text(.commitInfo(info))
        }
        let properties = [
            "delta.enableInCommitTimestamps": "true", "delta.inCommitTimestampEnablementVersion": "1",
        ]
        try await begin()
        try await lake.write(
            1,
            [
                info(2000), Line.protocol(1, 7, writers: ["inCommitTimestamp"]),
                Line.metadata(partitionedBy: [], properties),
            ]
        )
        try await lake.write(2, [info(3000), Line.add("c")])
        for version in Int64(0)...2 { try lake.setModified(version, 500) }
        #expect(try await log.snapshot(at: .timestamp(2999)).version == 1)
        #expect(try await log.snapshot(at: .timestamp(600)).version == 0)
        #expect(try await log.snapshot().timestamp == 3000)
    }

    @Test("a commit without a time of its own counts as younger than its predecessor")
    func missingInCommitTime() async throws {
        func info(_ time: Int64) -> String { Line.text(.commitInfo(CommitInfo(["inCommitTimestamp": .integer(time)]))) }
        try await begin()
        try await lake.write(
            1,
            [
                info(2000), Line.protocol(1, 7, writers: ["inCommitTimestamp"]),
                Line.metadata(
                    partitionedBy: [],
                    ["delta.enableInCommitTimestamps": "true", "delta.inCommitTimestampEnablementVersion": "1"]
                ),
            ]
        )
        try await lake.write(2, [Line.add("c")])
        try await lake.write(3, [info(3000), Line.add("d")])
        for version in Int64(0)...3 { try lake.setModified(version, 500) }
        for (time, version) in [(1000, 0), (2000, 1), (2001, 2), (2999, 2), (3000, 3)] {
            #expect(try await log.snapshot(at: .timestamp(Int64(time))).version == version)
        }
    }

    @Test("a version before the first is none", arguments: [-1, Int64.min])
    func negativeVersion(version: Int64) async throws {
        try await begin()
        let error = await deltaError { _ = try await log.snapshot(at: .version(version)) }
        #expect(error?.code == .missingVersion)
    }

    // MARK: Latency

    @Test("commits are read several at a time, but not all at once")
    func readahead() async throws {
        try await begin()
        for version in Int64(1)...40 { try await lake.write(version, [Line.add("f\(version)")]) }
        let reads = Mutex((now: 0, most: 0))
        let slow = InterceptedStorage(lake.storage) { operation, path, _ throws(StorageError) in
            guard operation == .read, path.hasSuffix(".json") else { return }
            reads.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            for _ in 0..<200 { await Task.yield() }
            reads.withLock { $0.now -= 1 }
        }
        let slowLog = TableLog(storage: slow, path: "t")
        #expect(try await slowLog.snapshot().files.map(\.path) == ["a", "b"] + (1...40).map { "f\($0)" })
        #expect((2...16).contains(reads.withLock(\.most)))
        reads.withLock { $0.most = 0 }
        #expect(try await slowLog.history().map(\.version) == (0...40).reversed())
        #expect((2...16).contains(reads.withLock(\.most)))
    }

    @Test("large commits are not held in memory many at a time")
    func largeCommits() async throws {
        try await begin()
        for version in Int64(1)...9 { try await lake.write(version, [Line.add("f")]) }
        let reads = Mutex((now: 0, most: 0))
        let slow = InterceptedStorage(lake.storage) { operation, path, _ throws(StorageError) in
            reads.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            for _ in 0..<200 { await Task.yield() }
            reads.withLock { $0.now -= 1 }
        }
        let commits = (0..<10).map { version in
            LogSegment.CommitFile(version: version, path: CommitReader.path(version), size: 30 << 20, modified: 0)
        }
        var versions: [Int64] = []
        try await CommitReader.forEach(commits, in: StorageFolder(slow, folder: "t"), CommitReader.read) { commit, _ in
            versions.append(commit.version)
        }
        #expect(versions == Array(0..<10))
        #expect(reads.withLock(\.most) == 1)
    }

    @Test("of several commits that cannot be read, the first is told")
    func firstFailure() async throws {
        try await begin()
        for version in Int64(1)...20 { try await lake.write(version, [version < 7 ? Line.add("f") : "{nonsense"]) }
        let error = await deltaError { _ = try await log.snapshot() }
        #expect(error?.version == 7)
        #expect(error?.file == "t/" + CommitReader.path(7))
    }

    // MARK: Reports

    @Test("the history tells the newest first, whatever the writers put into it")
    func history() async throws {
        try await lake.write(
            0,
            [
                #"{"commitInfo":{"timestamp":1,"operation":"WRITE","operationParameters":{"mode":"Append","n":3,"l":[1]},"isBlindAppend":true,"operationMetrics":{"numFiles":"1"},"engineInfo":"other/1","userMetadata":"u"}}"#,
                Line.protocol12, Line.metadata(),
            ]
        )
        try await lake.write(1, [Line.add("a")])
        try lake.setModified(0, 1000)
        try lake.setModified(1, 2000)
        let history = try await log.history()
        #expect(history.map(\.version) == [1, 0])
        #expect(history.map(\.timestamp) == [2000, 1000])
        #expect(history[0].operation == nil)
        #expect(history[1].operation == "WRITE")
        #expect(history[1].operationParameters["l"] == [1])
        #expect(history[1].operationMetrics["numFiles"] == "1")
        #expect(history[1].isBlindAppend == true)
        #expect(history[1].engineInfo == "other/1")
        #expect(history[1].userMetadata == "u")
        #expect(try await log.history(limit: 1).map(\.version) == [1])
        #expect(await deltaError { _ = try await lake.log("none").history() }?.code == .tableNotFound)
    }

    @Test("the detail of a table")
    func detail() async throws {
        try await begin()
        let detail = try await log.snapshot().detail
        #expect(detail.numFiles == 2)
        #expect(detail.sizeInBytes == 2)
        #expect(detail.location == "t")
        #expect(detail.minWriterVersion == 2)
        #expect(detail.tableFeatures == ["appendOnly", "invariants"])
    }
}
