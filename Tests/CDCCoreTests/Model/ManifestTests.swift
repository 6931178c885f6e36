import CDCJSON
import Columnar
import Testing

@testable import CDCCore

@Suite("Manifests")
struct ManifestTests {
    static let manifest: Manifest = {
        let customers = SourceTable(
            "dbo.customers",
            schema: [
                Field("id", .integer, isNullable: false), Field("näme \"x\"", .string),
                Field("balance", .decimal(precision: 19, scale: 4)), Field("photo", .binary),
            ],
            columnIDs: [1, 2, 7, 4],
            key: ["id"],
            largeObjects: ["photo"],
            captureInstance: "dbo_customers_2"
        )
        let orders = SourceTable(
            TableName(schema: "sales", name: "order.details"),
            schema: [
                Field("a", .long, isNullable: false), Field("b", .timestampNTZ, isNullable: false),
                Field("c", .integer),
            ],
            key: ["b", "a"],
            foreignKeys: [ForeignKey(["c"], references: "dbo.customers"), ForeignKey(["a", "b"], references: "dbo.x")]
        )
        let lsn = LSN(high: 0x2D_0000_0580, low: 0x1D)
        let file = StagedFile(
            path: "changes/dbo.customers/cut-7.parquet",
            rows: 12,
            bytes: 34_567,
            memoryBytes: 123_456,
            checksum: "ef46db3751d8e999",
            firstLSN: lsn,
            lastLSN: lsn.next
        )
        return Manifest(
            cut: 7,
            pipeline: "retail",
            source: "server/database",
            history: "fork \"1\"",
            position: SourcePosition(lsn: lsn.next, changeTrackingVersion: 42, commitTime: 1_704_067_200_123_456),
            publishedAt: -1,
            tables: [
                Manifest.Table(
                    description: customers,
                    destination: "customers",
                    state: .streaming,
                    from: lsn,
                    through: lsn.next,
                    snapshotCut: 7,
                    snapshot: [file, file],
                    changes: [file]
                ),
                Manifest.Table(
                    description: orders,
                    destination: "details",
                    state: .needsResync(.init(.retentionGap, "gone\n\"x\"")),
                    from: .zero,
                    through: lsn,
                    snapshotCut: 0,
                    snapshot: []
                ),
                Manifest.Table(
                    description: SourceTable("dbo.p", schema: [Field("id", .long)], key: ["id"]),
                    destination: "p",
                    state: .pending,
                    from: .zero,
                    through: .zero,
                    snapshotCut: 0
                ),
                Manifest.Table(
                    description: SourceTable("dbo.s", schema: [Field("id", .long)], key: ["id"]),
                    destination: "s",
                    state: .snapshotting,
                    from: .zero,
                    through: .zero,
                    snapshotCut: 3
                ),
            ]
        )
    }()

    private func read(_ bytes: [UInt8]) throws -> Manifest { try Manifest(json: bytes, path: "manifests/7.json") }

    @Test("A manifest comes back as it was written")
    func roundTrip() throws {
        let read = try read(Self.manifest.json)
        #expect(read == Self.manifest)
        #expect(read.json == Self.manifest.json)
        #expect(read.table("dbo.p")?.hasNews == false)
        #expect(read.tables[1].snapshot == [] && read.tables[1].hasNews)  // a snapshot without rows is one
        #expect(read.table("dbo.nope") == nil)
    }

    @Test("Every reason for a resync comes back", arguments: ResyncReason.Kind.allCases)
    func reasons(kind: ResyncReason.Kind) throws {
        var manifest = Self.manifest
        manifest.tables[0].state = .needsResync(ResyncReason(kind, "because"))
        #expect(try read(manifest.json) == manifest)
    }

