import CDCCore

/// The tables of a database, as far as they are asked for, read from the server's catalogue.
struct Catalogue: Sendable {
    var tables: [TableName: SourceTableInfo] = [:]

    /// Reads what there is to know of some tables.
    ///
    /// Names are compared to the letter. A table that does not exist, or that the login may not see, has no entry.
    static func read(
        _ names: Set<TableName>,
        profile: ServerProfile,
        from server: some MetadataSource
    ) async throws -> Catalogue {
        var byID: [Int: SourceTableInfo] = [:]
        for (id, name) in try await objects(from: server) where names.contains(name) {
            byID[id] = SourceTableInfo(name: name, objectID: id)
        }
        // The text of a statement with a list of ids changes with the tables, not with every poll.
        for ids in byID.keys.sorted().chunked(by: 500) {
            let list = ids.map(String.init).joined(separator: ",")
            try await readColumns(of: list, from: server, into: &byID)
            try await readKeys(of: list, from: server, into: &byID)
            try await readForeignKeys(of: list, from: server, into: &byID)
            try await readRowCounts(of: list, from: server, into: &byID)
            if profile.isCDCEnabled, profile.mayReadCaptureTables {
                try await readCaptureInstances(of: list, from: server, into: &byID)
            }
            if profile.isChangeTrackingEnabled { try await readTracking(of: list, from: server, into: &byID) }
        }
        if profile.isCDCEnabled, !profile.mayReadCaptureTables {
            try await readCaptureInstances(from: server, into: &byID)
        }
        return Catalogue(tables: Dictionary(byID.values.map { ($0.name, $0) }, uniquingKeysWith: { $1 }))
    }

    /// The names of all tables that the login sees, sorted.
    static func names(from server: some MetadataSource) async throws -> [TableName] {
        try await objects(from: server).map(\.name).sorted()
    }

    private static func objects(from server: some MetadataSource) async throws -> [(id: Int, name: TableName)] {
        let rows = try await server.metadata(
            """
            SELECT s.name AS schema_name, t.name AS table_name, t.object_id
            FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id
            WHERE t.is_ms_shipped = 0
            """
        )
        return try (0..<rows.count).map { row in
            let name = TableName(
                schema: try rows.string(row, "schema_name"),
                name: try rows.string(row, "table_name")
            )
            return (try rows.integer(row, "object_id"), name)
        }
    }

    private static func readColumns(
        of ids: String,
        from server: some MetadataSource,
        into tables: inout [Int: SourceTableInfo]
    ) async throws {
        let rows = try await server.metadata(
            """
            SELECT c.object_id, \(typeName("c")) AS type_name, \(columnFields("c"))
            FROM sys.columns AS c WHERE c.object_id IN (\(ids)) ORDER BY c.object_id, c.column_id
            """
        )
        for row in 0..<rows.count {
            tables[try rows.integer(row, "object_id")]?.columns.append(try rows.column(row))
        }
    }

    /// The select list from which ``MetadataRows/column(_:)`` makes a column.
    static func columnFields(_ alias: String) -> String {
        """
        \(alias).name AS column_name, \(alias).column_id, \(alias).max_length, \(alias).[precision], \(alias).scale, \(alias).is_nullable, \(alias).is_computed,
        \(alias).collation_name
        """
    }

    /// The name of the system type; of a CLR type its own.
    static func typeName(_ alias: String) -> String {
        """
        CASE WHEN \(alias).system_type_id = 240 THEN TYPE_NAME(\(alias).user_type_id)
            ELSE TYPE_NAME(\(alias).system_type_id) END
        """
    }

