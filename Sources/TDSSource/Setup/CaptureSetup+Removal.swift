/// Taking away what ``CaptureSetup/installation`` made, in any database, whatever options it was made with.
extension CaptureSetup {
    /// Takes away everything that the installation made, and turns off what it turned on and nobody else uses.
    ///
    /// Where other capture instances or tracked tables remain, Change Data Capture or Change Tracking of the database stays on. In a
    /// database where nothing was made it does nothing.
    public var removal: SetupScript {
        SetupScript(
            title: "Removal of the set-up of change capture for swift-cdc",
            batches: [
                settings, removeTrigger, removeInstances, removeChangeDataCapture, removeTracking,
                removeSnapshotIsolation, removeReaders, removeObjects,
            ]
        )
    }

    /// Statements that are run only where there is something to remove.
    private func batch(_ purpose: String, _ text: String) -> SetupBatch {
        let indented = text.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(
            separator: "\n"
        )
        return SetupBatch(
            purpose: purpose,
            text: """
                IF OBJECT_ID(N'swift_cdc.made', N'U') IS NOT NULL
                BEGIN
                \(indented)
                END;
                """
        )
    }

    private static let isCaptured =
        "EXISTS (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND is_cdc_enabled = 1)"

    private static func wasMade(_ kind: String) -> String {
        "EXISTS (SELECT 1 FROM swift_cdc.made WHERE kind = N'\(kind)')"
    }

    private var removeTrigger: SetupBatch {
        batch(
            "The trigger goes first, so that nothing here sets it off.",
            """
            IF EXISTS (SELECT 1 FROM sys.triggers WHERE parent_class = 0 AND name = N'swift_cdc_definition_changed')
                DROP TRIGGER swift_cdc_definition_changed ON DATABASE;
            """
        )
    }

    private var removeInstances: SetupBatch {
        batch(
            "The capture instances that were made here.",
            """
            DECLARE @instance sysname, @schema sysname, @table sysname;
            IF \(Self.isCaptured) AND OBJECT_ID(N'swift_cdc.capture_instances', N'U') IS NOT NULL
            BEGIN
                WHILE 1 = 1
                BEGIN
                    SET @instance = NULL;
                    SELECT TOP (1) @instance = c.capture_instance, @schema = OBJECT_SCHEMA_NAME(c.source_object_id),
                        @table = OBJECT_NAME(c.source_object_id)
                    FROM cdc.change_tables AS c
                    WHERE c.source_object_id = OBJECT_ID(N'swift_cdc.watermark', N'U') OR EXISTS
                        (SELECT 1 FROM swift_cdc.capture_instances AS i WHERE i.capture_instance = c.capture_instance)
                    ORDER BY c.capture_instance;
                    IF @instance IS NULL BREAK;
                    EXEC sys.sp_cdc_disable_table @source_schema = @schema, @source_name = @table, @capture_instance = @instance;
                END;
            END;
            """
        )
    }

    private var removeChangeDataCapture: SetupBatch {
        batch(
            "Change Data Capture of the database, where it was turned on here and no capture instance of anybody else remains; else the "
                + "retention as it was.",
            """
            DECLARE @retention bigint, @database sysname = DB_NAME();
            IF \(Self.isCaptured)
            BEGIN
                IF \(Self.wasMade("database CDC")) AND NOT EXISTS (SELECT 1 FROM cdc.change_tables)
                BEGIN
                    IF DB_ID(N'rdsadmin') IS NULL
                        EXEC sys.sp_cdc_disable_db;
                    ELSE
                        EXEC sys.sp_executesql N'EXEC msdb.dbo.rds_cdc_disable_db @database', N'@database sysname', @database;
                END
                ELSE IF \(Self.wasMade("CDC retention"))
                BEGIN
                    SELECT @retention = CONVERT(bigint, earlier_value) FROM swift_cdc.made WHERE kind = N'CDC retention';
                    EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = @retention;
                END;
            END;
            """
        )
    }