    @Test("People and other engines can read it")
    func text() throws {
        let json = try JSONValue(parsing: Self.manifest.json)
        #expect(json["lsn"] == "0000002d:00000580:001e")
        #expect(json["commitTime"] == "2024-01-01T00:00:00.123456Z")
        #expect(json["publishedAt"] == "1969-12-31T23:59:59.999999Z")
        #expect(
            json["tables"]?.array?[0]["columns"]?.array?[2] == [
                "name": "balance", "id": 7, "type": "decimal(19,4)", "nullable": true,
            ]
        )
    }

    private func isRefused(_ bytes: [UInt8]) -> Bool {
        do { _ = try read(bytes) } catch {
            guard let error = error as? CDCError, error.code == .manifestCorrupt else { return false }
            return error.message.contains("manifests/7.json") && error.underlying != nil
        }
        return false
    }

    @Test("Cut short at any byte it is refused by name")
    func truncated() {
        let bytes = Self.manifest.json
        #expect(bytes.last == UInt8(ascii: "\n"))
        for end in 0..<bytes.count - 1 where !isRefused(Array(bytes[..<end])) { Issue.record("cut at \(end)") }
    }

    @Test("Where a manifest does not say how large rows are in memory, the size of the file tells")
    func unknownMemory() throws {
        let text = String(decoding: Self.manifest.json, as: UTF8.self)
        #expect(text.contains(#""memoryBytes":123456"#))
        let older = text.replacing(#""memoryBytes":123456,"#, with: "")
        let file = try #require(try read(Array(older.utf8)).tables[0].changes.first)
        #expect(file.memoryBytes > file.bytes)
    }

    @Test("Without any one of its members it is refused")
    func missing() throws {
        // What may be missing: a snapshot is none then, a column is nullable, and no large object; a size is guessed, nothing
        // is tracked, and the source's history is not known.
        let optional: Set = [
            "snapshot", "nullable", "largeObject", "memoryBytes", "mechanism", "changeTrackingVersion", "history",
        ]
        func variants(_ value: JSONValue) -> [JSONValue] {
            switch value {
            case .object(let members):
                return members.flatMap { name, member -> [JSONValue] in
                    var without = members
                    without[name] = nil
                    let inner = variants(member).map { changed -> JSONValue in
                        var members = members
                        members[name] = changed
                        return .object(members)
                    }
                    return (optional.contains(name) ? [] : [.object(without)]) + inner
                }
            case .array(let elements):
                return elements.indices.flatMap { index in
                    variants(elements[index]).map { changed -> JSONValue in
                        var elements = elements
                        elements[index] = changed
                        return .array(elements)
                    }
                }
            default: return []
            }
        }
        let all = variants(try JSONValue(parsing: Self.manifest.json))
        #expect(all.count > 80)
        for variant in all where !isRefused(Array(variant.text.utf8)) { Issue.record("\(variant.text)") }
    }

    @Test(
        "A member that says nonsense is refused",
        arguments: [
            (#""formatVersion":1"#, #""formatVersion":2"#), (#""cut":7"#, #""cut":"7""#),
            (#""history":"fork"#, #""history":7,"x":"fork"#), (#""cut":7"#, #""cut":7.5"#),
            (#""lsn":"0000002d"#, #""lsn":"0000002"#), (#""state":"pending""#, #""state":"asleep""#),
            (#""resyncReason":"retentionGap""#, #""resyncReason":"?""#),
            (#""type":"decimal(19,4)""#, #""type":"decimal(99,4)""#),
            (#""table":"dbo.p""#, #""table":"dbo.""#), (#""commitTime":"2024-01-01"#, #""commitTime":"2024-13-01"#),
            (#""key":["id"]"#, #""key":[1]"#), (#""rows":12"#, #""rows":1e2"#), (#""changes":[]"#, #""changes":{}"#),
        ]
    )
    func nonsense(text: String, replacement: String) {
        let json = String(decoding: Self.manifest.json, as: UTF8.self)
        #expect(json.contains(text), "the test's own premise")
        #expect(isRefused(Array(json.replacing(text, with: replacement).utf8)))
    }

    @Test("Changed bytes give an error with a name or a manifest, never a stop", arguments: 0..<10 as Range<UInt64>)
    func mutated(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let original = Self.manifest.json
        for _ in 0..<60 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1: bytes[place] = Array("0159{}[]\",:-".utf8).randomElement(using: &random) ?? 0
                default: bytes.remove(at: place)
                }
            }
            do { _ = try read(bytes) } catch { #expect((error as? CDCError)?.code == .manifestCorrupt) }
        }
    }
}
