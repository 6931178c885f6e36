public import Columnar

/// The gates that every reader and writer of a table passes.
extension TableProtocol {
    /// The newest versions of the protocol, whose features are named one by one.
    static let namedFeatures = (reader: 3, writer: 7)

    /// Refuses a table that needs more for reading than this library has.
    ///
    /// - Throws: ``DeltaError`` with code `unsupportedFeature`, naming the feature and what to do, or `corruptLog` where
    ///   versions and lists of features do not go together.
    public func ensureReadable(_ metadata: TableMetadata) throws(DeltaError) {
        try checkShape()
        guard minReaderVersion <= Self.namedFeatures.reader else {
            throw Self.unknownVersion("reader", minReaderVersion, Self.namedFeatures.reader)
        }
        for feature in readerFeatureNames {
            guard let known = TableFeature.named(feature) else { throw Self.unknown(feature, "read") }
            // What a table uses of a feature that matters for reading shows in its properties.
            try Self.check(known, known.read, "read", metadata, [])
        }
    }

    /// Refuses a table that needs more for writing than this library has.
    ///
    /// - Throws: as ``ensureReadable(_:)``.
    public func ensureWritable(_ metadata: TableMetadata, _ schema: Schema) throws(DeltaError) {
        try ensureReadable(metadata)
        guard minWriterVersion <= Self.namedFeatures.writer else {
            throw Self.unknownVersion("writer", minWriterVersion, Self.namedFeatures.writer)
        }
        for feature in writerFeatureNames {
            guard let known = TableFeature.named(feature) else { throw Self.unknown(feature, "written") }
            try Self.check(known, known.write, "written", metadata, schema)
        }
    }

    /// The features a reader must know, whether named or implied by an older version.
    var readerFeatureNames: [String] {
        if minReaderVersion >= Self.namedFeatures.reader { return readerFeatures ?? [] }
        return TableFeature.all.filter { $0.legacy?.reader.map { $0 <= minReaderVersion } ?? false }.map(\.name)
    }

    /// The features a writer must know, whether named or implied by an older version.
    var writerFeatureNames: [String] {
        if minWriterVersion >= Self.namedFeatures.writer { return writerFeatures ?? [] }
        return TableFeature.all.filter { feature in
            guard let legacy = feature.legacy else { return false }
            return legacy.writer <= minWriterVersion && (legacy.reader ?? 1) <= minReaderVersion
        }.map(\.name)
    }

    /// Checks that lists of features are there if, and only if, the versions want them.
    private func checkShape() throws(DeltaError) {
        func refuse(_ what: String) -> DeltaError {
            DeltaError(
                .corruptLog,
                "the table's protocol (reader \(minReaderVersion), writer \(minWriterVersion)) is not valid: \(what)"
            )
        }
        if minReaderVersion < 1 || minWriterVersion < 1 { throw refuse("versions begin with 1") }
        if minReaderVersion > Self.namedFeatures.reader || minWriterVersion > Self.namedFeatures.writer { return }
        if minReaderVersion == 3, minWriterVersion != 7 { throw refuse("reader 3 goes with writer 7 only") }
        if minReaderVersion == 3, readerFeatures == nil { throw refuse("reader 3 without a list of reader features") }
        if minWriterVersion == 7, writerFeatures == nil { throw refuse("writer 7 without a list of writer features") }
        if minReaderVersion < 3, readerFeatures != nil { throw refuse("a list of reader features without reader 3") }
        if minWriterVersion < 7, writerFeatures != nil { throw refuse("a list of writer features without writer 7") }
    }

    private static func check(
        _ feature: TableFeature,
        _ support: TableFeature.Support,
        _ verb: String,
        _ metadata: TableMetadata,
        _ schema: Schema
    ) throws(DeltaError) {
        let reason: String
        switch support {
        case .supported: return
        case .unsupported(let advice):
            reason = "this version does not support it; \(advice)"
        case .custom(let excess):
            guard let excess = excess(metadata, schema) else { return }
            reason = excess
        }
        throw DeltaError(
            .unsupportedFeature,
            "the table cannot be \(verb) because of its feature '\(feature.name)': \(reason)"
        )
    }

