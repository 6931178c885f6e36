import CDCJSON
import Columnar
import LakeStorage
import Synchronization
import Testing

@testable import DeltaLog

@Suite("Commits")
struct TransactionTests {
    let lake = TestLake()
    static let schema: Schema = [Field("id", .long), Field("p", .string)]

    private func create(
        _ log: TableLog? = nil,
        _ properties: [String: String] = [:],
        partitionedBy columns: [String] = []
    ) async throws -> Snapshot {
        try await Transaction(
            creating: log ?? lake.log(),
            schema: Self.schema,
            partitionColumns: columns,
            properties: properties
        ).commit().snapshot
    }

    private func append(_ path: String, to snapshot: Snapshot) -> Transaction {
        var transaction = Transaction(on: snapshot, CommitOperation("WRITE", parameters: ["mode": "Append"]))
        transaction.actions = [.add(AddFile(path: path, size: 1, modificationTime: 1))]
        return transaction
    }

    private func conflict(_ body: () async throws -> Void) async -> CommitConflict.Kind? {
        let error = await deltaError(body)
        #expect(error?.isRetryable == (error?.code == .conflict))
        return error?.conflict?.kind
    }

    // MARK: What is written

    @Test("a new table and a first row")
    func creating() async throws {
        let created = try await create()
        #expect(created.version == 0)
        #expect(created.schema == Self.schema)
        #expect(created.protocol == TableProtocol(minReaderVersion: 1, minWriterVersion: 2))
        let result = try await append("a", to: created).commit()
        #expect(result.version == 1)
        #expect(result.attempts == 1)
        let fresh = try await lake.log().snapshot()
        #expect(fresh.files == result.snapshot.files)
        #expect(fresh.version == 1)
        #expect(try await result.snapshot.update().version == 1)
    }

    @Test("the commit info stands first and says what was done")
    func commitInfo() async throws {
        let created = try await create()
        var transaction = append("a", to: created)
        transaction.operation.metrics = ["numFiles": 1, "numOutputRows": 20]
        transaction.userMetadata = "hello"
        _ = try await transaction.commit()
        let bytes = try await lake.storage.read("t/" + CommitReader.path(1))
        let first = try #require(bytes.split(separator: UInt8(ascii: "\n")).first)
        let info = try #require(try JSONValue(parsing: Array(first))["commitInfo"])
        #expect(info["operation"] == "WRITE")
        #expect(info["operationParameters"] == ["mode": "Append"])
        #expect(info["operationMetrics"] == ["numFiles": "1", "numOutputRows": "20"])
        #expect(info["readVersion"] == 0)
        #expect(info["isolationLevel"] == "Serializable")
        #expect(info["isBlindAppend"] == true)
        #expect(info["engineInfo"]?.string?.hasPrefix("swift-cdc/") == true)
        #expect(info["txnId"]?.string?.utf8.count == 36)
        #expect(info["userMetadata"] == "hello")
        #expect(info["timestamp"]?.integer != nil)
        #expect(try await lake.log().history(limit: 1).first?.operationMetrics["numFiles"] == "1")
    }

    @Test("a commit that read, removed or only moved rows says so")
    func blindness() async throws {
        func info(_ transaction: Transaction) async throws -> CommitInfo? {
            let result = try await transaction.commit()
            return try await CommitReader.commitInfo(lake.log().folder, result.version)
        }
        let created = try await create()
        var reader = append("a", to: created)
        reader.reads = .wholeTable
        #expect(try await info(reader)?.isBlindAppend == false)
        let snapshot = try await created.update()
        var mover = Transaction(on: snapshot, CommitOperation("OPTIMIZE"))
        mover.actions = [
            .remove(snapshot.files[0].removal(at: 1, dataChange: false)),
            .add(AddFile(path: "b", size: 1, modificationTime: 1, dataChange: false)),
        ]
        let moved = try await info(mover)
        #expect(moved?.isBlindAppend == false)
        #expect(moved?.isolationLevel == "SnapshotIsolation")
    }

    // MARK: Races

    @Test("an append that lost a race is written after the winner")
    func rebase() async throws {
        let created = try await create()
        _ = try await append("a", to: created).commit()
        _ = try await append("b", to: created).commit()
        let result = try await append("c", to: created).commit()
        #expect(result.version == 3)
        #expect(result.attempts == 2)
        #expect(result.snapshot.files.map(\.path) == ["a", "b", "c"])
        #expect(try await lake.log().snapshot().files == result.snapshot.files)
    }

