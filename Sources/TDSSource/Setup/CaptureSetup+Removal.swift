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
    private func batch(_ name: String, _ purpose: String, _ text: String) -> SetupBatch {
        SetupBatch(
            name: name,
            purpose: purpose,
            text: """
                IF OBJECT_ID(N'swift_cdc.made', N'U') IS NOT NULL
                BEGIN
                    \(Self.indented(text, by: 4))
                END;
                """
        )
    }

    private static let isCaptured =
        "EXISTS (SELECT 1 FROM sys.databases WHERE name = DB_NAME() AND is_cdc_enabled = 1)"

    private static func wasMade(_ kind: String) -> String {
        "EXISTS (SELECT 1 FROM swift_cdc.made WHERE kind = N'\(kind)')"
    }

    private var removeTrigger: SetupBatch {
        batch(
            "the trigger",
            "The trigger goes first, so that nothing here sets it off.",
            """
            IF EXISTS (SELECT 1 FROM sys.triggers WHERE parent_class = 0 AND name = N'swift_cdc_definition_changed')
                DROP TRIGGER swift_cdc_definition_changed ON DATABASE;
            """
        )
    }

    private var removeInstances: SetupBatch {
        batch(
            "capture instances",
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
            "Change Data Capture of the database",
            "Change Data Capture of the database, where it was turned on here and no capture instance of anybody else remains; else the "
                + "retention as it was, if it is still what was set here.",
            """
            DECLARE @retention bigint, @current bigint, @database sysname = DB_NAME();
            IF \(Self.isCaptured)
            BEGIN
                IF \(Self.wasMade("database CDC")) AND EXISTS (SELECT 1 FROM cdc.change_tables)
                    PRINT N'Change Data Capture of the database stays on: others have capture instances.';
                IF \(Self.wasMade("database CDC")) AND NOT EXISTS (SELECT 1 FROM cdc.change_tables)
                BEGIN
                    IF DB_ID(N'rdsadmin') IS NULL
                        EXEC sys.sp_cdc_disable_db;
                    ELSE
                        EXEC sys.sp_executesql N'EXEC msdb.dbo.rds_cdc_disable_db @database', N'@database sysname', @database;
                END
                ELSE IF \(Self.wasMade("CDC retention"))
                BEGIN
                    \(Self.indented(Self.currentRetention, by: 8))
                    SELECT @retention = CONVERT(bigint, earlier_value) FROM swift_cdc.made
                    WHERE kind = N'CDC retention' AND new_value = CONVERT(nvarchar(20), @current);
                    IF @retention IS NOT NULL
                        EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = @retention;
                END;
            END;
            """
        )
    }

    private var removeTracking: SetupBatch {
        batch(
            "Change Tracking",
            "Change Tracking of the tables where it was turned on here, and of the database, where it was turned on here and no "
                + "tracked table of anybody else remains.",
            """
            DECLARE @table int, @statement nvarchar(max);
            WHILE 1 = 1
            BEGIN
                SELECT @table = MIN(m.object_id) FROM swift_cdc.made AS m
                JOIN sys.change_tracking_tables AS c ON c.object_id = m.object_id WHERE m.kind = N'table CT';
                IF @table IS NULL BREAK;
                SET @statement = N'ALTER TABLE ' + QUOTENAME(OBJECT_SCHEMA_NAME(@table)) + N'.' + QUOTENAME(OBJECT_NAME(@table))
                    + N' DISABLE CHANGE_TRACKING';
                EXEC (@statement);
            END;
            IF \(Self.wasMade("database CT")) AND EXISTS (SELECT 1 FROM sys.change_tracking_tables)
                PRINT N'Change Tracking of the database stays on: others have tracked tables.';
            IF \(Self.wasMade("database CT")) AND NOT EXISTS (SELECT 1 FROM sys.change_tracking_tables)
                AND EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID())
                ALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF;
            """
        )
    }

    private var removeSnapshotIsolation: SetupBatch {
        batch(
            "SNAPSHOT isolation",
            "SNAPSHOT isolation, where it was turned on here, although others may use it since: their SNAPSHOT transactions fail then "
                + "(error 3952). Turning it off waits for all open transactions, without end.",
            """
            IF \(Self.wasMade("snapshot isolation")) AND EXISTS
                (SELECT 1 FROM sys.databases WHERE name = DB_NAME() AND snapshot_isolation_state = 1)
                ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION OFF;
            """
        )
    }

    private var removeReaders: SetupBatch {
        batch(
            "role, users and logins",
            "The role, with all that was granted to it; users and logins that were made here, known again by their SIDs, but for a login "
                + "that has a user in another database, or may have one in a database that cannot be looked into. A login that is connected cannot be dropped (error 15434): stop the reader first, and run "
                + "this again.",
            """
            DECLARE @name sysname, @database int, @other sysname, @is_used bit, @reason nvarchar(600), @statement nvarchar(max);
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
                JOIN sys.database_principals AS p ON p.name = m.object_name
                WHERE m.kind = N'user' AND CONVERT(nvarchar(180), p.sid, 1) = m.new_value ORDER BY m.object_name;
                IF @name IS NULL BREAK;
                SET @statement = N'DROP USER ' + QUOTENAME(@name);
                EXEC (@statement);
            END;
            WHILE 1 = 1
            BEGIN
                SET @name = NULL;
                SELECT TOP (1) @name = m.object_name FROM swift_cdc.made AS m
                WHERE m.kind = N'login' AND SUSER_ID(m.object_name) IS NOT NULL
                    AND CONVERT(nvarchar(180), SUSER_SID(m.object_name), 1) = m.new_value ORDER BY m.object_name;
                IF @name IS NULL BREAK;
                SELECT @database = 0, @reason = NULL;
                WHILE @reason IS NULL
                BEGIN
                    SELECT @other = NULL, @is_used = 0;
                    -- Nobody but the provider gets into rdsadmin, and only administrators into model.
                    SELECT TOP (1) @database = database_id, @other = name FROM sys.databases
                    WHERE database_id > @database AND database_id <> DB_ID() AND name NOT IN (N'model', N'rdsadmin')
                    ORDER BY database_id;
                    IF @other IS NULL BREAK;
                    IF ISNULL(HAS_DBACCESS(@other), 0) = 0
                        SET @reason = N'it may have a user in database ' + QUOTENAME(@other) + N', which cannot be looked into.';
                    ELSE
                    BEGIN
                        SET @statement = N'IF EXISTS (SELECT 1 FROM ' + QUOTENAME(@other)
                            + N'.sys.database_principals WHERE sid = SUSER_SID(@login)) SET @is_used = 1';
                        EXEC sys.sp_executesql @statement, N'@login sysname, @is_used bit OUTPUT', @name, @is_used OUTPUT;
                        IF @is_used = 1 SET @reason = N'it has a user in database ' + QUOTENAME(@other) + N'.';
                    END;
                END;
                IF @reason IS NOT NULL
                BEGIN
                    SET @reason = N'The login ' + QUOTENAME(@name) + N' is kept: ' + @reason;
                    PRINT @reason;
                    DELETE FROM swift_cdc.made WHERE kind = N'login' AND object_name = @name;
                END
                ELSE
                BEGIN
                    SET @statement = N'DROP LOGIN ' + QUOTENAME(@name);
                    EXEC (@statement);
                END;
            END;
            """
        )
    }

    private var removeObjects: SetupBatch {
        let procedures = [
            "report_position", "definition_failed", "definition_changed", "rotate", "drop_obsolete_instance",
            "capture_table",
        ]
        let tables = ["readers", "definition_changes", "watermark", "capture_instances", "tables", "made"]
        let drops =
            procedures.map { "DROP PROCEDURE IF EXISTS swift_cdc.\($0);" }
            + tables.map { "DROP TABLE IF EXISTS swift_cdc.\($0);" }
        return batch(
            "schema swift_cdc",
            "The procedures, the tables and the schema: all of them or none, so that the removal can be run again where somebody "
                + "else has put something into the schema (error 3729).",
            (["BEGIN TRANSACTION;"] + drops + ["DROP SCHEMA swift_cdc;", "COMMIT TRANSACTION;"]).joined(separator: "\n")
        )
    }
}
