import CDCJSON
import Testing

@testable import DeltaLog

@Suite("Actions as JSON")
struct ActionJSONTests {
    static let vector = DeletionVectorDescriptor(
        storageType: "u",
        pathOrInlineDV: "ab^-aqEH.-t@S}K{vb[*k^",
        offset: 4,
        sizeInBytes: 40,
        cardinality: 6,
        maxRowIndex: 29
    )

    static let actions: [Action] = [
        .protocol(
            TableProtocol(
                minReaderVersion: 3,
                minWriterVersion: 7,
                readerFeatures: ["timestampNtz"],
                writerFeatures: ["timestampNtz", "appendOnly"]
            )
        ),
        .protocol(TableProtocol(minReaderVersion: 1, minWriterVersion: 2)),
        .metadata(
            TableMetadata(
                id: "af23c9d7",
                name: "n",
                description: "an \"odd\" one\n",
                formatOptions: ["a": "b"],
                schemaString: #"{"type":"struct","fields":[]}"#,
                partitionColumns: ["p", "q"],
                createdTime: 1_515_491_537_026,
                configuration: ["delta.appendOnly": "true"]
            )
        ),
        .add(
            AddFile(
                path: "p=a%20b/part-0.parquet",
                partitionValues: ["p": "a b", "q": nil],
                size: 841_454,
                modificationTime: 1_512_909_768_000,
                dataChange: false,
                stats: #"{"numRecords":1}"#,
                tags: ["t": "v", "n": nil],
                deletionVector: vector,
                baseRowId: 4071,
                defaultRowCommitVersion: 41,
                clusteringProvider: "liquid"
            )
        ),
        .add(AddFile(path: "x", size: 0, modificationTime: 0)),
        .remove(
            RemoveFile(
                path: "x",
                deletionTimestamp: 1,
                dataChange: true,
                extendedFileMetadata: true,
                partitionValues: ["p": nil],
                size: 3,
                stats: "{}",
                tags: [:],
                deletionVector: vector,
                baseRowId: 1,
                defaultRowCommitVersion: 2
            )
        ),
        .remove(RemoveFile(path: "x", deletionTimestamp: nil, dataChange: false)),
        .cdc(AddCDCFile(path: "_change_data/c.parquet", partitionValues: ["p": "1"], size: 9, tags: ["a": "b"])),
        .transaction(SetTransaction(appId: "app", version: .max, lastUpdated: 5)),
        .transaction(SetTransaction(appId: "app", version: -3)),
        .domainMetadata(DomainMetadata(domain: "my.domain", configuration: #"{"a":[1]}"#)),
        .domainMetadata(DomainMetadata(domain: "my.domain", configuration: "", removed: true)),
        .checkpointMetadata(CheckpointMetadata(version: 3, tags: ["a": "b"])),
        .sidecar(Sidecar(path: "s.parquet", sizeInBytes: 4, modificationTime: 5)),
        .commitInfo(CommitInfo(["operation": "WRITE", "odd": [1, nil, ["deep": true]]])),
    ]

    @Test("every action survives writing and reading", arguments: actions)
    func roundTrip(action: Action) throws {
        let bytes = ActionWriter.write([action])
        #expect(try ActionReader.read(bytes, file: "f", version: 0) == [action])
    }

    @Test("the lines of a commit are the protocol's own")
    func lines() {
        #expect(
            Line.text(.add(AddFile(path: "a", partitionValues: ["d": "x"], size: 1, modificationTime: 2, stats: "{}")))
                == #"{"add":{"path":"a","partitionValues":{"d":"x"},"size":1,"modificationTime":2,"dataChange":true,"stats":"{}"}}"#
        )
        #expect(
            Line.text(.transaction(SetTransaction(appId: "a", version: 1)))
                == #"{"txn":{"appId":"a","version":1}}"#
        )
    }

    @Test("the members of a commit info come in the order people know")
    func commitInfoOrder() {
        var info = CommitInfo(["zeta": 1, "alpha": 2])
        info.txnId = "t"
        info.operation = "WRITE"
        info.timestamp = 7
        #expect(
            Line.text(.commitInfo(info))
                == #"{"commitInfo":{"timestamp":7,"operation":"WRITE","txnId":"t","alpha":2,"zeta":1}}"#
        )
    }

    @Test("unknown actions and members are passed over, nulls are nothing, blank lines too")
    func tolerance() throws {
        let text = """
            {"future":{"deep":[1,{"a":null}]}}

            {"add":null,"remove":null,"txn":{"appId":"a","version":1,"lastUpdated":null,"new":[{}]}}\r
            {"add":{"path":"a","partitionValues":null,"size":1,"modificationTime":null,"dataChange":true,"stats":null,"tags":null,"deletionVector":null,"baseRowId":null}}
            """
        let actions = try ActionReader.read(Array(text.utf8), file: "f", version: 0)
        #expect(
            actions == [
                .transaction(SetTransaction(appId: "a", version: 1)),
                .add(AddFile(path: "a", size: 1, modificationTime: 0)),
            ]
        )
    }

    @Test(
        "a line that is broken is an error that names file and line",
        arguments: [
            "{", "[]", "{\"add\":{}}", #"{"add":{"path":"a"}}"#, #"{"add":{"path":"a","size":-1}}"#,
            #"{"add":{"path":1,"size":1}}"#, #"{"txn":{"appId":"a"}}"#, #"{"protocol":{"minReaderVersion":1}}"#,
            #"{"metaData":{"id":"1"}}"#, #"{"remove":{}}"#, #"{"commitInfo":[]}"#, #"{"add":{"path":"a","size":1}} x"#,
            #"{"add":{"path":"a","size":99999999999999999999}}"#, "\u{0}\u{0}", #"{"add":{"path":"a","size":1}"#,
        ]
    )
    func brokenLine(line: String) {
        let text = "{\"txn\":{\"appId\":\"a\",\"version\":1}}\n" + line + "\n"
        do {
            _ = try ActionReader.read(Array(text.utf8), file: "t/_delta_log/7.json", version: 7)
            Issue.record("'\(line)' was taken for an action")
        } catch {
            #expect(error.code == .corruptLog)
            #expect(error.message.contains("line 2 of 't/_delta_log/7.json'"))
            #expect(error.file == "t/_delta_log/7.json")
            #expect(error.version == 7)
        }
    }

    @Test("a file without its deletion vector is another file")
    func keys() {
        let plain = AddFile(path: "a", size: 1, modificationTime: 1)
        var marked = plain
        marked.deletionVector = Self.vector
        #expect(plain.key != marked.key)
        #expect(marked.key.deletionVectorID == "uab^-aqEH.-t@S}K{vb[*k^@4")
        #expect(marked.key == marked.removal(at: 5, dataChange: true).key)
    }

    @Test("a commit info is found behind the names of all other actions")
    func lateCommitInfo() throws {
        let names = ["txn", "add", "remove", "metaData", "protocol", "cdc", "domainMetadata", "sidecar"]
        let line = "{" + names.map { "\"\($0)\":null," }.joined() + #""commitInfo":{"operation":"WRITE"}}"#
        #expect(try ActionReader.commitInfo(Array(line.utf8), file: "f", version: 0)?.operation == "WRITE")
    }

    @Test("a line with two actions is refused: one of them would be lost")
    func twoActions() {
        let line = #"{"txn":{"appId":"a","version":1},"remove":{"path":"x","dataChange":true}}"#
        #expect(throws: DeltaError.self) { try ActionReader.read(Array(line.utf8), file: "f", version: 0) }
    }
}