    private static func readKeys(
        of ids: String,
        from server: some MetadataSource,
        into tables: inout [Int: SourceTableInfo]
    ) async throws {
        // Of several unique indexes the one with the fewest columns serves, and of those the oldest, so that the choice stays.
        let rows = try await server.metadata(
            """
            SELECT i.object_id, i.index_id, i.is_primary_key, c.name AS column_name, c.is_nullable,
                COUNT(*) OVER (PARTITION BY i.object_id, i.index_id) AS column_count
            FROM sys.indexes AS i
            JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
            JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
            WHERE i.object_id IN (\(ids)) AND i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0
                AND ic.is_included_column = 0
            ORDER BY i.object_id, i.is_primary_key DESC, column_count, i.index_id, ic.key_ordinal
            """
        )
        var candidates: [Int: [(index: Int, columns: [String], isUsable: Bool, isPrimary: Bool)]] = [:]
        for row in 0..<rows.count {
            let table = try rows.integer(row, "object_id")
            let index = try rows.integer(row, "index_id")
            let isNullable = try rows.bool(row, "is_nullable")
            var known = candidates[table] ?? []
            if known.last?.index != index {
                known.append((index, [], true, try rows.bool(row, "is_primary_key")))
            }
            known[known.count - 1].columns.append(try rows.string(row, "column_name"))
            if isNullable { known[known.count - 1].isUsable = false }
            candidates[table] = known
        }
        for (table, indexes) in candidates {
            let key = indexes.first(where: \.isUsable)
            tables[table]?.key = key?.columns ?? []
            tables[table]?.hasPrimaryKey = key?.isPrimary ?? false
        }
    }

    private static func readForeignKeys(
        of ids: String,
        from server: some MetadataSource,
        into tables: inout [Int: SourceTableInfo]
    ) async throws {
        let rows = try await server.metadata(
            """
            SELECT f.object_id AS foreign_key_id, f.parent_object_id, s.name AS schema_name, t.name AS table_name,
                c.name AS column_name
            FROM sys.foreign_keys AS f
            JOIN sys.foreign_key_columns AS fc ON fc.constraint_object_id = f.object_id
            JOIN sys.columns AS c ON c.object_id = fc.parent_object_id AND c.column_id = fc.parent_column_id
            JOIN sys.tables AS t ON t.object_id = f.referenced_object_id
            JOIN sys.schemas AS s ON s.schema_id = t.schema_id
            WHERE f.parent_object_id IN (\(ids))
            ORDER BY f.parent_object_id, f.object_id, fc.constraint_column_id
            """
        )
        var last: Int?
        for row in 0..<rows.count {
            let table = try rows.integer(row, "parent_object_id")
            let key = try rows.integer(row, "foreign_key_id")
            let column = try rows.string(row, "column_name")
            if key == last, let index = tables[table]?.foreignKeys.indices.last {
                tables[table]?.foreignKeys[index].columns.append(column)
            } else {
                let references = TableName(
                    schema: try rows.string(row, "schema_name"),
                    name: try rows.string(row, "table_name")
                )
                tables[table]?.foreignKeys.append(ForeignKey([column], references: references))
            }
            last = key
        }
    }

    private static func readRowCounts(
        of ids: String,
        from server: some MetadataSource,
        into tables: inout [Int: SourceTableInfo]
    ) async throws {
        let rows = try await server.metadata(
            """
            SELECT p.object_id, CAST(SUM(p.rows) AS bigint) AS row_count
            FROM sys.partitions AS p WHERE p.object_id IN (\(ids)) AND p.index_id IN (0, 1) GROUP BY p.object_id
            """
        )
        for row in 0..<rows.count {
            tables[try rows.integer(row, "object_id")]?.rowCountEstimate = try rows.integer(row, "row_count")
        }
    }

    private static func readTracking(
        of ids: String,
        from server: some MetadataSource,
        into tables: inout [Int: SourceTableInfo]
    ) async throws {
        let rows = try await server.metadata(
            """
            SELECT object_id, is_track_columns_updated_on FROM sys.change_tracking_tables WHERE object_id IN (\(ids))
            """
        )
        for row in 0..<rows.count {
            tables[try rows.integer(row, "object_id")]?.changeTracking = .init(
                tracksColumns: try rows.bool(row, "is_track_columns_updated_on")
            )
        }
    }
}

extension MetadataRows {
    /// A column from the fields of the catalogue's select list.
    func column(_ row: Int) throws -> SourceColumn {
        SourceColumn(
            name: try string(row, "column_name"),
            id: try optionalInteger(row, "column_id"),
            type: try string(row, "type_name"),
            maxLength: try integer(row, "max_length"),
            precision: try integer(row, "precision"),
            scale: try integer(row, "scale"),
            isNullable: try bool(row, "is_nullable"),
            isComputed: try bool(row, "is_computed"),
            collation: try optionalString(row, "collation_name")
        )
    }
}

extension Array {
    /// The elements in pieces of at most `count`.
    func chunked(by count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