    @Test("eight tasks append twenty-five times each: two hundred versions, nothing lost")
    func concurrency() async throws {
        let created = try await create()
        let versions = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for task in 0..<8 {
                group.addTask {
                    var snapshot = created
                    var versions: [Int64] = []
                    for number in 0..<25 {
                        var transaction = Transaction(on: snapshot, CommitOperation("WRITE"))
                        transaction.maximumAttempts = 1000
                        transaction.actions = [
                            .add(AddFile(path: "f-\(task)-\(number)", size: 1, modificationTime: 1)),
                            .transaction(SetTransaction(appId: "app-\(task)", version: Int64(number))),
                        ]
                        let result = try await transaction.commit()
                        versions.append(result.version)
                        snapshot = result.snapshot
                    }
                    return versions
                }
            }
            return try await group.reduce(into: [Int64]()) { $0 += $1 }
        }
        #expect(versions.sorted() == Array(1...200))
        let snapshot = try await lake.log().snapshot()
        #expect(snapshot.version == 200)
        #expect(Set(snapshot.files.map(\.path)).count == 200)
        for task in 0..<8 { #expect(snapshot.transactionVersion(of: "app-\(task)") == 24) }
    }

    @Test("what another commit contradicts is refused, and nothing is written")
    func conflicts() async throws {
        let base = try await append("a", to: try await create()).commit().snapshot
        var winner = Transaction(on: base, CommitOperation("DELETE"))
        winner.reads = .files(["a"])
        winner.actions = [.remove(base.files[0].removal(at: 1, dataChange: true))]
        _ = try await winner.commit()
        #expect(await conflict { _ = try await winner.commit() } == .concurrentDeleteRead)
        var whole = append("b", to: base)
        whole.reads = .wholeTable
        let error = await deltaError { _ = try await whole.commit() }
        #expect(error?.conflict?.kind == .concurrentDeleteRead)
        #expect(error?.conflict?.winnerVersion == 2)
        #expect(error?.conflict?.winnerOperation == "DELETE")
        #expect(error?.table == "t")
        #expect(try await lake.log().snapshot().version == 2)
        #expect(try await append("c", to: base).commit().version == 3)
    }

    @Test("one application's position moves once")
    func exactlyOnce() async throws {
        let base = try await create()
        var transaction = append("a", to: base)
        transaction.actions.append(.transaction(SetTransaction(appId: "cdc", version: 5)))
        _ = try await transaction.commit()
        var again = append("a-again", to: base)
        again.actions.append(.transaction(SetTransaction(appId: "cdc", version: 5)))
        #expect(await conflict { _ = try await again.commit() } == .transaction)
        #expect(try await base.update().transactionVersion(of: "cdc") == 5)
        #expect(try await base.update().fileCount == 1)
    }

    @Test("a table that is created twice is created once")
    func creationRace() async throws {
        let log = lake.log()
        let created = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        _ = try await Transaction(creating: log, schema: Self.schema).commit()
                        return true
                    } catch {
                        #expect((error as? DeltaError)?.code == .tableExists)
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(created == 1)
        #expect(try await log.snapshot().version == 0)
    }

    @Test("other writers that are always faster end the attempts")
    func attempts() async throws {
        let created = try await create()
        let rival = ActionWriter.write([.add(AddFile(path: "r", size: 1, modificationTime: 1))])
        let storage = FaultyStorage(lake.storage, Array(repeating: .losesTo(rival), count: 3))
        let log = TableLog(storage: storage, path: "t")
        var transaction = append("a", to: try await log.snapshot())
        transaction.maximumAttempts = 3
        let error = await deltaError { _ = try await transaction.commit() }
        #expect(error?.code == .tooManyAttempts)
        #expect(error?.isRetryable == true)
        #expect(try await created.update().version == 3)
    }

    @Test("a table whose first commits were cleaned up is not created a second time")
    func creationOverGap() async throws {
        try await lake.write(0, [Line.protocol12, Line.metadata()])
        try await lake.log().snapshot().writeCheckpoint()
        try await lake.write(1, [Line.add("a")])
        try await lake.removeCommit(0)
        let transaction = try Transaction(creating: lake.log(), schema: Self.schema)
        #expect(await deltaError { _ = try await transaction.commit() }?.code == .tableExists)
        #expect(try await lake.log().snapshot().version == 1)
    }

    @Test("a commit planned on a version that was cleaned up meanwhile is not written into the gap")
    func staleSnapshot() async throws {
        let clock = Mutex<Int64>(1_800_000_000_000)
        let log = TableLog(storage: lake.storage, path: "t", now: { clock.withLock { $0 } })
        let old = try await create(log)
        var newest = old
        for number in 1...3 { newest = try await append("\(number)", to: newest).commit().snapshot }
        try await newest.writeCheckpoint()
        for version in Int64(0)...2 { try await lake.removeCommit(version) }
        clock.withLock { $0 += 7_200_000 }
        let error = await deltaError { _ = try await append("late", to: old).commit() }
        #expect(error?.code == .missingVersion)
        #expect(try await append("in time", to: newest).commit().version == 4)
        #expect(try await log.snapshot().files.map(\.path) == ["1", "2", "3", "in time"])
    }