    private static func unknown(_ feature: String, _ verb: String) -> DeltaError {
        DeltaError(
            .unsupportedFeature,
            "the table cannot be \(verb) because of its feature '\(feature.prefix(100))', which this version does not "
                + "know; use a program that has the feature"
        )
    }

    private static func unknownVersion(_ kind: String, _ version: Int, _ known: Int) -> DeltaError {
        DeltaError(
            .unsupportedFeature,
            "the table needs \(kind) version \(version) of the protocol; this library knows versions up to \(known); "
                + "use a newer version of it, or another program"
        )
    }
}

extension TableProtocol {
    /// The lowest protocol that a new table with these columns and properties needs: 1/2, or 3/7 with the features it uses.
    ///
    /// - Throws: ``DeltaError`` with code `unsupportedFeature` where a property asks for a feature that this library cannot
    ///   write.
    public static func lowest(
        for schema: Schema,
        properties: [String: String] = [:]
    ) throws(DeltaError) -> TableProtocol {
        let metadata = TableMetadata(id: "", schemaString: "", configuration: properties)
        try checkProperties(properties)
        guard schema.contains(.timestampNTZ) else {
            let result = TableProtocol(minReaderVersion: 1, minWriterVersion: 2)
            try result.ensureWritable(metadata, schema)
            return result
        }
        var writerFeatures = ["timestampNtz"]
        if metadata.isAppendOnly { writerFeatures.append("appendOnly") }
        var hasInvariants = false
        try schema.forEachField { (_, field) throws(DeltaError) in
            if !field.isNullable || field.metadata["delta.invariants"] != nil { hasInvariants = true }
        }
        if hasInvariants { writerFeatures.append("invariants") }
        let result = TableProtocol(
            minReaderVersion: 3,
            minWriterVersion: 7,
            readerFeatures: ["timestampNtz"],
            writerFeatures: writerFeatures.sorted()
        )
        try result.ensureWritable(metadata, schema)
        return result
    }

    /// Properties that turn on features which this library cannot write.
    private static func checkProperties(_ properties: [String: String]) throws(DeltaError) {
        let features = [
            TableProperty.enableDeletionVectors: "deletionVectors",
            TableProperty.enableChangeDataFeed: "changeDataFeed",
            TableProperty.enableInCommitTimestamps: "inCommitTimestamp",
            TableProperty.enableRowTracking: "rowTracking",
            TableProperty.enableTypeWidening: "typeWidening",
            "delta.enableIcebergCompatV1": "icebergCompatV1",
            "delta.enableIcebergCompatV2": "icebergCompatV2",
            "delta.enableIcebergCompatV3": "icebergCompatV3",
        ]
        let metadata = TableMetadata(id: "", schemaString: "", configuration: properties)
        for (property, feature) in features.sorted(by: { $0.key < $1.key }) where metadata.flag(property) {
            throw refusal(property, feature)
        }
        if metadata.mapsColumns { throw refusal(TableProperty.columnMappingMode, "columnMapping") }
        if properties[TableProperty.checkpointPolicy]?.lowercased() == "v2" {
            throw refusal(TableProperty.checkpointPolicy, "v2Checkpoint")
        }
        if let name = properties.keys.filter({ $0.hasPrefix(TableProperty.constraintPrefix) }).min() {
            throw refusal(name, "checkConstraints")
        }
        // To Spark these are no properties, but orders to change the protocol.
        let orders = ["delta.feature.", "delta.minReaderVersion", "delta.minWriterVersion"]
        if let name = properties.keys.filter({ name in orders.contains(where: name.hasPrefix) }).min() {
            throw DeltaError(
                .unsupportedFeature,
                "the property '\(name)' asks for a protocol; a new table gets the lowest that its columns and properties "
                    + "allow: leave it out"
            )
        }
    }

    private static func refusal(_ property: String, _ feature: String) -> DeltaError {
        DeltaError(
            .unsupportedFeature,
            "the property '\(property)' needs the feature '\(feature)', which this version cannot write; leave it out"
        )
    }
}
