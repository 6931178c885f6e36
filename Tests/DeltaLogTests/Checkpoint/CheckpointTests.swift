import CDCJSON
import CDCTesting
import Columnar
import LakeStorage
import Parquet
import Testing

@testable import DeltaLog

@Suite("Checkpoints")
struct CheckpointTests {
    let lake = TestLake()
    static let week: Int64 = 7 * 86_400_000
    static let now: Int64 = 1_800_000_000_000
    static let schema: Schema = [Field("id", .long, isNullable: false), Field("p", .string), Field("day", .date)]

    private func log(_ storage: (any ObjectStorage)? = nil) -> TableLog {
        TableLog(storage: storage ?? lake.storage, path: "t", now: { Self.now })
    }

    /// A table in which every action of a checkpoint occurs, with all members and with none.
    private func everything(ntz: Bool = false) async throws -> Snapshot {
        let fields = Self.schema.fields + (ntz ? [Field("t", .timestampNTZ)] : [])
        var snapshot = try await Transaction(
            creating: log(),
            schema: Schema(fields),
            partitionColumns: ["p", "day"],
            properties: ["delta.checkpointInterval": "100", "my.property": "ä \"x\""],
            name: "orders",
            description: "what was ordered"
        ).commit().snapshot
        var transaction = Transaction(on: snapshot, CommitOperation("WRITE"))
        transaction.actions = [
            .add(
                AddFile(
                    path: "p=a%20b/day=2020-01-01/1.parquet",
                    partitionValues: ["p": "a b", "day": "2020-01-01"],
                    size: 10,
                    modificationTime: 20,
                    stats: #"{"numRecords":3,"minValues":{"id":1}}"#,
                    tags: ["k": "v", "n": nil],
                    baseRowId: 5,
                    defaultRowCommitVersion: 6,
                    clusteringProvider: "liquid"
                )
            ),
            .add(AddFile(path: "2.parquet", partitionValues: ["p": nil, "day": nil], size: 0, modificationTime: 0)),
            .add(AddFile(path: "3.parquet", partitionValues: ["p": "x", "day": nil], size: 1, modificationTime: 2)),
            .add(AddFile(path: "4.parquet", partitionValues: ["p": "x", "day": nil], size: 1, modificationTime: 2)),
            .transaction(SetTransaction(appId: "cdc", version: 77, lastUpdated: 9)),
            .transaction(SetTransaction(appId: "bare", version: -1)),
            .domainMetadata(DomainMetadata(domain: "my.domain", configuration: #"{"a":1}"#)),
        ]
        snapshot = try await transaction.commit().snapshot
        transaction = Transaction(on: snapshot, CommitOperation("DELETE"))
        transaction.actions = [
            .remove(snapshot.files[2].removal(at: Self.now - Self.week + 1, dataChange: true)),
            .remove(snapshot.files[3].removal(at: Self.now - Self.week - 1, dataChange: true)),
        ]
        return try await transaction.commit().snapshot
    }

    private func forgetCommits(_ versions: ClosedRange<Int64>) async throws {
        for version in versions { try await lake.removeCommit(version) }
    }

    @Test("a table read from its checkpoint is the table that was written", arguments: [false, true])
    func roundTrip(ntz: Bool) async throws {
        let before = try await everything(ntz: ntz)
        try await before.writeCheckpoint()
        try await forgetCommits(0...2)
        let after = try await log().snapshot()
        #expect(after.version == 2)
        #expect(after.protocol == before.protocol)
        #expect(after.metadata == before.metadata)
        #expect(after.schema == before.schema)
        #expect(after.transactions == before.transactions)
        #expect(after.domains == before.domains)
        var files = before.files
        for index in files.indices { files[index].dataChange = false }
        #expect(after.files == files)
        #expect(after.tombstones.map(\.path) == ["3.parquet"], "the other one is older than the retention time")
        #expect(after.tombstones.first?.deletionTimestamp == Self.now - Self.week + 1)
        #expect(after.tombstones.first?.partitionValues == ["p": "x", "day": nil])
        #expect(after.tombstones.first?.size == 1)
    }

    @Test("what follows a checkpoint is read on top of it")
    func commitsAfter() async throws {
        let snapshot = try await everything()
        try await snapshot.writeCheckpoint()
        var transaction = Transaction(on: snapshot, CommitOperation("WRITE"))
        transaction.actions = [
            .remove(snapshot.files[0].removal(at: Self.now, dataChange: true)),
            .add(AddFile(path: "5.parquet", partitionValues: ["p": "y", "day": nil], size: 1, modificationTime: 2)),
        ]
        _ = try await transaction.commit()
        try await forgetCommits(0...1)
        #expect(try await log().snapshot().files.map(\.path) == ["2.parquet", "5.parquet"])
        #expect(try await log().snapshot(at: .version(2)).files.count == 2)
    }

    @Test("more files than are encoded at a time")
    func large() async throws {
        var transaction = try Transaction(creating: log(), schema: [Field("id", .long)])
        let paths = (0..<20_000).map { "part-\($0).parquet" }
        transaction.actions += paths.map { .add(AddFile(path: $0, size: 1, modificationTime: 1, stats: "{}")) }
        try await transaction.commit().snapshot.writeCheckpoint()
        try await forgetCommits(0...0)
        #expect(try await log().snapshot().files.map(\.path) == paths)
    }

    @Test("the pointer says where the checkpoint is and how large")
    func pointer() async throws {
        let snapshot = try await everything()
        try await snapshot.writeCheckpoint()
        let json = try JSONValue(parsing: try await lake.storage.read("t/_delta_log/_last_checkpoint"))
        #expect(json["version"] == 2)
        #expect(json["size"] == 8, "protocol, metadata, two applications, a domain, a removed file, two files")
        #expect(json["numOfAddFiles"] == 2)
        let size = try await lake.storage.attributes(of: "t/_delta_log/" + LogFileName.checkpoint(named: 2)).size
        #expect(json["sizeInBytes"]?.integer == Int64(size))
    }

    @Test("lists of features are there if, and only if, the versions want them")
    func featureLists() async throws {
        for ntz in [false, true] {
            let snapshot = try await everything(ntz: ntz)
            try await snapshot.writeCheckpoint()
            let bytes = try await lake.storage.read("t/_delta_log/" + LogFileName.checkpoint(named: 2))
            let batch = try await ParquetFile(BytesInput(bytes)).readRowGroup(0, columns: ["protocol"])
            let value = try #require(batch.columns[0].value(at: 0).fields)
            #expect(value[2] == (ntz ? .list(["timestampNtz"]) : .null))
            #expect(value[3] == (ntz ? .list(["invariants", "timestampNtz"]) : .null))
            for version in Int64(0)...2 { try await lake.removeCommit(version) }
            try await lake.storage.delete("t/_delta_log/" + LogFileName.checkpoint(named: 2))
        }
    }

    // MARK: When

    @Test("a checkpoint comes when the table's interval has passed")
    func interval() async throws {
        var snapshot = try await Transaction(
            creating: log(),
            schema: Self.schema,
            properties: ["delta.checkpointInterval": "3"]
        ).commit().snapshot
        var written: [Int64] = []
        for number in 1...7 {
            var transaction = Transaction(on: snapshot, CommitOperation("WRITE"))
            transaction.actions = [.add(AddFile(path: "\(number)", size: 1, modificationTime: 1))]
            let result = try await transaction.commit()
            if case .written = result.checkpoint { written.append(result.version) }
            snapshot = result.snapshot
        }
        #expect(written == [3, 6])
        #expect(try await lake.storage.exists("t/_delta_log/" + LogFileName.checkpoint(named: 6)))
        #expect(try await log().snapshot().files.map(\.path) == snapshot.files.map(\.path))
    }

    @Test("a checkpoint that cannot be written fails no commit")
    func failure() async throws {
        let storage = FaultyStorage(lake.storage, [])
        let created = try await Transaction(
            creating: log(storage),
            schema: Self.schema,
            properties: ["delta.checkpointInterval": "1"]
        ).commit().snapshot
        storage.fillUp()
        var transaction = Transaction(on: created, CommitOperation("WRITE"))
        transaction.actions = [.add(AddFile(path: "a", size: 1, modificationTime: 1))]
        let result = try await transaction.commit()
        #expect(result.version == 1)
        guard case .failed(let error) = result.checkpoint else {
            Issue.record("the storage was full")
            return
        }
        #expect(error.code == .storage)
        #expect(try await log().snapshot().version == 1)
        #expect(await deltaError { try await result.snapshot.writeCheckpoint() }?.code == .storage)
    }

    @Test("applications that were silent for longer than the table keeps them are forgotten")
    func transactionRetention() async throws {
        var transaction = try Transaction(
            creating: log(),
            schema: Self.schema,
            properties: ["delta.setTransactionRetentionDuration": "interval 1 day"]
        )
        transaction.actions += [
            .transaction(SetTransaction(appId: "old", version: 1, lastUpdated: Self.now - 86_400_000)),
            .transaction(SetTransaction(appId: "new", version: 1, lastUpdated: Self.now - 86_399_999)),
            .transaction(SetTransaction(appId: "timeless", version: 1)),
        ]
        try await transaction.commit().snapshot.writeCheckpoint()
        try await forgetCommits(0...0)
        #expect(try await log().snapshot().transactions.keys.sorted() == ["new", "timeless"])
    }

    // MARK: Trouble

    @Test("a checkpoint that is broken is an error that names the file", arguments: [0, 3, 100, 2000])
    func broken(length: Int) async throws {
        try await everything().writeCheckpoint()
        let name = try await breakCheckpoint(2, length: length)
        try await forgetCommits(0...1)
        let error = await deltaError { _ = try await log().snapshot() }
        #expect(error?.code == .corruptLog)
        #expect(error?.message.contains("the checkpoint of version 2") == true)
        #expect(error?.message.contains("the log begins with version 2") == true, "and why it cannot be done without")
        #expect(error?.file == name)
        #expect(error?.version == 2)
        #expect(error?.table == "t")
    }

    /// Leaves only the first `length` bytes of a checkpoint, whose path is returned.
    @discardableResult
    private func breakCheckpoint(_ version: Int64, length: Int = 100) async throws -> String {
        let name = "t/_delta_log/" + LogFileName.checkpoint(named: version)
        let bytes = try await lake.storage.read(name)
        try await lake.storage.put(name, Array(bytes.prefix(length)))
        return name
    }

    @Test("without the newest checkpoint the table is read from an older one, or from the first commit")
    func olderCheckpoint() async throws {
        var snapshot = try await everything()
        try await snapshot.writeCheckpoint()
        for name in ["5", "6"] {
            var transaction = Transaction(on: snapshot, CommitOperation("WRITE"))
            transaction.actions = [
                .add(AddFile(path: name, partitionValues: ["p": nil, "day": nil], size: 1, modificationTime: 1))
            ]
            snapshot = try await transaction.commit().snapshot
            if name == "5" { try await snapshot.writeCheckpoint() }
        }
        let paths = snapshot.files.map(\.path)
        try await breakCheckpoint(3)
        #expect(try await log().snapshot().files.map(\.path) == paths)
        try await breakCheckpoint(2)
        let whole = try await log().snapshot()
        #expect(whole.files.map(\.path) == paths && whole.version == 4)
        // With the commits gone, no older version is passed off as the newest.
        try await forgetCommits(3...4)
        let error = await deltaError { _ = try await log().snapshot() }
        #expect(error?.code == .corruptLog && error?.version == 3)
    }

    @Test("a storage that does not answer is no broken checkpoint")
    func silentStorage() async throws {
        try await everything().writeCheckpoint()
        let silent = InterceptedStorage(lake.storage) { _, path, _ throws(StorageError) in
            if path.hasSuffix(".parquet") { throw StorageError(.unavailable, path: path, "silent on purpose") }
        }
        let error = await deltaError { _ = try await log(silent).snapshot() }
        #expect(error?.code == .storage && error?.isRetryable == true)
    }

    @Test("a version of which only the checkpoint is left is as old as that, at the most")
    func checkpointTime() async throws {
        let snapshot = try await everything()
        try await snapshot.writeCheckpoint()
        try await forgetCommits(0...2)
        let written = try await lake.storage.attributes(of: "t/_delta_log/" + LogFileName.checkpoint(named: 2)).modified
        #expect(try await log().snapshot(at: .timestamp(written)).version == 2)
        #expect(await deltaError { _ = try await log().snapshot(at: .timestamp(written - 1)) }?.code == .missingVersion)
        #expect(try await log().snapshot().timestamp == written)
        try await lake.write(3, [Line.remove("2.parquet")])
        try lake.setModified(3, written + 1000)
        #expect(try await log().snapshot(at: .timestamp(written + 999)).version == 2)
        #expect(try await log().snapshot(at: .timestamp(written + 1000)).version == 3)
    }

    @Test("a checkpoint of the second kind as JSON, with nothing beside it")
    func json() async throws {
        let name = "t/_delta_log/00000000000000000004.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"
        let lines = [
            #"{"checkpointMetadata":{"version":4,"tags":{}}}"#,
            Line.protocol(3, 7, readers: ["v2Checkpoint"], writers: ["v2Checkpoint"]), Line.metadata(), Line.add("a"),
        ]
        try await lake.storage.put(name, Array(lines.joined(separator: "\n").utf8))
        try await lake.write(5, [Line.add("b")])
        let snapshot = try await log().snapshot()
        #expect(snapshot.version == 5)
        #expect(snapshot.files.map(\.path) == ["a", "b"])
        #expect(throws: DeltaError.self) { try snapshot.ensureWritable() }
    }

    @Test("a checkpoint whose further file is missing is an error")
    func missingSidecar() async throws {
        let name = "t/_delta_log/00000000000000000004.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"
        let lines = [
            Line.protocol(3, 7, readers: ["v2Checkpoint"], writers: ["v2Checkpoint"]), Line.metadata(),
            Line.text(.sidecar(Sidecar(path: "gone.parquet", sizeInBytes: 1, modificationTime: 1))),
        ]
        try await lake.storage.put(name, Array(lines.joined(separator: "\n").utf8))
        let error = await deltaError { _ = try await log().snapshot() }
        #expect(error?.code == .storage)
        #expect(error?.file == "t/_delta_log/_sidecars/gone.parquet")
        let commit = [
            Line.protocol(3, 7, readers: ["v2Checkpoint"], writers: ["v2Checkpoint"]), Line.metadata(), Line.add("a"),
        ]
        try await lake.write(0, commit)
        for version in Int64(1)...4 { try await lake.write(version, [Line.add("\(version)")]) }
        #expect(try await log().snapshot().files.map(\.path) == ["a", "1", "2", "3", "4"])
    }

    @Test("statistics that are kept as columns become the text they stand for")
    func statistics() throws {
        let values: Schema = [
            Field("i", .integer), Field("d", .decimal(precision: 10, scale: 2)), Field("s", .string),
            Field("day", .date), Field("ts", .timestamp), Field("ntz", .timestampNTZ), Field("f", .double),
            Field("none", .long), Field("b", .binary), Field("in", .structure([Field("x", .boolean)])),
        ]
        let type = DataType.structure([Field("numRecords", .long), Field("minValues", .structure(values))])
        let column = try Column(
            type,
            values: [
                .null,
                .structure([
                    2,
                    .structure([
                        7, .decimal(unscaled: 250, scale: 2), "a\"b", .date(0), .timestamp(1_234), .timestampNTZ(-1),
                        .double(.nan), .null, .binary([1]), .structure([true]),
                    ]),
                ]),
            ]
        )
        #expect(StatisticsText.text(column, 0) == nil)
        #expect(
            StatisticsText.text(column, 1)
                == #"{"numRecords":2,"minValues":{"i":7,"d":2.50,"s":"a\"b","day":"1970-01-01","#
                + #""ts":"1970-01-01T00:00:00.001234Z","ntz":"1969-12-31T23:59:59.999999","f":"NaN","in":{"x":true}}}"#
        )
    }

    // MARK: Other readers

    @Test(
        "delta-rs reads a table from our checkpoint and our commits",
        .enabled(if: Outside.hasPython, "there is no Python with deltalake at .venv/bin/python"),
        arguments: [false, true]
    )
    func deltaRS(ntz: Bool) async throws {
        let snapshot = try await everything(ntz: ntz)
        try await snapshot.writeCheckpoint()
        let program = """
            import sys, json, pyarrow as pa
            from deltalake import DeltaTable
            t = DeltaTable(sys.argv[1])
            a = pa.table(t.get_add_actions(flatten=True))
            print(json.dumps({
                "version": t.version(),
                "files": sorted(a.column("path").to_pylist()),
                "records": sorted(x for x in a.column("num_records").to_pylist() if x is not None),
                "partitions": sorted(str(x) for x in a.column("partition.p").to_pylist()),
                "columns": [f.name for f in t.schema().fields],
                "name": t.metadata().name,
                "configuration": t.metadata().configuration,
                "txn": t.transaction_version("cdc"),
                "writer": t.protocol().min_writer_version,
                "operation": t.history(1)[0]["operation"] if len(sys.argv) > 2 else None,
            }))
            """
        let whole = try JSONValue(parsing: try Outside.run(program, ["\(lake.root)/t", "history"]))
        #expect(whole["operation"] == "DELETE")
        try await forgetCommits(0...1)
        let fromCheckpoint = try JSONValue(parsing: try Outside.run(program, ["\(lake.root)/t"]))
        for answer in [whole, fromCheckpoint] {
            #expect(answer["version"] == 2)
            #expect(answer["files"] == ["2.parquet", "p=a%20b/day=2020-01-01/1.parquet"])
            #expect(answer["records"] == [3])
            #expect(answer["partitions"] == ["None", "a b"])
            #expect(answer["columns"]?.array?.count == (ntz ? 4 : 3))
            #expect(answer["name"] == "orders")
            #expect(answer["configuration"]?["my.property"] == "ä \"x\"")
            #expect(answer["txn"] == 77)
            #expect(answer["writer"] == (ntz ? 7 : 2))
        }
    }
}

extension Value {
    fileprivate var fields: [Value]? {
        if case .structure(let values) = self { values } else { nil }
    }
}
