import CDCCore

/// The capture instances of tables, in the order in which they were made: a clean-up raises the LSN from which on one keeps changes.
///
/// One whose LSN is NULL is left out: the capture job has not come to where it was made, and nothing can be read from it yet.
extension Catalogue {
    static func readCaptureInstances(
        of ids: String,
        from server: some MetadataSource,
        into tables: inout [Int: SourceTableInfo]
    ) async throws {
        let rows = try await server.metadata(
            """
            SELECT ct.source_object_id, ct.object_id AS change_table_id, ct.capture_instance, ct.start_lsn,
                CASE WHEN EXISTS (SELECT 1 FROM sys.columns AS k WHERE k.object_id = ct.object_id
                    AND k.name = N'__$command_id') THEN 1 ELSE 0 END AS has_command_id,
                HAS_PERMS_BY_NAME(N'cdc.' + QUOTENAME(ct.capture_instance + N'_CT'), N'OBJECT', N'SELECT') AS may_read
            FROM cdc.change_tables AS ct WHERE ct.source_object_id IN (\(ids))
            ORDER BY ct.source_object_id, ct.create_date, ct.start_lsn
            """
        )
        guard rows.count > 0 else { return }
        // Types as the change table has them, but for CLR types, of which it keeps the bytes; whether NULL is allowed as the
        // source table says, where it still has the column.
        let columns = try await server.metadata(
            """
            SELECT cc.object_id, CASE WHEN cc.column_type IN (N'hierarchyid', N'geometry', N'geography') THEN cc.column_type
                ELSE \(typeName("k")) END AS type_name, \(columnFields("k")), cc.column_id AS source_column_id,
                src.is_nullable AS source_is_nullable, src.is_computed AS source_is_computed
            FROM cdc.captured_columns AS cc
            JOIN cdc.change_tables AS ct ON ct.object_id = cc.object_id
            JOIN sys.columns AS k ON k.object_id = cc.object_id AND k.name = cc.column_name
            LEFT JOIN sys.columns AS src ON src.object_id = ct.source_object_id AND src.column_id = cc.column_id
            WHERE ct.source_object_id IN (\(ids)) ORDER BY cc.object_id, cc.column_ordinal
            """
        )
        try add(instances: rows, columns: columns, to: &tables)
    }

    /// Apart from the questions: the optimiser of some compilers fails on both in one function.
    private static func add(
        instances rows: MetadataRows,
        columns: MetadataRows,
        to tables: inout [Int: SourceTableInfo]
    ) throws {
        var instances: [Int: CaptureInstance] = [:]
        var order: [Int] = []
        for row in 0..<rows.count {
            let id = try rows.integer(row, "change_table_id")
            let source = try rows.integer(row, "source_object_id")
            guard let start = try rows.optionalLSN(row, "start_lsn") else {
                tables[source]?.awaitsCapture = true
                continue
            }
            instances[id] = CaptureInstance(
                name: try rows.string(row, "capture_instance"),
                changeTableID: id,
                sourceTableID: source,
                startLSN: start,
                hasCommandID: try rows.integer(row, "has_command_id") == 1,
                mayReadChangeTable: try rows.optionalInteger(row, "may_read") == 1
            )
            order.append(id)
        }
        for row in 0..<columns.count {
            var column = try columns.column(row)
            // Of the table's column, not of the change table's.
            column.id = try columns.optionalInteger(row, "source_column_id")
            column.isNullable = try columns.optionalBool(row, "source_is_nullable") ?? true
            column.isComputed = try columns.optionalBool(row, "source_is_computed") ?? false
            instances[try columns.integer(row, "object_id")]?.columns.append(column)
        }
        for id in order {
            guard let instance = instances[id] else { continue }
            tables[instance.sourceTableID]?.captureInstances.append(instance)
        }
    }

    /// The same for a login that may not read the tables of the schema `cdc`: the instances whose columns it may select and whose
    /// gating role it has.
    static func readCaptureInstances(
        from server: some MetadataSource,
        into tables: inout [Int: SourceTableInfo]
    ) async throws {
        let rows = try await server.metadata("EXEC sys.sp_cdc_help_change_data_capture")
        var instances: [(instance: CaptureInstance, created: Int64)] = []
        for row in 0..<rows.count {
            let id = try rows.integer(row, "source_object_id")
            guard let table = tables[id] else { continue }
            guard let start = try rows.optionalLSN(row, "start_lsn") else {
                tables[id]?.awaitsCapture = true
                continue
            }
            var instance = CaptureInstance(
                name: try rows.string(row, "capture_instance"),
                changeTableID: try rows.integer(row, "object_id"),
                sourceTableID: id,
                startLSN: start,
                mayReadChangeTable: false
            )
            instance.columns = try await capturedColumns(of: instance.name, table, from: server)
            instances.append((instance, try rows.optionalTime(row, "create_date") ?? 0))
        }
        instances.sort { ($0.created, $0.instance.startLSN) < ($1.created, $1.instance.startLSN) }
        for (instance, _) in instances { tables[instance.sourceTableID]?.captureInstances.append(instance) }
    }

    private static func capturedColumns(
        of instance: String,
        _ table: SourceTableInfo,
        from server: some MetadataSource
    ) async throws -> [SourceColumn] {
        let rows = try await server.metadata(
            "EXEC sys.sp_cdc_get_captured_columns @capture_instance = \(SQLText.string(instance))"
        )
        var columns: [(ordinal: Int, column: SourceColumn)] = []
        for row in 0..<rows.count {
            let name = try rows.string(row, "column_name")
            // One that the table has no more is described by the procedure alone.
            var column = try table.columns.first { $0.name == name } ?? rows.droppedColumn(row)
            column.id = try rows.optionalInteger(row, "column_id")
            columns.append((try rows.integer(row, "ordinal_position"), column))
        }
        return columns.sorted { $0.ordinal < $1.ordinal }.map(\.column)
    }
}

extension MetadataRows {
    /// A column that is still captured, from a row of `sys.sp_cdc_get_captured_columns`.
    fileprivate func droppedColumn(_ row: Int) throws -> SourceColumn {
        let type = try string(row, "data_type")
        let length = try optionalInteger(row, "character_maximum_length") ?? 0
        return SourceColumn(
            name: try string(row, "column_name"),
            type: type,
            maxLength: length > 0 && ["nchar", "nvarchar"].contains(type) ? length * 2 : length,
            precision: try optionalInteger(row, "numeric_precision") ?? 0,
            scale: try optionalInteger(row, "numeric_scale") ?? optionalInteger(row, "datetime_precision") ?? 0,
            isNullable: true,
            isComputed: false,
            collation: nil
        )
    }
}
