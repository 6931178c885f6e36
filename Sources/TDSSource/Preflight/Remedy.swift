import CDCCore

/// Statements that put right what a preflight found, with every name quoted: for an administrator to run in the database of the
/// preflight.
enum Remedy {
    static func enableCapture(ofDatabase name: String, on platform: ServerPlatform) -> String {
        platform == .amazonRDS
            ? "EXEC msdb.dbo.rds_cdc_enable_db \(SQLText.string(name));" : "EXEC sys.sp_cdc_enable_db;"
    }

    /// - Parameter columns: Those to be captured; `nil` for all.
    static func enableCapture(
        of table: TableName,
        instance: String? = nil,
        columns: [String]? = nil,
        _ options: InstanceOptions = InstanceOptions()
    ) -> String {
        var text = "EXEC sys.sp_cdc_enable_table \(source(table))"
        if let instance { text += ", @capture_instance = \(SQLText.string(instance))" }
        if let columns {
            let list = columns.map(SQLText.identifier).joined(separator: ", ")
            text += ", @captured_column_list = \(SQLText.string(list))"
        }
        if let index = options.index { text += ", @index_name = \(SQLText.string(index))" }
        if let filegroup = options.filegroup { text += ", @filegroup_name = \(SQLText.string(filegroup))" }
        if !options.allowsPartitionSwitch { text += ", @allow_partition_switch = 0" }
        return text + ", @role_name = \(options.role.map(SQLText.string) ?? "NULL")"
            + ", @supports_net_changes = \(options.supportsNetChanges ? 1 : 0);"
    }

    /// A capture instance that ``CaptureSetup`` knows as its own: the trigger follows it, and the removal takes it away.
    static func captureBySetup(_ table: TableName) -> String {
        "EXEC swift_cdc.capture_table \(SQLText.string(table.schema)), \(SQLText.string(table.name));"
    }

    private static func source(_ table: TableName) -> String {
        "@source_schema = \(SQLText.string(table.schema)), @source_name = \(SQLText.string(table.name))"
    }

    static func enableTracking(of table: TableName) -> String {
        "ALTER TABLE \(SQLText.table(table)) ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);"
    }

    static func allowSnapshotIsolation(in database: String) -> String {
        "ALTER DATABASE \(SQLText.identifier(database)) SET ALLOW_SNAPSHOT_ISOLATION ON;"
    }

    // MARK: Permissions

    /// - Parameter permission: A word of T-SQL, not a name.
    static func grant(_ permission: String, on table: TableName, to user: String) -> String {
        "GRANT \(permission) ON OBJECT::\(SQLText.table(table)) TO \(SQLText.identifier(user));"
    }

    static func grant(_ permission: String, onSchema schema: String, to user: String) -> String {
        "GRANT \(permission) ON SCHEMA::\(SQLText.identifier(schema)) TO \(SQLText.identifier(user));"
    }

    static func grant(_ permission: String, to user: String) -> String {
        "GRANT \(permission) TO \(SQLText.identifier(user));"
    }

    /// A permission on the server, which is granted to a login, and in `master`.
    static func grantOnServer(_ permission: String, to login: String) -> String {
        "USE [master]; GRANT \(permission) TO \(SQLText.identifier(login));"
    }

    static func addMember(_ user: String, to role: String) -> String {
        "ALTER ROLE \(SQLText.identifier(role)) ADD MEMBER \(SQLText.identifier(user));"
    }

    // MARK: The server

    /// Lifts the limit of large values that a captured table may take.
    static func liftTextLimit(on platform: ServerPlatform) -> String? {
        switch platform {
        case .sqlServer, .azureManagedInstance:
            "EXEC sys.sp_configure N'max text repl size (B)', -1; RECONFIGURE;"
        // Settings of the server are in its parameter group, not in T-SQL.
        case .amazonRDS, .azureSQLDatabase, .warehouse: nil
        }
    }
}
