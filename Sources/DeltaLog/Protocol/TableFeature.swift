import CDCJSON
import Columnar

/// A feature of the Delta protocol: since when it is part of it, and what this library can do with tables that have it.
///
/// Source: Delta protocol, "Table Features" and "Valid Feature Names in Table Features".
struct TableFeature: Sendable {
    enum Kind: Hashable, Sendable { case writerOnly, readerWriter }

    /// Whether tables with the feature can be read, or written.
    enum Support: Sendable {
        case supported
        /// Never; the text says what to do instead.
        case unsupported(String)
        /// It depends on the table: the text says what the table has that is too much, `nil` lets it pass.
        case custom(@Sendable (TableMetadata, Schema) -> String?)
    }

    let name: String
    let kind: Kind
    /// The protocol versions that imply the feature without naming it.
    let legacy: (reader: Int?, writer: Int)?
    let read: Support
    let write: Support

    static func named(_ name: String) -> TableFeature? { byName[name] }

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

extension TableFeature {
    /// Every feature that is known, supported or not; whatever is not here is refused as unknown.
    static let all: [TableFeature] = [
        // Rules for writers that old protocol versions brought.
        writerOnly("appendOnly", legacyWriter: 2, .supported),
        writerOnly("invariants", legacyWriter: 2, .custom(usesInvariants)),
        writerOnly("checkConstraints", legacyWriter: 3, .custom(usesCheckConstraints)),
        writerOnly("changeDataFeed", legacyWriter: 4, .custom(usesChangeDataFeed)),
        writerOnly("generatedColumns", legacyWriter: 4, .custom(usesGeneratedColumns)),
        readerWriter("columnMapping", legacy: (2, 5), .custom(usesColumnMapping), .custom(usesColumnMapping)),
        writerOnly("identityColumns", legacyWriter: 6, .custom(usesIdentityColumns)),

        // Features by name only.
        readerWriter("timestampNtz", .supported, .supported),
        writerOnly("domainMetadata", .supported),
        readerWriter("v2Checkpoint", .supported, .unsupported("write it with Spark or delta-rs")),
        // It asks for nothing but that VACUUM looks at the writer's protocol, as every writing operation here does.
        readerWriter("vacuumProtocolCheck", .supported, .supported),
        readerWriter("deletionVectors", .unsupported(purge), .unsupported(purge)),
        readerWriter("typeWidening", .unsupported(drop), .unsupported(drop)),
        readerWriter("typeWidening-preview", .unsupported(drop), .unsupported(drop)),
        readerWriter("variantType", .unsupported(drop), .unsupported(drop)),
        readerWriter("variantType-preview", .unsupported(drop), .unsupported(drop)),
        readerWriter("variantShredding", .unsupported(drop), .unsupported(drop)),
        readerWriter("variantShredding-preview", .unsupported(drop), .unsupported(drop)),
        readerWriter("catalogManaged", .unsupported(catalog), .unsupported(catalog)),
        readerWriter("catalogOwned-preview", .unsupported(catalog), .unsupported(catalog)),
        writerOnly("inCommitTimestamp", .unsupported(drop)),
        writerOnly("inCommitTimestamp-preview", .unsupported(drop)),
        writerOnly("rowTracking", .unsupported(drop)),
        writerOnly("clustering", .unsupported(drop)),
        writerOnly("allowColumnDefaults", .unsupported(drop)),
        writerOnly("icebergCompatV1", .unsupported(drop)),
        writerOnly("icebergCompatV2", .unsupported(drop)),
        writerOnly("icebergCompatV3", .unsupported(drop)),
        writerOnly("checkpointProtection", .unsupported(drop)),
        writerOnly("materializePartitionColumns", .unsupported(drop)),
    ]

    private static let drop =
        "use a program that has the feature, or remove it first (ALTER TABLE … DROP FEATURE in Spark)"
    private static let purge =
        "remove it first (ALTER TABLE … SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'false'), "
        + "REORG TABLE … APPLY (PURGE), ALTER TABLE … DROP FEATURE deletionVectors in Spark)"
    private static let catalog = "its commits go through a catalog; use the catalog's own programs"

    private static func writerOnly(_ name: String, legacyWriter: Int? = nil, _ write: Support) -> TableFeature {
        TableFeature(
            name: name,
            kind: .writerOnly,
            legacy: legacyWriter.map { (nil, $0) },
            read: .supported,
            write: write
        )
    }

    private static func readerWriter(
        _ name: String,
        legacy: (reader: Int?, writer: Int)? = nil,
        _ read: Support,
        _ write: Support
    ) -> TableFeature {
        TableFeature(name: name, kind: .readerWriter, legacy: legacy, read: read, write: write)
    }
}

// MARK: What a table uses

/// Each says what of a feature the table really uses, or nothing.
extension TableFeature {
    @Sendable
    private static func usesInvariants(_ metadata: TableMetadata, _ schema: Schema) -> String? {
        firstField(schema, with: "delta.invariants").map {
            "column '\($0)' has an invariant in SQL, which this version cannot evaluate; remove it"
        }
    }

    @Sendable
    private static func usesCheckConstraints(_ metadata: TableMetadata, _ schema: Schema) -> String? {
        let names = metadata.configuration.keys.filter { $0.hasPrefix(TableProperty.constraintPrefix) }
        return names.min().map {
            let name = $0.dropFirst(TableProperty.constraintPrefix.count)
            return "the CHECK constraint '\(name)' is in SQL, which this version cannot evaluate; "
                + "remove it (ALTER TABLE … DROP CONSTRAINT \(name))"
        }
    }

    @Sendable
    private static func usesChangeDataFeed(_ metadata: TableMetadata, _ schema: Schema) -> String? {
        guard metadata.flag(TableProperty.enableChangeDataFeed) else { return nil }
        return "the change data feed is on, which this version does not write; "
            + "turn it off (ALTER TABLE … SET TBLPROPERTIES ('\(TableProperty.enableChangeDataFeed)' = 'false'))"
    }

    @Sendable
    private static func usesGeneratedColumns(_ metadata: TableMetadata, _ schema: Schema) -> String? {
        firstField(schema, with: "delta.generationExpression").map {
            "column '\($0)' is generated by a SQL expression, which this version cannot evaluate"
        }
    }

    @Sendable
    private static func usesIdentityColumns(_ metadata: TableMetadata, _ schema: Schema) -> String? {
        firstField(schema, with: "delta.identity.start").map {
            "column '\($0)' is an identity column, for which this version cannot generate values"
        }
    }

    @Sendable
    private static func usesColumnMapping(_ metadata: TableMetadata, _ schema: Schema) -> String? {
        guard metadata.mapsColumns else { return nil }
        let mode = metadata.configuration[TableProperty.columnMappingMode] ?? ""
        return "its files name columns otherwise than the table (column mapping mode '\(mode)'), "
            + "which this version does not follow; rewrite the table without column mapping"
    }

    private static func firstField(_ schema: Schema, with key: String) -> String? {
        var found: String?
        // Visiting cannot fail here: the closure throws nothing.
        try? schema.forEachField { (path, field) throws(DeltaError) in
            if found == nil, field.metadata[key] != nil { found = path }
        }
        return found
    }
}
