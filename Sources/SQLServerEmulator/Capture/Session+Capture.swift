import TSQL

/// Turning Change Data Capture on and off.
extension Session {
    /// The session's database, where it captures.
    ///
    /// - Throws: 22901 where it does not.
    func capturing() throws(SQLError) -> (DatabaseCatalogue, CaptureState) {
        let database = database
        guard let capture = database.capture else {
            throw SQLError(
                22901,
                "The database '\(database.name)' is not enabled for Change Data Capture. Ensure that the correct database context is "
                    + "set and retry the operation. To report on the databases enabled for Change Data Capture, query the "
                    + "is_cdc_enabled column in the sys.databases catalog view."
            )
        }
        return (database, capture)
    }

    func checkSysadmin() throws(SQLError) {
        guard isSysadmin else {
            throw SQLError(
                22902,
                "Caller is not authorized to initiate the requested action. Sysadmin privileges are required."
            )
        }
    }

    func checkOwner() throws(SQLError) {
        guard isOwner(of: database) else {
            throw SQLError(
                22904,
                "Caller is not authorized to initiate the requested action. DBO privileges are required."
            )
        }
    }

    // MARK: Databases

    func enableCapture() throws(SQLError) {
        try checkSysadmin()
        let name = databaseName
        guard !["master", "tempdb", "model", "msdb"].contains(name.lowercased()) else {
            throw SQLError(
                22989,
                "Could not enable Change Data Capture for database '\(name)'. Change data capture is not supported on system databases, or on a distribution database."
            )
        }
        guard database.capture == nil else {
            throw SQLError(
                22905,
                "Database '\(name)' is already enabled for Change Data Capture. Ensure that the correct database context is set, and retry "
                    + "the operation. To report on the databases enabled for Change Data Capture, query the is_cdc_enabled column in the "
                    + "sys.databases catalog view.",
                severity: 10
            )
        }
        guard database.schemas["cdc"] == nil, !database.principals.contains(where: { $0.name.matches("cdc") }) else {
            throw SQLError(
                22906,
                "The database '\(name)' cannot be enabled for Change Data Capture because a database user named 'cdc' or a schema named "
                    + "'cdc' already exists in the current database. These objects are required exclusively by Change Data Capture. Drop or "
                    + "rename the user or schema and retry the operation."
            )
        }
        try writing { () throws(SQLError) in
            try TransactionLog.prepare(sqlite)
            let own: [StoredValue] = [.integer(Int64(database.id))]
            // What a dropped database of the same number left.
            try sqlite.run("DELETE FROM log_changes WHERE database = ?1 AND owner > 0", own)
            try sqlite.run("DELETE FROM log_transactions WHERE database = ?1", own)
            try change(name) { (catalogue) throws(SQLError) in
                let schema = (catalogue.schemas.values.map(\.id).max() ?? 4) + 1
                catalogue.schemas["cdc"] = SchemaObject(id: schema, name: "cdc", owner: "cdc")
                let user = (catalogue.principals.map(\.id).max() ?? 4) + 1
                catalogue.principals.append(Principal(id: user, name: "cdc", kind: .user, roles: ["db_owner"]))
                catalogue.capture = CaptureState()
            }
            for table in CaptureTables.all { _ = try table.make(schema: "cdc", in: name, self) }
            _ = try jobsTable(make: true)
        }
    }

    func disableCapture() throws(SQLError) {
        try checkSysadmin()
        let (database, capture) = try capturing()
        try writing { () throws(SQLError) in
            for instance in capture.instances { try remove(instance) }
            for job in ["capture", "cleanup"] where try jobSettings(job, of: database) != nil {
                try removeJob(job, of: database)
            }
            for table in self.database.tables.values where table.schema.matches("cdc") && table.isShipped {
                try dropShipped(table, in: database.name)
            }
            try change(database.name) { (catalogue) throws(SQLError) in
                catalogue.schemas["cdc"] = nil
                catalogue.principals.removeAll { $0.name.matches("cdc") }
                catalogue.capture = nil
            }
            let own: [StoredValue] = [.integer(Int64(database.id))]
            try sqlite.run("DELETE FROM log_changes WHERE database = ?1 AND owner > 0", own)
            try sqlite.run("DELETE FROM log_transactions WHERE database = ?1", own)
        }
        server.capture.forget(database.name)
    }