    // MARK: A storage that fails

    @Test(
        "a failure after the commit was written is no failure",
        arguments: [
            StorageError.Code.unavailable, .alreadyExists, .denied, .full,
        ]
    )
    func ambiguousSuccess(code: StorageError.Code) async throws {
        _ = try await create()
        let log = TableLog(storage: FaultyStorage(lake.storage, [.writesAndFails(code)]), path: "t")
        let result = try await append("a", to: try await log.snapshot()).commit()
        #expect(result.version == 1)
        #expect(try await log.snapshot().version == 1)
        #expect(try await log.snapshot().fileCount == 1)
    }

    @Test("a last attempt that fails, and whose commit appears in the log only then, is no failure")
    func lateSuccess() async throws {
        _ = try await create()
        let storage = FaultyStorage(lake.storage, [.writesLate(.unavailable)])
        var transaction = append("a", to: try await TableLog(storage: storage, path: "t").snapshot())
        transaction.maximumAttempts = 1
        #expect(try await transaction.commit().version == 1)
        #expect(try await lake.log().snapshot().fileCount == 1)
    }

    @Test(
        "a last attempt of which nobody knows what came of it: the error says so, and files are left alone",
        arguments: [StorageError.Code.unavailable, .alreadyExists]
    )
    func unsettled(code: StorageError.Code) async throws {
        _ = try await create()
        let storage = FaultyStorage(lake.storage, [.fails(code)])
        var transaction = append("a", to: try await TableLog(storage: storage, path: "t").snapshot())
        transaction.maximumAttempts = 1
        let error = await deltaError { _ = try await transaction.commit() }
        #expect(error?.code == .outcomeUnknown)
        #expect(DeltaTable.mayBeCommitted(try #require(error)))
    }

    @Test("a failure that may pass is tried again, any other ends the commit")
    func failures() async throws {
        _ = try await create()
        let passing = TableLog(storage: FaultyStorage(lake.storage, [.fails(.unavailable)]), path: "t")
        #expect(try await append("a", to: try await passing.snapshot()).commit().attempts == 2)
        let full = TableLog(storage: FaultyStorage(lake.storage, [.fails(.full)]), path: "t")
        let snapshot = try await full.snapshot()
        let error = await deltaError { _ = try await append("b", to: snapshot).commit() }
        #expect(error?.code == .storage)
        #expect((error?.underlying as? StorageError)?.code == .full)
        #expect(try await full.snapshot().version == 1)
    }

    @Test("a write that certainly was not committed leaves no data files behind", arguments: [false, true])
    func cleaningUp(isMerge: Bool) async throws {
        _ = try await create()
        let full = DeltaTable(storage: FaultyStorage(lake.storage, [.fails(.full)]), path: "t")
        let rows = try RecordBatch(Self.schema, rows: [[1, "x"]])
        let error = await deltaError {
            if isMerge {
                try await full.merge(upserts: rows, key: ["id"])
            } else {
                try await full.append([rows])
            }
        }
        #expect(error?.code == .storage)
        #expect(try await lake.storage.list("t").isEmpty)
    }

    @Test("where nobody can find out whether the commit was written, the error says so")
    func unknownOutcome() async throws {
        _ = try await create()
        let storage = FaultyStorage(lake.storage, [.writesAndFails(.unavailable)])
        let snapshot = try await TableLog(storage: storage, path: "t").snapshot()
        storage.goBlind()
        let error = await deltaError { _ = try await append("a", to: snapshot).commit() }
        #expect(error?.code == .outcomeUnknown)
        #expect(error?.isRetryable == false)
    }

    // MARK: What must not be committed

