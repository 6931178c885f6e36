import CDCJSON
import Columnar
import Testing

@testable import DeltaLog

@Suite("The gates of the protocol")
struct ProtocolTests {
    static let plain: Schema = [Field("id", .integer)]

    private func metadata(_ configuration: [String: String] = [:]) -> TableMetadata {
        TableMetadata(id: "1", schemaString: "", configuration: configuration)
    }

    private func refusal(_ body: () throws(DeltaError) -> Void) -> DeltaError? {
        do { try body() } catch { return error }
        return nil
    }

    // MARK: Versions

    @Test(
        "old versions pass while the table uses nothing of what they imply",
        arguments: [
            (1, 1), (1, 2), (1, 3), (1, 4), (2, 5), (2, 6), (1, 6),
        ]
    )
    func legacy(reader: Int, writer: Int) throws {
        let value = TableProtocol(minReaderVersion: reader, minWriterVersion: writer)
        try value.ensureReadable(metadata())
        try value.ensureWritable(metadata(), Self.plain)
    }

    @Test(
        "an old version is refused for writing as soon as the table uses what cannot be done",
        arguments: [
            (2, ["delta.appendOnly": "true"], nil, nil),
            (2, [:], "delta.invariants", "invariants"),
            (3, ["delta.constraints.positive": "id > 0"], nil, "checkConstraints"),
            (4, ["delta.enableChangeDataFeed": "true"], nil, "changeDataFeed"),
            (4, [:], "delta.generationExpression", "generatedColumns"),
            (6, [:], "delta.identity.start", "identityColumns"),
            (1, ["delta.enableChangeDataFeed": "true"], "delta.invariants", nil),
        ] as [(Int, [String: String], String?, String?)]
    )
    func legacyUse(writer: Int, properties: [String: String], fieldKey: String?, feature: String?) throws {
        let value = TableProtocol(minReaderVersion: 1, minWriterVersion: writer)
        let schema: Schema = [
            Field(
                "s",
                .structure([Field("id", .integer, metadata: fieldKey.map { [$0: JSONValue.string("x")] } ?? [:])])
            )
        ]
        try value.ensureReadable(metadata(properties))
        let error = refusal { () throws(DeltaError) in try value.ensureWritable(metadata(properties), schema) }
        #expect((error == nil) == (feature == nil))
        if let feature {
            #expect(error?.code == .unsupportedFeature)
            #expect(error?.message.contains("'\(feature)'") == true)
        }
    }

    @Test("columns with other names inside the files are refused both ways, the bare version is not")
    func columnMapping() throws {
        let value = TableProtocol(minReaderVersion: 2, minWriterVersion: 5)
        try value.ensureReadable(metadata(["delta.columnMapping.mode": "none"]))
        for mode in ["name", "id"] {
            let mapped = metadata(["delta.columnMapping.mode": mode])
            let error = refusal { () throws(DeltaError) in try value.ensureReadable(mapped) }
            #expect(error?.message.contains("'columnMapping'") == true)
            #expect(refusal { () throws(DeltaError) in try value.ensureWritable(mapped, Self.plain) } != nil)
        }
    }