    // MARK: Tables

    /// What `sp_cdc_enable_table` is asked for.
    struct CaptureRequest {
        var schema: String
        var table: String
        var instance: String?
        var supportsNetChanges: Bool?
        var role: String?
        var index: String?
        var columns: String?
        var filegroup: String?
        var allowsSwitch: Bool
    }

    func enableCapture(_ request: CaptureRequest) throws(SQLError) {
        let (database, capture) = try capturing()
        try checkOwner()
        if request.role?.isEmpty ?? false {
            throw SQLError(
                22907,
                "Parameter @role_name cannot be empty. Specify a value for @role_name and retry the operation. Supply null as the value if no role is to be used to gate access to captured change data."
            )
        }
        if request.schema.matches("cdc") {
            throw SQLError(22974, "Tables contained in the cdc schema cannot be enabled for Change Data Capture.")
        }
        guard let source = database.table(schema: request.schema, name: request.table), !source.isShipped else {
            throw Self.noSource(request.schema, request.table)
        }
        let name = request.instance.flatMap { $0.isEmpty ? nil : $0 } ?? "\(source.schema)_\(source.name)"
        guard name.utf16.count <= 100 else {
            throw SQLError(
                22927,
                "Capture instance name '\(name)' exceeds the length limit of 100 characters. Specify a name that satisfies the length constraint."
            )
        }
        guard capture.instance(name) == nil, database.objectID(schema: "cdc", name: "\(name)_CT") == nil else {
            throw SQLError(
                22926,
                "Could not create a capture instance because the capture instance name '\(name)' already exists in the current database. Specify an explicit unique name for the parameter @capture_instance."
            )
        }
        guard capture.instances.count(where: { $0.sourceTable == source.id }) < 2 else {
            throw SQLError(
                22962,
                "Two capture instances already exist for source table '\(source.schema).\(source.name)'. A table can have at most two "
                    + "capture instances. If the current tracking options are not appropriate, disable change tracking for the obsolete "
                    + "instance by using sys.sp_cdc_disable_table and retry the operation."
            )
        }
        if let filegroup = request.filegroup, !filegroup.isEmpty, !filegroup.matches("PRIMARY") {
            throw SQLError(
                22973,
                "The specified filegroup '\(filegroup)' is not a valid filegroup for database '\(database.name)'. Specify a valid existing filegroup or create the named filegroup, and retry the operation."
            )
        }
        let index = try uniqueIndex(request.index, of: source)
        let supportsNetChanges = request.supportsNetChanges ?? (index != nil)
        if supportsNetChanges, index == nil {
            throw SQLError(
                22939,
                "The parameter @supports_net_changes is set to 1, but the source table does not have a primary key defined and no alternate unique index has been specified."
            )
        }
        let columns = try capturedColumns(request.columns, of: source)
        let key = index?.columns.map(\.columnID) ?? []
        if supportsNetChanges, !Set(key).isSubset(of: columns.map(\.id)) {
            throw SQLError(
                22943,
                "Columns used to uniquely identify a row for net change tracking must be included in the list of captured columns. Add either "
                    + "the primary key columns of the source table, or the columns defined for the index specified in the parameter "
                    + "@index_name to the list of captured columns and retry the operation."
            )
        }
        try writing { () throws(SQLError) in
            let isFirst = try jobSettings("capture", of: database) == nil
            try make(
                CaptureInstanceObject(
                    name: name,
                    sourceTable: source.id,
                    changeTable: 0,
                    columns: columns.map(\.id),
                    role: request.role,
                    supportsNetChanges: supportsNetChanges,
                    indexName: index?.name
                ),
                columns,
                key: key,
                request,
                database
            )
            if isFirst {
                for job in ["capture", "cleanup"] where try jobSettings(job, of: database) == nil {
                    try addJob(.initial(job), of: database)
                    tellOfStart(job, of: database)
                }
            }
        }
    }

