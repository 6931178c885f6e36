/// Change Data Capture of the database and of tables.
extension CaptureSetup {
    var changeDataCapture: [SetupBatch] {
        [enabledDatabase, captureTable, watermark, capturedTables] + (retention == nil ? [] : [cleanup])
    }

    /// With `automatic` nothing is enabled that no table needs.
    private static let isNeeded = "EXISTS (SELECT 1 FROM swift_cdc.tables WHERE mechanism = N'CDC')"

    private static let enabling = """
        IF DB_ID(N'rdsadmin') IS NULL
            EXEC sys.sp_cdc_enable_db;
        ELSE
            EXEC sys.sp_executesql N'EXEC msdb.dbo.rds_cdc_enable_db @database', N'@database sysname', @database;
        """

    private var enabledDatabase: SetupBatch {
        SetupBatch(
            name: "Change Data Capture of the database",
            purpose:
                "Change Data Capture of the database. Amazon RDS has a procedure of its own for it. It is noted first: no transaction "
                + "holds the two together, and what fails is not noted.",
            text: """
                IF \(Self.isNeeded) AND EXISTS (SELECT 1 FROM sys.databases WHERE name = DB_NAME() AND is_cdc_enabled = 0)
                BEGIN
                    IF CONVERT(int, SERVERPROPERTY('EngineEdition')) = \(ServerPlatform.fabricDatabaseEdition)
                        THROW 50000, N'A SQL database in Fabric has no Change Data Capture (error 22607); choose Change Tracking.', 1;
                    \(Self.indented(Self.noting("database CDC", Self.enabling), by: 4))
                    PRINT N'Change Data Capture of the database is on now.';
                END;
                """
        )
    }

    private var captureTable: SetupBatch {
        SetupBatch(
            name: "procedure capture_table",
            purpose:
                "A procedure that makes a capture instance of a table, under a name that no instance had before, and remembers the "
                + "name first, so that the removal knows it. A name has at most 100 characters (error 22927); one that is longer, or would have to be quoted, gives way to the number of the "
                + "table. Net changes are not supported, because they cost an index more and nobody reads them.",
            text: """
                CREATE OR ALTER PROCEDURE swift_cdc.capture_table @schema sysname, @table sysname AS
                BEGIN
                    SET NOCOUNT ON;
                    DECLARE @stem nvarchar(300) = N'\(Self.instancePrefix)' + @schema + N'_' + @table;
                    IF LEN(@stem) > 85 OR @stem COLLATE Latin1_General_BIN2 LIKE N'%[^A-Za-z0-9_]%'
                        SET @stem = N'\(Self.instancePrefix)'
                            + CONVERT(nvarchar(11), OBJECT_ID(QUOTENAME(@schema) + N'.' + QUOTENAME(@table), N'U'));
                    DECLARE @number int =
                        1 + ISNULL((SELECT MAX(number) FROM swift_cdc.capture_instances WHERE stem = @stem), 0);
                    WHILE EXISTS (SELECT 1 FROM cdc.change_tables
                            WHERE capture_instance = @stem + N'_' + CONVERT(nvarchar(11), @number))
                        SET @number += 1;
                    DECLARE @instance sysname = @stem + N'_' + CONVERT(nvarchar(11), @number);
                    INSERT INTO swift_cdc.capture_instances (capture_instance, stem, number, schema_name, table_name)
                    VALUES (@instance, @stem, @number, @schema, @table);
                    EXEC sys.sp_cdc_enable_table @source_schema = @schema, @source_name = @table,
                        @capture_instance = @instance, @role_name = NULL, @supports_net_changes = 0;
                END;
                """
        )
    }

    private var watermark: SetupBatch {
        SetupBatch(
            name: "the watermark",
            purpose:
                "The capture instances that are made here. And the watermark: a captured table of one row. A reader writes to it "
                + "and waits until what it wrote is captured: then everything that was committed before is captured, too.",
            text: """
                IF OBJECT_ID(N'swift_cdc.capture_instances', N'U') IS NULL
                    CREATE TABLE swift_cdc.capture_instances (
                        capture_instance sysname NOT NULL PRIMARY KEY,
                        stem nvarchar(90) NOT NULL,
                        number int NOT NULL,
                        schema_name sysname NOT NULL,
                        table_name sysname NOT NULL,
                        made_at datetime2(3) NOT NULL DEFAULT SYSUTCDATETIME(),
                        seen_at datetime NULL);
                IF OBJECT_ID(N'swift_cdc.watermark', N'U') IS NULL
                    CREATE TABLE swift_cdc.watermark (
                        id tinyint NOT NULL PRIMARY KEY CHECK (id = 1),
                        marker uniqueidentifier NOT NULL,
                        written_at datetime2(3) NOT NULL);
                IF NOT EXISTS (SELECT 1 FROM swift_cdc.watermark)
                    INSERT INTO swift_cdc.watermark (id, marker, written_at) VALUES (1, NEWID(), SYSUTCDATETIME());
                IF \(Self.isNeeded)
                BEGIN
                    IF NOT EXISTS (SELECT 1 FROM cdc.change_tables WHERE capture_instance = N'swift_cdc_watermark')
                        EXEC sys.sp_cdc_enable_table @source_schema = N'swift_cdc', @source_name = N'watermark',
                            @capture_instance = N'swift_cdc_watermark', @role_name = NULL, @supports_net_changes = 0;
                END;
                """
        )
    }