    @Test(
        "actions that reconcile with each other do not go into one commit",
        arguments: [
            [
                .add(AddFile(path: "a", size: 1, modificationTime: 1)),
                .add(AddFile(path: "a", size: 2, modificationTime: 1)),
            ],
            [
                .remove(RemoveFile(path: "a b", deletionTimestamp: 1, dataChange: true)),
                .remove(RemoveFile(path: "a%20b", deletionTimestamp: 2, dataChange: true)),
            ],
            [
                .add(AddFile(path: "a", size: 1, modificationTime: 1)),
                .remove(RemoveFile(path: "a", deletionTimestamp: 1, dataChange: true)),
            ],
            [
                .transaction(SetTransaction(appId: "a", version: 1)),
                .transaction(SetTransaction(appId: "a", version: 2)),
            ],
            [
                .domainMetadata(DomainMetadata(domain: "d", configuration: "")),
                .domainMetadata(DomainMetadata(domain: "d", configuration: "", removed: true)),
            ],
            [
                .protocol(TableProtocol(minReaderVersion: 1, minWriterVersion: 2)),
                .protocol(TableProtocol(minReaderVersion: 1, minWriterVersion: 2)),
            ],
            [.commitInfo(CommitInfo())],
            [.sidecar(Sidecar(path: "s", sizeInBytes: 1, modificationTime: 1))],
            [.add(AddFile(path: "", size: 1, modificationTime: 1))],
            [.add(AddFile(path: "../a", size: 1, modificationTime: 1))],
            [.add(AddFile(path: "a", size: -1, modificationTime: 1))],
            [.add(AddFile(path: "a", partitionValues: ["p": "1"], size: 1, modificationTime: 1))],
            [.add(AddFile(path: "a", size: 1, modificationTime: 1, deletionVector: ActionJSONTests.vector))],
        ] as [[Action]]
    )
    func reconcilingActions(actions: [Action]) async throws {
        let created = try await create()
        var transaction = Transaction(on: created, CommitOperation("WRITE"))
        transaction.actions = actions
        let error = await deltaError { _ = try await transaction.commit() }
        #expect([.invalidTransaction, .corruptLog].contains(error?.code))
        #expect(try await created.update().version == 0)
    }

    @Test("every file of a partitioned table has a value for every partition column")
    func partitionValues() async throws {
        let created = try await create(nil, partitionedBy: ["p"])
        #expect(await deltaError { _ = try await append("a", to: created).commit() }?.code == .invalidTransaction)
        var transaction = append("a", to: created)
        transaction.actions = [.add(AddFile(path: "a", partitionValues: ["p": nil], size: 1, modificationTime: 1))]
        #expect(try await transaction.commit().version == 1)
    }

    @Test("an append-only table loses no rows, but may be rearranged")
    func appendOnly() async throws {
        let created = try await create(nil, ["delta.appendOnly": "true"])
        let base = try await append("a", to: created).commit().snapshot
        var delete = Transaction(on: base, CommitOperation("DELETE"))
        delete.actions = [.remove(base.files[0].removal(at: 1, dataChange: true))]
        #expect(await deltaError { _ = try await delete.commit() }?.code == .constraintViolated)
        delete.actions = [
            .remove(base.files[0].removal(at: 1, dataChange: false)),
            .add(AddFile(path: "b", size: 1, modificationTime: 1, dataChange: false)),
        ]
        #expect(try await delete.commit().version == 2)
    }

    @Test("a table with a feature that cannot be written is left alone")
    func unwritable() async throws {
        try await lake.write(0, [Line.protocol(1, 7, writers: ["rowTracking"]), Line.metadata()])
        let snapshot = try await lake.log().snapshot()
        let error = await deltaError { _ = try await append("a", to: snapshot).commit() }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains("'rowTracking'") == true)
        #expect(throws: DeltaError.self) { try snapshot.ensureWritable() }
        #expect(try await snapshot.update().version == 0)
    }

    @Test("a new table needs protocol and metadata, and columns that keep the rules")
    func creationRules() async throws {
        let empty = Transaction(creating: lake.log())
        #expect(await deltaError { _ = try await empty.commit() }?.code == .invalidTransaction)
        #expect(throws: DeltaError.self) { try Transaction(creating: lake.log(), schema: [Field("a b", .long)]) }
        #expect(throws: DeltaError.self) {
            try Transaction(creating: lake.log(), schema: Self.schema, partitionColumns: ["x"])
        }
        #expect(throws: DeltaError.self) {
            try Transaction(creating: lake.log(), schema: Self.schema, properties: ["delta.enableRowTracking": "true"])
        }
        #expect(try await !lake.log().exists())
    }

    @Test("columns can be added to a table; columns that break a rule cannot")
    func schemaChange() async throws {
        let created = try await create()
        var metadata = created.metadata
        metadata.schemaString = SchemaJSON.text(Schema(Self.schema.fields + [Field("new", .date)]))
        var transaction = Transaction(on: created, CommitOperation("ADD COLUMNS"))
        transaction.actions = [.metadata(metadata)]
        let result = try await transaction.commit()
        #expect(result.snapshot.schema.count == 3)
        metadata.schemaString = SchemaJSON.text(Schema(Self.schema.fields + [Field("ID", .date)]))
        transaction = Transaction(on: result.snapshot, CommitOperation("ADD COLUMNS"))
        transaction.actions = [.metadata(metadata)]
        #expect(await deltaError { _ = try await transaction.commit() }?.code == .invalidSchema)
        metadata = result.snapshot.metadata
        metadata.partitionColumns = ["nowhere"]
        transaction.actions = [.metadata(metadata)]
        #expect(await deltaError { _ = try await transaction.commit() }?.code == .invalidSchema)
        #expect(await conflict { _ = try await append("x", to: created).commit() } == .metadataChanged)
    }
}