    private func make(
        _ instance: CaptureInstanceObject,
        _ columns: [TableColumn],
        key: [Int],
        _ request: CaptureRequest,
        _ database: DatabaseCatalogue
    ) throws(SQLError) {
        var instance = instance
        let now = server.now()
        let shipped = CaptureTables.changes(
            instance.name,
            columns,
            hasCommandIDs: server.capture.options.hasCommandIDs
        )
        var table = try shipped.make(schema: "cdc", in: database.name, self)
        instance.changeTable = table.id
        let names = key.compactMap { id in columns.first { $0.id == id }?.name }
        if instance.supportsNetChanges {
            table.addIndex(
                "\(table.name)_idx",
                names + ["__$start_lsn", "__$command_id", "__$seqval", "__$operation"],
                isClustered: false
            )
            try table.makeIndexes(self)
        }
        let (made, new) = (table, instance)
        let start = try TransactionLog(database, self).mark(at: now)
        try change(database.name) { (catalogue) throws(SQLError) in
            catalogue.replace(made)
            catalogue.capture?.instances.append(new)
            if let role = new.role, !catalogue.principals.contains(where: { $0.name.matches(role) }) {
                let id = (catalogue.principals.map(\.id).max() ?? 4) + 1
                catalogue.principals.append(Principal(id: id, name: role, kind: .role))
            }
        }
        let object = SQLValue.integer(Int64(table.id))
        func optional(_ text: String?) -> SQLValue { text.map { .string($0) } ?? .null }
        try insert(
            [
                object, .integer(0), .integer(Int64(instance.sourceTable)), .string(instance.name), start.value, .null,
                .bool(instance.supportsNetChanges), .bool(false), optional(instance.role), optional(instance.indexName),
                optional(request.filegroup), SystemViews.dateTime(now), .bool(request.allowsSwitch),
            ],
            into: try captureTable("change_tables", in: self.database)
        )
        let captured = try captureTable("captured_columns", in: self.database)
        for (index, column) in columns.enumerated() {
            try insert(
                [
                    object, .string(column.name), .integer(Int64(column.id)),
                    .string(column.type.catalog?.name ?? column.type.name),
                    .integer(Int64(index + 1)), .bool(column.computation != nil), .null,
                ],
                into: captured
            )
        }
        let indexed = try captureTable("index_columns", in: self.database)
        for (index, id) in key.enumerated() {
            guard let column = columns.first(where: { $0.id == id }) else { continue }
            try insert([object, .string(column.name), .integer(Int64(index + 1)), .integer(Int64(id))], into: indexed)
        }
    }

    private static func noSource(_ schema: String, _ table: String) -> SQLError {
        SQLError(
            22931,
            "Source table '\(schema).\(table)' does not exist in the current database. Ensure that the correct database context is set. Specify a valid schema and table name for the database."
        )
    }

    /// The index by which rows are told apart: the one that is named, or the primary key.
    private func uniqueIndex(_ name: String?, of table: TableObject) throws(SQLError) -> TableIndex? {
        guard let name, !name.isEmpty else { return table.primaryKey }
        let place = "\(table.schema).\(table.name)"
        guard let index = table.indexes.first(where: { $0.name.matches(name) }) else {
            throw SQLError(
                22928,
                "Index name '\(name)' is not an index for table '\(place)'. Specify a valid index name for the table."
            )
        }
        guard index.isUnique else {
            throw SQLError(
                22929,
                "Index '\(name)' must be either a primary key or a unique index for table '\(place)'. Specify an index that meets at least one of these requirements."
            )
        }
        guard
            index.columns.allSatisfy({ column in table.columns.contains { $0.id == column.columnID && !$0.isNullable } }
            )
        else {
            throw SQLError(
                22838,
                "All columns of a CDC unique index must be defined as NOT NULL. Index '\(name)' selected as the CDC unique index for source table '\(place)' does not meet this requirement. Define all columns of the selected index as NOT NULL or select another unique index as the CDC index and resubmit the request."
            )
        }
        return index
    }