    private var capturedTables: SetupBatch {
        SetupBatch(
            name: "capture instances of the tables",
            purpose:
                "A capture instance for every table that has none. A table that fails is taken off the list, so that the next run "
                + "does not stop at it.",
            text: """
                DECLARE @schema sysname, @table sysname, @message nvarchar(1000), @number int = 0;
                WHILE \(Self.isNeeded)
                BEGIN
                    SET @message = NULL;
                    SELECT TOP (1) @number = t.number, @message = QUOTENAME(t.schema_name) + N'.' + QUOTENAME(t.table_name)
                        + N' is captured by others and left alone; ALTER TABLE of it is noted and not followed.'
                    FROM swift_cdc.tables AS t
                    WHERE t.number > @number AND t.mechanism = N'CDC' AND \(Self.isOfOthers)
                    ORDER BY t.number;
                    IF @message IS NULL BREAK;
                    PRINT @message;
                END;
                WHILE \(Self.isNeeded)
                BEGIN
                    SET @table = NULL;
                    SELECT TOP (1) @schema = t.schema_name, @table = t.table_name FROM swift_cdc.tables AS t
                    WHERE t.mechanism = N'CDC' AND \(Self.objectID("t")) IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM cdc.change_tables AS c WHERE c.source_object_id = \(Self.objectID("t")))
                    ORDER BY t.number;
                    IF @table IS NULL BREAK;
                    BEGIN TRY
                        EXEC swift_cdc.capture_table @schema, @table;
                        SET @message = QUOTENAME(@schema) + N'.' + QUOTENAME(@table) + N' is captured now.';
                        PRINT @message;
                    END TRY
                    \(Self.indented(Self.givingUp("CDC"), by: 4))
                END;
                """
        )
    }

    /// Whether the capture instance `c` was not made here.
    private static let isForeign = """
        c.source_object_id <> OBJECT_ID(N'swift_cdc.watermark', N'U') AND NOT EXISTS
            (SELECT 1 FROM swift_cdc.capture_instances AS i WHERE i.capture_instance = c.capture_instance)
        """

    /// Whether the table `t` has a capture instance that was not made here, and none that was.
    private static let isOfOthers = """
        EXISTS (SELECT 1 FROM cdc.change_tables AS c WHERE c.source_object_id = \(objectID("t")))
            AND NOT EXISTS (SELECT 1 FROM cdc.change_tables AS c
                JOIN swift_cdc.capture_instances AS i ON i.capture_instance = c.capture_instance
                WHERE c.source_object_id = \(objectID("t")))
        """

    /// Sets `@current` to how many minutes the clean-up job keeps changes; to NULL where there is none.
    static let currentRetention = """
        IF OBJECT_ID(N'cdc.cdc_jobs') IS NOT NULL
            EXEC sys.sp_executesql N'SELECT @current = retention FROM cdc.cdc_jobs WHERE job_type = N''cleanup''',
                N'@current bigint OUTPUT', @current = @current OUTPUT;
        ELSE
            EXEC sys.sp_executesql N'SELECT @current = retention FROM msdb.dbo.cdc_jobs
                WHERE job_type = N''cleanup'' AND database_id = DB_ID()',
                N'@current bigint OUTPUT', @current = @current OUTPUT;
        """

    private var cleanup: SetupBatch {
        SetupBatch(
            name: "how long changes are kept",
            purpose:
                "How long changes are kept. Jobs are listed in the database itself in Azure SQL Database, in msdb elsewhere; the "
                + "name of msdb stands in a text, because Azure refuses names of other databases (error 40515). What it was before and "
                + "what it became are remembered for the removal, which leaves alone what somebody else changed since. "
                + "The job cleans up the change tables of all, so where others have some the time is not shortened.",
            text: """
                DECLARE @retention bigint = \(retentionMinutes ?? 0), @current bigint;
                IF \(Self.isNeeded)
                BEGIN
                    \(Self.indented(Self.currentRetention, by: 4))
                    IF @current IS NULL
                        THROW 50000, N'No clean-up job is known of this database, so the retention cannot be set. EXEC sys.sp_cdc_add_job @job_type = N''cleanup'' makes one; run this again then.', 1;
                    IF @retention < @current AND EXISTS (SELECT 1 FROM cdc.change_tables AS c WHERE \(Self.isForeign))
                        THROW 50000, N'Others have capture instances in this database, whose changes would be kept for a shorter time, too. Give a longer retention or none, or let them change it with sys.sp_cdc_change_job.', 1;
                    IF @current <> @retention
                    BEGIN
                        DELETE FROM swift_cdc.made
                        WHERE kind = N'CDC retention' AND new_value <> CONVERT(nvarchar(20), @current);
                        IF NOT EXISTS (SELECT 1 FROM swift_cdc.made WHERE kind = N'CDC retention')
                            INSERT INTO swift_cdc.made (kind, object_name, earlier_value)
                            VALUES (N'CDC retention', N'cleanup', CONVERT(nvarchar(20), @current));
                        UPDATE swift_cdc.made SET new_value = CONVERT(nvarchar(20), @retention)
                        WHERE kind = N'CDC retention';
                        EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = @retention;
                    END;
                END;
                """
        )
    }
}
