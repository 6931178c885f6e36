import CDCJSON
import Columnar
import Testing

@testable import DeltaLog

@Suite("Which commits contradict each other")
struct ConflictCheckerTests {
    typealias Kind = CommitConflict.Kind

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var reads: ReadSet
        var applications: Set<String> = []
        var mine: [Action]
        var theirs: [Action]
        var expected: Kind?

        init(
            _ name: String,
            reads: ReadSet = .nothing,
            applications: Set<String> = [],
            _ mine: [Action],
            against theirs: [Action],
            _ expected: Kind?
        ) {
            testDescription = name
            self.reads = reads
            self.applications = applications
            self.mine = mine
            self.theirs = theirs
            self.expected = expected
        }
    }

    static func add(_ path: String, dataChange: Bool = true) -> Action {
        .add(AddFile(path: path, size: 1, modificationTime: 1, dataChange: dataChange))
    }

    static func remove(_ path: String, dataChange: Bool = true) -> Action {
        .remove(RemoveFile(path: path, deletionTimestamp: 1, dataChange: dataChange))
    }

    static func marked(_ path: String) -> Action {
        .add(
            AddFile(
                path: path,
                size: 1,
                modificationTime: 1,
                deletionVector: DeletionVectorDescriptor(
                    storageType: "i",
                    pathOrInlineDV: "x",
                    sizeInBytes: 1,
                    cardinality: 1
                )
            )
        )
    }

    static func txn(_ id: String) -> Action { .transaction(SetTransaction(appId: id, version: 2)) }
    static func domain(_ name: String) -> Action { .domainMetadata(DomainMetadata(domain: name, configuration: "")) }
    static func features(_ names: String...) -> Action {
        .protocol(TableProtocol(minReaderVersion: 1, minWriterVersion: 7, writerFeatures: names))
    }
    static let metadata = Action.metadata(TableMetadata(id: "1", schemaString: "{}"))
    static let optimize = [
        remove("a", dataChange: false), remove("b", dataChange: false), add("ab", dataChange: false),
    ]

    static let cases: [Case] = [
        // Adding rows
        Case("two blind appends", [add("x")], against: [add("y")], nil),
        Case("an append beside a delete", [add("x")], against: [remove("a")], nil),
        Case("an append beside an optimize", [add("x")], against: optimize, nil),
        Case("nothing beside nothing", [], against: [], nil),
        // Rows that should have been read
        Case(
            "a reader of everything, rows added",
            reads: .wholeTable,
            [add("x")],
            against: [add("y")],
            .concurrentAppend
        ),
        Case(
            "a reader of everything, rows moved by an addition without data change",
            reads: .wholeTable,
            [add("x")],
            against: [add("y", dataChange: false)],
            nil
        ),
        Case(
            "a reader of some files, rows added in a file that matters",
            reads: .files(["a"], wouldRead: { $0.path.hasPrefix("p=1/") }),
            [remove("a"), add("a2")],
            against: [add("p=1/y")],
            .concurrentAppend
        ),
        Case(
            "a reader of some files, rows added elsewhere",
            reads: .files(["a"], wouldRead: { $0.path.hasPrefix("p=1/") }),
            [remove("a"), add("a2")],
            against: [add("p=2/y")],
            nil
        ),
        Case("a reader of named files only, rows added", reads: .files(["a"]), [remove("a")], against: [add("y")], nil),
        // Files that were read
        Case(
            "a file that was read is gone",
            reads: .files(["a"]),
            [add("x")],
            against: [remove("a")],
            .concurrentDeleteRead
        ),
        Case("another file is gone", reads: .files(["a"]), [add("x")], against: [remove("b")], nil),
        Case(
            "a file that was read has other deleted rows",
            reads: .files(["a"]),
            [add("x")],
            against: [remove("a"), marked("a")],
            .concurrentDeleteRead
        ),
        Case(
            "a file that was read under another spelling",
            reads: .files(["d%20e/a"]),
            [add("x")],
            against: [remove("d e/a")],
            .concurrentDeleteRead
        ),
        Case(
            "a file that was read was moved by an optimize",
            reads: .files(["a"]),
            [remove("a"), add("a2")],
            against: optimize,
            .concurrentDeleteRead
        ),
        Case("an optimize of other files", reads: .files(["c"]), [remove("c"), add("c2")], against: optimize, nil),
        Case(
            "a reader of everything, any removal",
            reads: .wholeTable,
            [add("x")],
            against: optimize,
            .concurrentDeleteRead
        ),
        // Files that both change
        Case("both remove one file", [remove("a")], against: [remove("a")], .concurrentDeleteDelete),
        Case(
            "both mark rows of one file",
            [remove("a"), marked("a")],
            against: [remove("a"), marked("a")],
            .concurrentDeleteDelete
        ),
        Case(
            "new statistics for a file that is gone",
            [add("a", dataChange: false)],
            against: [remove("a")],
            .concurrentDeleteDelete
        ),
        Case(
            "removal of a file with new statistics",
            [remove("a")],
            against: [add("a", dataChange: false)],
            .concurrentDeleteDelete
        ),
        Case("both remove different files", [remove("a")], against: [remove("b")], nil),
        // Optimizing
        Case("an optimize beside an append", reads: .files(["a", "b"]), optimize, against: [add("y")], nil),
        Case(
            "an optimize of everything beside an append",
            reads: .files(["a", "b"], wouldRead: { _ in true }),
            optimize,
            against: [add("y")],
            nil
        ),
        Case(
            "an optimize beside a delete of its file",
            reads: .files(["a", "b"]),
            optimize,
            against: [remove("b")],
            .concurrentDeleteRead
        ),
        Case("two optimizes of the same files", optimize, against: optimize, .concurrentDeleteDelete),
        Case(
            "a commit without files that has read everything, beside an append",
            reads: .wholeTable,
            [domain("d")],
            against: [add("y")],
            .concurrentAppend
        ),
        // Applications
        Case("the same application twice", [add("x"), txn("app")], against: [add("y"), txn("app")], .transaction),
        Case("two applications", [add("x"), txn("app")], against: [add("y"), txn("other")], nil),
        Case(
            "an application that was only read",
            applications: ["app"],
            [add("x")],
            against: [txn("app")],
            .transaction
        ),
        // Domains
        Case("the same domain twice", [domain("d")], against: [domain("d")], .domainMetadata),
        Case("two domains", [domain("d")], against: [domain("e")], nil),
        Case(
            "the one domain that may be set together",
            [domain("delta.rowTracking")],
            against: [domain("delta.rowTracking")],
            nil
        ),
        // Metadata and protocol
        Case("new columns beside an append", [add("x")], against: [metadata], .metadataChanged),
        Case("new columns beside nothing", [], against: [metadata], .metadataChanged),
        Case("own new columns beside an append", [metadata], against: [add("x")], nil),
        Case("both change columns", [metadata], against: [metadata], .metadataChanged),
        Case(
            "a feature is added that does not matter",
            [add("x")],
            against: [features("appendOnly", "invariants", "domainMetadata")],
            nil
        ),
        Case(
            "a feature is added that cannot be written",
            [add("x")],
            against: [features("appendOnly", "invariants", "rowTracking")],
            .protocolChanged
        ),
        Case("a feature is taken away", [add("x")], against: [features("appendOnly")], .protocolChanged),
        Case(
            "both change the protocol",
            [features("appendOnly", "invariants")],
            against: [features("appendOnly", "invariants")],
            .protocolChanged
        ),
    ]

    @Test("the conflict matrix", arguments: cases)
    func matrix(_ item: Case) {
        let loser = ConflictChecker.Loser(
            reads: item.reads,
            applications: item.applications,
            actions: item.mine,
            base: (
                TableProtocol(minReaderVersion: 1, minWriterVersion: 2),
                TableMetadata(id: "1", schemaString: ""), [Field("id", .integer)]
            )
        )
        let info = Action.commitInfo(CommitInfo(["operation": "OPTIMIZE"]))
        let conflict = ConflictChecker.conflict(
            loser,
            ConflictChecker.Winner(version: 7, actions: [info] + item.theirs)
        )
        #expect(conflict?.kind == item.expected)
        if let conflict {
            #expect(conflict.winnerVersion == 7)
            #expect(conflict.winnerOperation == "OPTIMIZE")
            #expect(conflict.description.contains("version 7 (OPTIMIZE)"))
        }
    }

    @Test("a conflict names the files to plan anew")
    func files() {
        let loser = ConflictChecker.Loser(
            reads: .files(["a", "b", "c"]),
            actions: [],
            base: (
                TableProtocol(minReaderVersion: 1, minWriterVersion: 2), TableMetadata(id: "1", schemaString: ""), []
            )
        )
        let winner = ConflictChecker.Winner(
            version: 1,
            actions: [Self.remove("b"), Self.remove("a"), Self.remove("z")]
        )
        #expect(ConflictChecker.conflict(loser, winner)?.files == ["b", "a"])
    }

    @Test("a table that was created by two has one creator")
    func creation() {
        let loser = ConflictChecker.Loser(reads: .nothing, actions: [], base: nil)
        #expect(ConflictChecker.conflict(loser, .init(version: 0, actions: []))?.kind == .tableCreated)
    }
}