    /// The columns of a list such as `id, [order date]`, in the table's order; all of them where there is no list.
    private func capturedColumns(_ list: String?, of table: TableObject) throws(SQLError) -> [TableColumn] {
        let reserved = ["__$start_lsn", "__$end_lsn", "__$seqval", "__$operation", "__$update_mask"]
        var columns = table.columns
        if let list, !list.trimmingSpaces.isEmpty {
            var names: [String] = []
            for name in try Self.columnNames(list) {
                guard let column = table.column(name) else {
                    throw SQLError(
                        22942,
                        "Columns specified in the captured column list could not be mapped to columns in source table '\(table.schema).\(table.name)'. Verify that the columns specified in the parameter @captured_column_list are delimited properly and match columns in the source table."
                    )
                }
                names.append(column.name)
            }
            columns = columns.filter { names.contains($0.name) }
        }
        if columns.contains(where: { column in reserved.contains { $0.matches(column.name) } }) {
            throw SQLError(
                22975,
                "Source table '\(table.name)' contains one of the following reserved column names: __$start_lsn, __$end_lsn, __$seqval, __$operation, and __$update_mask. To enable Change Data Capture for this table, specify a captured column list and ensure that these columns are excluded from the list."
            )
        }
        return columns
    }

    /// The names in a list with commas between them.
    private static func columnNames(_ list: String) throws(SQLError) -> [String] {
        var names: [String] = []
        var name = ""
        var closing: Character?
        var wasQuoted = false
        var rest = list[...]
        func end() { names.append(wasQuoted ? name : name.trimmingSpaces) }
        while let character = rest.popFirst() {
            if let mark = closing {
                if character != mark {
                    name.append(character)
                } else if rest.first == mark {
                    name.append(mark)
                    rest = rest.dropFirst()
                } else {
                    closing = nil
                }
            } else if character == "," {
                end()
                (name, wasQuoted) = ("", false)
            } else if (character == "[" || character == "\""), name.trimmingSpaces.isEmpty {
                closing = character == "[" ? "]" : "\""
                (name, wasQuoted) = ("", true)
            } else if !wasQuoted {
                name.append(character)
            }
        }
        guard closing == nil else {
            throw SQLError(
                22965,
                "A quoted column in the column list is not properly terminated. Verify that columns are correctly delimited and retry the operation. For more information, see 'Delimited Identifiers' in Books Online."
            )
        }
        end()
        return names
    }

    // MARK: Removing

    func disableCapture(schema: String, table name: String, instance: String) throws(SQLError) {
        let (database, capture) = try capturing()
        try checkOwner()
        guard let source = database.table(schema: schema, name: name) else { throw Self.noSource(schema, name) }
        let own = capture.instances.filter { $0.sourceTable == source.id }
        guard !own.isEmpty else {
            throw SQLError(
                22985,
                "Change data capture has not been enabled for source table '\(source.schema).\(source.name)'. Specify the name of a table enabled for Change Data Capture. To report on the tables enabled for Change Data Capture, query the is_tracked_by_cdc column in the sys.tables catalog view."
            )
        }
        let removed = instance.matches("all") ? own : own.filter { $0.name.matches(instance) }
        guard !removed.isEmpty else { throw Self.noInstance(instance, schema, name) }
        try writing { () throws(SQLError) in
            for instance in removed { try remove(instance) }
        }
    }

    static func noInstance(_ instance: String, _ schema: String, _ table: String) -> SQLError {
        SQLError(
            22960,
            "Change data capture instance '\(instance)' has not been enabled for the source table '\(schema).\(table)'. Use sys.sp_cdc_help_change_data_capture to verify the capture instance name and retry the operation."
        )
    }

    /// Takes an instance out, with its change table and everything that is known of it.
    func remove(_ instance: CaptureInstanceObject, in name: String? = nil) throws(SQLError) {
        let database = try self.database(named: name ?? databaseName)
        for name in ["change_tables", "captured_columns", "index_columns", "ddl_history"] {
            let table = try captureTable(name, in: database)
            try sqlite.run(
                "DELETE FROM \(table.storage) WHERE \(table.storage(of: "object_id")) = ?1",
                [.integer(Int64(instance.changeTable))]
            )
        }
        if let table = database.tables[instance.changeTable] { try dropShipped(table, in: database.name) }
        try change(database.name) { (catalogue) throws(SQLError) in
            catalogue.capture?.instances.removeAll { $0.changeTable == instance.changeTable }
            if catalogue.capture?.instances.isEmpty ?? false { catalogue.capture?.alterations = [] }
        }
        guard catalogue(database.name)?.capture?.instances.isEmpty ?? false else { return }
        // With the last instance the times of the log go too.
        try sqlite.run("DELETE FROM \(try captureTable("lsn_time_mapping", in: database).storage)")
    }
}
