import TSQL

/// `sys.indexes`, `sys.partitions` and their kin.
///
/// Source: Microsoft, "Object catalog views (Transact-SQL)". Pages are estimated: SQLite keeps the rows its own way.
extension SystemViews {
    static let indexViews: [SystemView] = [
        SystemView(
            "sys",
            "indexes",
            [
                ("object_id", .int), ("name", sysname), ("index_id", .int), ("type", .tinyint),
                ("type_desc", .nvarchar(60)),
                ("is_unique", .bit), ("data_space_id", .int), ("ignore_dup_key", .bit), ("is_primary_key", .bit),
                ("is_unique_constraint", .bit), ("fill_factor", .tinyint), ("is_padded", .bit), ("is_disabled", .bit),
                ("is_hypothetical", .bit), ("is_ignored_in_optimization", .bit), ("allow_row_locks", .bit),
                ("allow_page_locks", .bit), ("has_filter", .bit), ("filter_definition", .nvarchar(.max)),
                ("auto_created", .bit),
                ("optimize_for_sequential_key", .bit),
            ]
        ) { session, database in
            session.visibleTables(in: database).flatMap { table in
                table.storedIndexes.map { index -> [SQLValue] in
                    let (type, description): (Int, String) =
                        index.indexID == 0 ? (0, "HEAP") : index.isClustered ? (1, "CLUSTERED") : (2, "NONCLUSTERED")
                    return [
                        .number(table.id), index.indexID == 0 ? .null : .string(index.name), .number(index.indexID),
                        .number(type),
                        .string(description), .bool(index.isUnique), .integer(1), .bool(false),
                        .bool(index.kind == .primaryKey),
                        .bool(index.kind == .uniqueConstraint), .integer(0), .bool(false), .bool(false), .bool(false),
                        .bool(false),
                        .bool(true), .bool(true), .bool(index.filter != nil), .optional(index.filter.map { "(\($0))" }),
                        .bool(false),
                        .bool(false),
                    ]
                }
            }
        },
        SystemView(
            "sys",
            "index_columns",
            [
                ("object_id", .int), ("index_id", .int), ("index_column_id", .int), ("column_id", .int),
                ("key_ordinal", .tinyint),
                ("partition_ordinal", .tinyint), ("is_descending_key", .bit), ("is_included_column", .bit),
                ("column_store_order_ordinal", .tinyint),
            ]
        ) { session, database in
            session.visibleTables(in: database).flatMap { table in
                table.indexes.flatMap { index -> [[SQLValue]] in
                    var rows: [[SQLValue]] = []
                    for (place, column) in index.columns.enumerated() {
                        rows.append(
                            [
                                .number(table.id), .number(index.indexID), .number(place + 1), .number(column.columnID),
                                .number(place + 1), .integer(0), .bool(column.isDescending), .bool(false), .integer(0),
                            ]
                        )
                    }
                    for (place, column) in index.included.enumerated() {
                        rows.append(
                            [
                                .number(table.id), .number(index.indexID), .number(index.columns.count + place + 1),
                                .number(column),
                                .integer(0), .integer(0), .bool(false), .bool(true), .integer(0),
                            ]
                        )
                    }
                    return rows
                }
            }
        },
        SystemView(
            "sys",
            "partitions",
            [
                ("partition_id", .bigint), ("object_id", .int), ("index_id", .int), ("partition_number", .int),
                ("hobt_id", .bigint),
                ("rows", .bigint), ("filestream_filegroup_id", .smallint), ("data_compression", .tinyint),
                ("data_compression_desc", .nvarchar(60)),
            ]
        ) { (session, database) throws(SQLError) in
            try partitions(session, database).map { part in
                [
                    .integer(part.id), .number(part.table), .number(part.index), .integer(1), .integer(part.id),
                    .integer(part.rows),
                    .integer(0), .integer(0), .string("NONE"),
                ]
            }
        },
        SystemView(
            "sys",
            "dm_db_partition_stats",
            [
                ("partition_id", .bigint), ("object_id", .int), ("index_id", .int), ("partition_number", .int),
                ("in_row_data_page_count", .bigint), ("in_row_used_page_count", .bigint),
                ("in_row_reserved_page_count", .bigint),
                ("lob_used_page_count", .bigint), ("lob_reserved_page_count", .bigint),
                ("row_overflow_used_page_count", .bigint),
                ("row_overflow_reserved_page_count", .bigint), ("used_page_count", .bigint),
                ("reserved_page_count", .bigint),
                ("row_count", .bigint),
            ]
        ) { (session, database) throws(SQLError) in
            try session.checkMayViewState(of: database)
            return try partitions(session, database).map { part in
                [
                    .integer(part.id), .number(part.table), .number(part.index), .integer(1), .integer(part.pages),
                    .integer(part.pages), .integer(part.pages), .integer(0), .integer(0), .integer(0), .integer(0),
                    .integer(part.pages), .integer(part.pages), .integer(part.rows),
                ]
            }
        },
        SystemView(
            "sys",
            "allocation_units",
            [
                ("allocation_unit_id", .bigint), ("type", .tinyint), ("type_desc", .nvarchar(60)),
                ("container_id", .bigint),
                ("data_space_id", .int), ("total_pages", .bigint), ("used_pages", .bigint), ("data_pages", .bigint),
            ]
        ) { (session, database) throws(SQLError) in
            try partitions(session, database).map { part in
                [
                    .integer(part.id), .integer(1), .string("IN_ROW_DATA"), .integer(part.id), .integer(1),
                    .integer(part.pages),
                    .integer(part.pages), .integer(part.pages),
                ]
            }
        },
    ]

    private struct Partition {
        var id: Int64
        var table: Int
        var index: Int
        var rows: Int64

        /// 8 KB each; a row is taken for one of 80 bytes.
        var pages: Int64 { (rows + 99) / 100 }
    }

    private static func partitions(_ session: Session, _ database: DatabaseCatalogue) throws(SQLError) -> [Partition] {
        var parts: [Partition] = []
        for table in session.visibleTables(in: database) {
            let rows = try session.rowCount(of: table)
            for index in table.storedIndexes {
                // Ids of partitions look like this in SQL Server.
                let id = 72_057_594_037_927_936 + Int64(table.id) << 8 + Int64(index.indexID)
                parts.append(Partition(id: id, table: table.id, index: index.indexID, rows: rows))
            }
        }
        return parts
    }
}

extension TableObject {
    /// The indexes, and before them the heap where none of them is clustered.
    var storedIndexes: [TableIndex] {
        if indexes.contains(where: \.isClustered) { return indexes.sorted { $0.indexID < $1.indexID } }
        let heap = TableIndex(
            constraintID: 0,
            indexID: 0,
            name: "",
            kind: .index,
            isUnique: false,
            isClustered: false,
            columns: []
        )
        return [heap] + indexes.sorted { $0.indexID < $1.indexID }
    }
}
