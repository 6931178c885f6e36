/// Change Tracking of the database and of tables.
extension CaptureSetup {
    var changeTracking: [SetupBatch] { [trackingDatabase, trackedTables] }

    private static let isNeeded = "EXISTS (SELECT 1 FROM swift_cdc.tables WHERE mechanism = N'CT')"

    private var trackingDatabase: SetupBatch {
        let retention = retentionMinutes.map { "\($0) MINUTES" } ?? "2 DAYS"
        let enabling =
            "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = \(retention), AUTO_CLEANUP = ON);"
        var text = """
            IF \(Self.isNeeded) AND NOT EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID())
            BEGIN
                \(Self.indented(Self.noting("database CT", enabling), by: 4))
                PRINT N'Change Tracking of the database is on now.';
            END;
            """
        if let minutes = retentionMinutes {
            text += """

                IF EXISTS (SELECT 1 FROM swift_cdc.made WHERE kind = N'database CT') AND EXISTS (
                    SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID()
                        AND NOT (retention_period = \(minutes) AND retention_period_units_desc = N'MINUTES'))
                    ALTER DATABASE CURRENT SET CHANGE_TRACKING (CHANGE_RETENTION = \(minutes) MINUTES);
                """
        }
        return SetupBatch(
            name: "Change Tracking of the database",
            purpose:
                "Change Tracking of the database, which is noted first, because no transaction holds the two together; what fails is not noted. The retention "
                + "is changed only where this script turned the tracking on.",
            text: text
        )
    }

    private var trackedTables: SetupBatch {
        SetupBatch(
            name: "Change Tracking of the tables",
            purpose:
                "Change Tracking of every table that is not tracked; with the columns, so that large values that did not "
                + "change need not be read. Tables are noted by their numbers, which stay when they are renamed. "
                + "One that fails is taken off the list, so that the next run does not stop at it.",
            text: """
                DECLARE @schema sysname, @table sysname, @id int, @statement nvarchar(max), @message nvarchar(1000);
                WHILE 1 = 1
                BEGIN
                    SET @table = NULL;
                    SELECT TOP (1) @schema = t.schema_name, @table = t.table_name, @id = \(Self.objectID("t"))
                    FROM swift_cdc.tables AS t
                    WHERE t.mechanism = N'CT' AND \(Self.objectID("t")) IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM sys.change_tracking_tables AS c WHERE c.object_id = \(Self.objectID("t")))
                    ORDER BY t.number;
                    IF @table IS NULL BREAK;
                    SET @statement = N'ALTER TABLE ' + QUOTENAME(@schema) + N'.' + QUOTENAME(@table)
                        + N' ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)';
                    BEGIN TRY
                        BEGIN TRANSACTION;
                        EXEC (@statement);
                        IF NOT EXISTS (SELECT 1 FROM swift_cdc.made WHERE kind = N'table CT' AND object_id = @id)
                            INSERT INTO swift_cdc.made (kind, schema_name, object_name, object_id)
                            VALUES (N'table CT', @schema, @table, @id);
                        COMMIT TRANSACTION;
                        SET @message = QUOTENAME(@schema) + N'.' + QUOTENAME(@table) + N' is tracked now.';
                        PRINT @message;
                    END TRY
                    \(Self.indented(Self.givingUp("CT"), by: 4))
                END;
                """
        )
    }
}
