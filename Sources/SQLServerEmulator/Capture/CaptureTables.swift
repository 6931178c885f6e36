/// The tables of the schema `cdc`.
///
/// Source: Microsoft, "Change data capture tables (Transact-SQL)".
enum CaptureTables {
    static let lsn = SQLType.binary(10)

    static let changeTables = ShippedTable(
        name: "change_tables",
        columns: [
            ("object_id", .int, false), ("version", .int, true), ("source_object_id", .int, true),
            ("capture_instance", sysname, false),
            ("start_lsn", lsn, true), ("end_lsn", lsn, true), ("supports_net_changes", .bit, true),
            ("has_drop_pending", .bit, true),
            ("role_name", sysname, true), ("index_name", sysname, true), ("filegroup_name", sysname, true),
            ("create_date", .datetime, true), ("partition_switch", .bit, false),
        ],
        key: ["object_id"]
    )

    static let capturedColumns = ShippedTable(
        name: "captured_columns",
        columns: [
            ("object_id", .int, false), ("column_name", sysname, false), ("column_id", .int, true),
            ("column_type", sysname, false),
            ("column_ordinal", .int, false), ("is_computed", .bit, true), ("masking_function", .nvarchar(4000), true),
        ],
        key: ["object_id", "column_ordinal"]
    )

    static let indexColumns = ShippedTable(
        name: "index_columns",
        columns: [
            ("object_id", .int, false), ("column_name", sysname, false), ("index_ordinal", .tinyint, false),
            ("column_id", .int, false),
        ],
        key: ["object_id", "index_ordinal"]
    )

    static let timeMapping = ShippedTable(
        name: "lsn_time_mapping",
        columns: [
            ("start_lsn", lsn, false), ("tran_begin_time", .datetime, true), ("tran_end_time", .datetime, true),
            ("tran_id", .varbinary(10), true), ("tran_begin_lsn", lsn, true),
        ],
        key: ["start_lsn"]
    )

    static let history = ShippedTable(
        name: "ddl_history",
        columns: [
            ("source_object_id", .int, true), ("object_id", .int, false), ("required_column_update", .bit, true),
            ("ddl_command", .nvarchar(.max), true), ("ddl_lsn", lsn, false), ("ddl_time", .datetime, true),
        ],
        key: ["object_id", "ddl_lsn"]
    )

    static let all = [changeTables, capturedColumns, indexColumns, timeMapping, history]

    /// The table of an instance's changes. Where it has no `__$command_id`, its index has none either.
    static func changes(_ instance: String, _ columns: [TableColumn], hasCommandIDs: Bool) -> ShippedTable {
        ShippedTable(
            name: "\(instance)_CT",
            columns: [
                ("__$start_lsn", lsn, false), ("__$end_lsn", lsn, true), ("__$seqval", lsn, false),
                ("__$operation", .int, false),
                ("__$update_mask", .varbinary(128), true),
            ] + columns.map { ($0.name, $0.type == .rowversion ? .binary(8) : $0.type, true) }
                + (hasCommandIDs ? [("__$command_id", .int, true)] : []),
            key: ["__$start_lsn", "__$command_id", "__$seqval", "__$operation"]
        )
    }

    /// How many columns of the server's own stand before the captured ones.
    static let prefix = 5
}

extension Session {
    /// A table of the schema `cdc` of a database.
    ///
    /// - Throws: 208 where Change Data Capture is off.
    func captureTable(_ name: String, in database: DatabaseCatalogue) throws(SQLError) -> TableObject {
        guard let table = database.table(schema: "cdc", name: name) else {
            throw SQLError(208, "Invalid object name 'cdc.\(name)'.")
        }
        return table
    }

    /// A number of `cdc.change_tables`, by the change table.
    func startLSN(of instance: CaptureInstanceObject, in database: DatabaseCatalogue) throws(SQLError)
        -> LogSequenceNumber?
    {
        let table = try captureTable("change_tables", in: database)
        let sql =
            "SELECT \(table.storage(of: "start_lsn")) FROM \(table.storage) WHERE \(table.storage(of: "object_id")) = ?1"
        return try sqlite.rows(sql, [.integer(Int64(instance.changeTable))]).first.flatMap { LogSequenceNumber($0[0]) }
    }

    /// `sys.fn_cdc_get_max_lsn`
    func maximumLSN(in database: DatabaseCatalogue) throws(SQLError) -> LogSequenceNumber? {
        let table = try captureTable("lsn_time_mapping", in: database)
        return try sqlite.rows("SELECT MAX(c1) FROM \(table.storage)").first.flatMap { LogSequenceNumber($0[0]) }
    }

    /// `sys.fn_cdc_get_min_lsn`: `nil` while no scan has come to where the instance began, zero for one that is not known or not
    /// the caller's to read.
    func minimumLSN(of name: String, in database: DatabaseCatalogue) throws(SQLError) -> LogSequenceNumber? {
        guard let instance = database.capture?.instance(name), mayRead(instance, in: database) else { return .zero }
        guard let start = try startLSN(of: instance, in: database) else { return nil }
        return try TransactionLog(database, self).state().harvested < start ? nil : start
    }

    /// Whether the session may read an instance's changes through its functions: the columns of the source, and the role.
    func mayRead(_ instance: CaptureInstanceObject, in database: DatabaseCatalogue) -> Bool {
        if isOwner(of: database) { return true }
        guard let source = database.tables[instance.sourceTable], may("SELECT", source, in: database) else {
            return false
        }
        guard let role = instance.role else { return true }
        return principals(in: database).contains(role.lowercased())
    }
}