    @Test("versions of the future are refused by number")
    func future() {
        let reader = TableProtocol(minReaderVersion: 99, minWriterVersion: 7)
        let error = refusal { () throws(DeltaError) in try reader.ensureReadable(metadata()) }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains("reader version 99") == true)
        let writer = TableProtocol(minReaderVersion: 1, minWriterVersion: 8)
        #expect(refusal { () throws(DeltaError) in try writer.ensureReadable(metadata()) } == nil)
        let refused = refusal { () throws(DeltaError) in try writer.ensureWritable(metadata(), Self.plain) }
        #expect(refused?.message.contains("writer version 8") == true)
    }

    @Test(
        "versions and lists of features must go together",
        arguments: [
            TableProtocol(minReaderVersion: 0, minWriterVersion: 2),
            TableProtocol(minReaderVersion: 3, minWriterVersion: 6, readerFeatures: []),
            TableProtocol(minReaderVersion: 3, minWriterVersion: 7, writerFeatures: []),
            TableProtocol(minReaderVersion: 1, minWriterVersion: 7),
            TableProtocol(minReaderVersion: 1, minWriterVersion: 7, readerFeatures: [], writerFeatures: []),
            TableProtocol(minReaderVersion: 1, minWriterVersion: 2, writerFeatures: ["appendOnly"]),
        ]
    )
    func shape(value: TableProtocol) {
        let error = refusal { () throws(DeltaError) in try value.ensureReadable(metadata()) }
        #expect(error?.code == .corruptLog)
    }

    // MARK: Features by name

    @Test("a feature that is not known is refused by name, for reading and for writing")
    func unknown() {
        let both = TableProtocol(
            minReaderVersion: 3,
            minWriterVersion: 7,
            readerFeatures: ["blahabl"],
            writerFeatures: ["blahabl"]
        )
        let reading = refusal { () throws(DeltaError) in try both.ensureReadable(metadata()) }
        #expect(reading?.code == .unsupportedFeature)
        #expect(reading?.message.contains("'blahabl'") == true)
        let writer = TableProtocol(minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ["zap"])
        #expect(refusal { () throws(DeltaError) in try writer.ensureReadable(metadata()) } == nil)
        let writing = refusal { () throws(DeltaError) in try writer.ensureWritable(metadata(), Self.plain) }
        #expect(writing?.code == .unsupportedFeature)
        #expect(writing?.message.contains("'zap'") == true)
    }

    @Test(
        "which features can be read and written",
        arguments: [
            ("appendOnly", true, true), ("invariants", true, true), ("checkConstraints", true, true),
            ("changeDataFeed", true, true), ("generatedColumns", true, true), ("identityColumns", true, true),
            ("timestampNtz", true, true), ("domainMetadata", true, true), ("vacuumProtocolCheck", true, true),
            ("columnMapping", true, true), ("v2Checkpoint", true, false), ("inCommitTimestamp", true, false),
            ("rowTracking", true, false), ("clustering", true, false), ("allowColumnDefaults", true, false),
            ("icebergCompatV2", true, false), ("checkpointProtection", true, false), ("deletionVectors", false, false),
            ("typeWidening", false, false), ("variantType", false, false), ("variantShredding", false, false),
            ("catalogManaged", false, false),
        ]
    )
    func support(feature: String, read: Bool, write: Bool) {
        let isReader = TableFeature.named(feature)?.kind == .readerWriter
        let value = TableProtocol(
            minReaderVersion: isReader ? 3 : 1,
            minWriterVersion: 7,
            readerFeatures: isReader ? [feature] : nil,
            writerFeatures: [feature]
        )
        let reading = refusal { () throws(DeltaError) in try value.ensureReadable(metadata()) }
        let writing = refusal { () throws(DeltaError) in try value.ensureWritable(metadata(), Self.plain) }
        #expect((reading == nil) == read)
        #expect((writing == nil) == write)
        for error in [reading, writing].compactMap({ $0 }) { #expect(error.message.contains("'\(feature)'")) }
    }

    @Test("writer versions 5 and 6 imply column mapping for those only that readers must know it, too")
    func impliedColumnMapping() throws {
        for writer in [5, 6] {
            let value = TableProtocol(minReaderVersion: 1, minWriterVersion: writer)
            #expect(!value.writerFeatureNames.contains("columnMapping"))
            let extended = try value.extended(for: [Field("t", .timestampNTZ)])
            #expect(extended.writerFeatures?.contains("columnMapping") == false)
            #expect(extended.readerFeatures == ["timestampNtz"])
        }
        let both = TableProtocol(minReaderVersion: 2, minWriterVersion: 5)
        #expect(both.writerFeatureNames.contains("columnMapping") && both.readerFeatureNames == ["columnMapping"])
    }

    @Test("every known feature has one row")
    func table() {
        #expect(Set(TableFeature.all.map(\.name)).count == TableFeature.all.count)
    }

    // MARK: New tables

    @Test("a new table gets the lowest protocol that will do")
    func lowest() throws {
        #expect(try TableProtocol.lowest(for: Self.plain) == TableProtocol(minReaderVersion: 1, minWriterVersion: 2))
        #expect(
            try TableProtocol.lowest(
                for: [Field("a", .long, isNullable: false)],
                properties: ["delta.appendOnly": "true"]
            )
                == TableProtocol(minReaderVersion: 1, minWriterVersion: 2)
        )
        let deep: Schema = [Field("s", .structure([Field("t", .timestampNTZ)]))]
        #expect(
            try TableProtocol.lowest(for: deep)
                == TableProtocol(
                    minReaderVersion: 3,
                    minWriterVersion: 7,
                    readerFeatures: ["timestampNtz"],
                    writerFeatures: ["timestampNtz"]
                )
        )
        let strict: Schema = [Field("t", .timestampNTZ, isNullable: false)]
        #expect(
            try TableProtocol.lowest(for: strict, properties: ["delta.appendOnly": "true"]).writerFeatures
                == ["appendOnly", "invariants", "timestampNtz"]
        )
    }

    @Test(
        "properties that ask for what cannot be written are refused",
        arguments: [
            ("delta.enableDeletionVectors", "true"), ("delta.enableChangeDataFeed", "true"),
            ("delta.columnMapping.mode", "name"), ("delta.enableInCommitTimestamps", "true"),
            ("delta.enableRowTracking", "true"), ("delta.enableTypeWidening", "true"), ("delta.checkpointPolicy", "v2"),
            ("delta.constraints.c", "a > 1"), ("delta.feature.deletionVectors", "supported"),
            ("delta.enableIcebergCompatV2", "true"), ("delta.minWriterVersion", "7"),
        ]
    )
    func properties(name: String, value: String) {
        #expect(throws: DeltaError.self) { try TableProtocol.lowest(for: Self.plain, properties: [name: value]) }
    }

    @Test(
        "time spans of properties",
        arguments: [
            ("interval 1 week", 604_800_000), ("interval 2 days 12 hours", 216_000_000),
            ("INTERVAL 30 Minutes", 1_800_000),
            ("1 day", 86_400_000), ("interval 0 seconds", 0), ("interval 1 month", nil), ("interval", nil), ("", nil),
            ("interval x days", nil), ("interval 99999999999999999 weeks", nil), ("interval -1 days", nil),
        ] as [(String, Int64?)]
    )
    func timeSpans(text: String, expected: Int64?) {
        #expect(TimeSpan.parse(text) == expected)
    }
}