    private var removeTracking: SetupBatch {
        batch(
            "Change Tracking of the tables where it was turned on here, and of the database, where it was turned on here and no "
                + "tracked table of anybody else remains.",
            """
            DECLARE @schema sysname, @table sysname, @statement nvarchar(max);
            WHILE 1 = 1
            BEGIN
                SET @table = NULL;
                SELECT TOP (1) @schema = m.schema_name, @table = m.object_name FROM swift_cdc.made AS m
                WHERE m.kind = N'table CT' AND EXISTS (SELECT 1 FROM sys.change_tracking_tables AS c
                    WHERE c.object_id = OBJECT_ID(QUOTENAME(m.schema_name) + N'.' + QUOTENAME(m.object_name), N'U'))
                ORDER BY m.schema_name, m.object_name;
                IF @table IS NULL BREAK;
                SET @statement = N'ALTER TABLE ' + QUOTENAME(@schema) + N'.' + QUOTENAME(@table) + N' DISABLE CHANGE_TRACKING';
                EXEC (@statement);
            END;
            IF \(Self.wasMade("database CT")) AND NOT EXISTS (SELECT 1 FROM sys.change_tracking_tables)
                AND EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID())
                ALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF;
            """
        )
    }

    private var removeSnapshotIsolation: SetupBatch {
        batch(
            "SNAPSHOT isolation, where it was turned on here. Turning it off waits for all transactions that use it.",
            """
            IF \(Self.wasMade("snapshot isolation")) AND EXISTS
                (SELECT 1 FROM sys.databases WHERE database_id = DB_ID() AND snapshot_isolation_state = 1)
                ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION OFF;
            """
        )
    }

    private var removeReaders: SetupBatch {
        batch(
            "The role, with all that was granted to it; users and logins that were made here. A login that is connected cannot be "
                + "dropped (error 15434): stop the reader first, and run this again.",
            """
            DECLARE @name sysname, @statement nvarchar(max);
            IF \(Self.wasMade("role")) AND DATABASE_PRINCIPAL_ID(N'swift_cdc_reader') IS NOT NULL
            BEGIN
                WHILE 1 = 1
                BEGIN
                    SET @name = NULL;
                    SELECT TOP (1) @name = p.name FROM sys.database_role_members AS m
                    JOIN sys.database_principals AS p ON p.principal_id = m.member_principal_id
                    WHERE m.role_principal_id = DATABASE_PRINCIPAL_ID(N'swift_cdc_reader') ORDER BY p.name;
                    IF @name IS NULL BREAK;
                    SET @statement = N'ALTER ROLE swift_cdc_reader DROP MEMBER ' + QUOTENAME(@name);
                    EXEC (@statement);
                END;
                DROP ROLE swift_cdc_reader;
            END;
            WHILE 1 = 1
            BEGIN
                SET @name = NULL;
                SELECT TOP (1) @name = m.object_name FROM swift_cdc.made AS m
                WHERE m.kind = N'user' AND DATABASE_PRINCIPAL_ID(m.object_name) IS NOT NULL ORDER BY m.object_name;
                IF @name IS NULL BREAK;
                SET @statement = N'DROP USER ' + QUOTENAME(@name);
                EXEC (@statement);
            END;
            WHILE 1 = 1
            BEGIN
                SET @name = NULL;
                SELECT TOP (1) @name = m.object_name FROM swift_cdc.made AS m
                WHERE m.kind = N'login' AND SUSER_ID(m.object_name) IS NOT NULL ORDER BY m.object_name;
                IF @name IS NULL BREAK;
                SET @statement = N'DROP LOGIN ' + QUOTENAME(@name);
                EXEC (@statement);
            END;
            """
        )
    }

    private var removeObjects: SetupBatch {
        let procedures = [
            "report_position", "definition_failed", "definition_changed", "rotate", "drop_obsolete_instance",
            "capture_table",
        ]
        // The list of what was made goes last: until then the removal can be run again.
        let tables = ["readers", "definition_changes", "watermark", "capture_instances", "tables", "made"]
        let drops =
            procedures.map { "DROP PROCEDURE IF EXISTS swift_cdc.\($0);" }
            + tables.map { "DROP TABLE IF EXISTS swift_cdc.\($0);" }
        return batch(
            "The procedures, the tables and the schema.",
            (drops + ["DROP SCHEMA swift_cdc;"]).joined(separator: "\n")
        )
    }
}
