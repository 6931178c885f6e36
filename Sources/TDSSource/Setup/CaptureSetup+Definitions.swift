/// What follows `ALTER TABLE`: a trigger of the database, an audit table, and the rotation of capture instances.
///
/// A capture instance does not learn of new columns. So the trigger makes a second one within the transaction of the `ALTER
/// TABLE`: no row can be written in between.
extension CaptureSetup {
    var definitionSupport: [SetupBatch] {
        [
            definitionTables, dropObsoleteInstance, rotate, definitionChanged, definitionFailed, reportPosition,
            callers, trigger,
        ]
    }

    private var definitionTables: SetupBatch {
        SetupBatch(
            name: "the audit of changed definitions",
            purpose:
                "The audit of changed definitions, and how far each reader is: an older capture instance may go when every reader "
                + "has read the first changes that the newer one has, too. A reader that is gone for good holds it up; delete its row then.",
            text: """
                IF OBJECT_ID(N'swift_cdc.definition_changes', N'U') IS NULL
                    CREATE TABLE swift_cdc.definition_changes (
                        number bigint IDENTITY NOT NULL PRIMARY KEY,
                        noted_at datetime2(3) NOT NULL DEFAULT SYSUTCDATETIME(),
                        login_name sysname NULL,
                        event_type sysname NULL,
                        schema_name sysname NULL,
                        table_name sysname NULL,
                        command nvarchar(max) NULL,
                        outcome nvarchar(20) NOT NULL,
                        error_number int NULL,
                        error_message nvarchar(2048) NULL);
                IF OBJECT_ID(N'swift_cdc.readers', N'U') IS NULL
                    CREATE TABLE swift_cdc.readers (
                        reader sysname NOT NULL PRIMARY KEY,
                        position binary(10) NOT NULL,
                        reported_at datetime2(3) NOT NULL);
                """
        )
    }

    private var dropObsoleteInstance: SetupBatch {
        SetupBatch(
            name: "procedure drop_obsolete_instance",
            purpose:
                "A procedure that drops the older of two capture instances, where both were made here and nobody needs it any more. "
                + "Changes that the transaction of the ALTER TABLE made before it are in the older one alone, and that transaction "
                + "may end after the beginning of the newer one. It is at the latest the first one from there on that the older one "
                + "has changes of; so the older one goes when every reader is past that. Where the table is idle, it goes when every "
                + "reader is past a transaction that ended more than an hour after both were seen: the hour that clocks go back by. A "
                + "newer one of somebody else need not have what the older one has.",
            text: """
                CREATE OR ALTER PROCEDURE swift_cdc.drop_obsolete_instance @schema sysname, @table sysname AS
                BEGIN
                    SET NOCOUNT ON;
                    DECLARE @id int = OBJECT_ID(QUOTENAME(@schema) + N'.' + QUOTENAME(@table), N'U');
                    DECLARE @older sysname, @newer sysname, @start binary(10), @first binary(10), @statement nvarchar(max),
                        @seen datetime;
                    IF (SELECT COUNT(*) FROM cdc.change_tables WHERE source_object_id = @id) < 2 RETURN;
                    SELECT TOP (1) @older = capture_instance FROM cdc.change_tables WHERE source_object_id = @id
                    ORDER BY create_date, start_lsn;
                    SELECT TOP (1) @newer = capture_instance, @start = start_lsn FROM cdc.change_tables WHERE source_object_id = @id
                    ORDER BY create_date DESC, start_lsn DESC;
                    IF NOT EXISTS (SELECT 1 FROM swift_cdc.capture_instances WHERE capture_instance = @older) RETURN;
                    IF NOT EXISTS (SELECT 1 FROM swift_cdc.capture_instances WHERE capture_instance = @newer) RETURN;
                    SELECT @seen = seen_at FROM swift_cdc.capture_instances WHERE capture_instance = @newer;
                    -- Without a beginning the newer one is not established yet.
                    IF @start IS NULL OR @start = 0x00000000000000000000 RETURN;
                    IF NOT EXISTS (SELECT 1 FROM swift_cdc.readers) RETURN;
                    SET @statement = N'SELECT @first = MIN(__$start_lsn) FROM cdc.' + QUOTENAME(@older + N'_CT')
                        + N' WHERE __$start_lsn >= @start';
                    EXEC sys.sp_executesql @statement, N'@start binary(10), @first binary(10) OUTPUT', @start, @first OUTPUT;
                    IF (@first IS NULL OR EXISTS (SELECT 1 FROM swift_cdc.readers WHERE position < @first))
                        AND (@seen IS NULL OR EXISTS (SELECT 1 FROM swift_cdc.readers AS r
                            WHERE ISNULL(sys.fn_cdc_map_lsn_to_time(r.position), @seen) <= DATEADD(minute, 61, @seen))) RETURN;
                    EXEC sys.sp_cdc_disable_table @source_schema = @schema, @source_name = @table, @capture_instance = @older;
                END;
                """
        )
    }

    private var rotate: SetupBatch {
        SetupBatch(
            name: "procedure rotate",
            purpose:
                "A procedure that makes a second capture instance of a table that has columns younger than its newest instance, where "
                + "that was made here: what others capture, and who may read it, is for them to say. SQL Server allows two; where "
                + "both are in use the table is put down as pending, and values of the new column that are written until then are "
                + "only had by a full refresh.",
            text: """
                CREATE OR ALTER PROCEDURE swift_cdc.rotate @schema sysname, @table sysname, @outcome nvarchar(20) OUTPUT AS
                BEGIN
                    SET NOCOUNT ON;
                    DECLARE @id int = OBJECT_ID(QUOTENAME(@schema) + N'.' + QUOTENAME(@table), N'U');
                    DECLARE @newest int, @instance sysname;
                    SELECT TOP (1) @newest = object_id, @instance = capture_instance FROM cdc.change_tables
                    WHERE source_object_id = @id ORDER BY create_date DESC, start_lsn DESC;
                    SET @outcome = N'not captured';
                    IF @newest IS NULL RETURN;
                    SET @outcome = N'captured by others';
                    IF NOT EXISTS (SELECT 1 FROM swift_cdc.capture_instances WHERE capture_instance = @instance) RETURN;
                    SET @outcome = N'no new column';
                    -- Numbers of columns only rise, so a younger column has a higher number than all that are captured.
                    IF NOT EXISTS (SELECT 1 FROM sys.columns AS c WHERE c.object_id = @id AND c.is_computed = 0 AND c.column_id >
                            (SELECT MAX(k.column_id) FROM cdc.captured_columns AS k WHERE k.object_id = @newest)) RETURN;
                    IF (SELECT COUNT(*) FROM cdc.change_tables WHERE source_object_id = @id) > 1
                        EXEC swift_cdc.drop_obsolete_instance @schema, @table;
                    IF (SELECT COUNT(*) FROM cdc.change_tables WHERE source_object_id = @id) > 1
                    BEGIN
                        UPDATE swift_cdc.tables SET pending_since = ISNULL(pending_since, SYSUTCDATETIME())
                        WHERE schema_name = @schema AND table_name = @table AND mechanism = N'CDC';
                        SET @outcome = N'pending';
                        RETURN;
                    END;
                    EXEC swift_cdc.capture_table @schema, @table;
                    UPDATE swift_cdc.tables SET pending_since = NULL
                    WHERE schema_name = @schema AND table_name = @table AND mechanism = N'CDC';
                    SET @outcome = N'captured';
                END;
                """
        )
    }

    private var definitionChanged: SetupBatch {
        SetupBatch(
            name: "procedure definition_changed",
            purpose:
                "A procedure for the trigger, with the rights of the owner, because whoever alters a table need not have a right "
                + "here. Everybody may call it: it does nothing that an event which did not happen could make it do, but note it. A "
                + "reader that holds a lock must not hold up the statement for long, so locks are waited for five seconds. "
                + "A table that was renamed since is known by its number.",
            text: """
                CREATE OR ALTER PROCEDURE swift_cdc.definition_changed @event xml WITH EXECUTE AS OWNER AS
                BEGIN
                    SET NOCOUNT ON;
                    SET LOCK_TIMEOUT 5000;
                    DECLARE @schema sysname = @event.value('(/EVENT_INSTANCE/SchemaName)[1]', 'nvarchar(128)');
                    DECLARE @table sysname = @event.value('(/EVENT_INSTANCE/ObjectName)[1]', 'nvarchar(128)');
                    DECLARE @outcome nvarchar(20) = N'noted';
                    UPDATE t SET schema_name = @schema, table_name = @table FROM swift_cdc.tables AS t
                    WHERE t.object_id = OBJECT_ID(QUOTENAME(@schema) + N'.' + QUOTENAME(@table), N'U')
                        AND (t.schema_name <> @schema OR t.table_name <> @table)
                        AND NOT EXISTS (SELECT 1 FROM swift_cdc.tables AS o WHERE o.schema_name = @schema
                            AND o.table_name = @table AND o.mechanism = t.mechanism);
                    IF NOT EXISTS (SELECT 1 FROM swift_cdc.tables WHERE schema_name = @schema AND table_name = @table) RETURN;
                    IF EXISTS (SELECT 1 FROM swift_cdc.tables
                            WHERE schema_name = @schema AND table_name = @table AND mechanism = N'CDC')
                        EXEC swift_cdc.rotate @schema, @table, @outcome OUTPUT;
                    INSERT INTO swift_cdc.definition_changes (login_name, event_type, schema_name, table_name, command, outcome)
                    VALUES (@event.value('(/EVENT_INSTANCE/LoginName)[1]', 'nvarchar(128)'),
                        @event.value('(/EVENT_INSTANCE/EventType)[1]', 'nvarchar(128)'), @schema, @table,
                        @event.value('(/EVENT_INSTANCE/TSQLCommand/CommandText)[1]', 'nvarchar(max)'), @outcome);
                END;
                """
        )
    }

    private var definitionFailed: SetupBatch {
        SetupBatch(
            name: "procedure definition_failed",
            purpose:
                "A procedure that notes why the trigger could not do its work. Everybody may call it, because anybody's statement may "
                + "have set off the trigger; so what it notes is a hint, and no proof.",
            text: """
                CREATE OR ALTER PROCEDURE swift_cdc.definition_failed @event xml, @number int, @message nvarchar(2048)
                WITH EXECUTE AS OWNER AS
                BEGIN
                    SET NOCOUNT ON;
                    SET LOCK_TIMEOUT 5000;
                    INSERT INTO swift_cdc.definition_changes
                        (login_name, event_type, schema_name, table_name, command, outcome, error_number, error_message)
                    VALUES (@event.value('(/EVENT_INSTANCE/LoginName)[1]', 'nvarchar(128)'),
                        @event.value('(/EVENT_INSTANCE/EventType)[1]', 'nvarchar(128)'),
                        @event.value('(/EVENT_INSTANCE/SchemaName)[1]', 'nvarchar(128)'),
                        @event.value('(/EVENT_INSTANCE/ObjectName)[1]', 'nvarchar(128)'),
                        @event.value('(/EVENT_INSTANCE/TSQLCommand/CommandText)[1]', 'nvarchar(max)'),
                        N'failed', @number, @message);
                END;
                """
        )
    }

    private var reportPosition: SetupBatch {
        SetupBatch(
            name: "procedure report_position",
            purpose:
                "A procedure by which a reader says how far it is; with 0 that it is there, before it has read anything. Capture "
                + "instances that nobody needs any more are dropped then, and tables that were pending get theirs. A reader is a login: two that use the same login "
                + "would speak for each other.",
            text: """
                CREATE OR ALTER PROCEDURE swift_cdc.report_position @position binary(10) WITH EXECUTE AS OWNER AS
                BEGIN
                    SET NOCOUNT ON;
                    SET LOCK_TIMEOUT 5000;
                    DECLARE @number int = 0, @schema sysname, @table sysname, @pending datetime2(3), @outcome nvarchar(20);
                    IF NOT EXISTS (SELECT 1 FROM swift_cdc.readers WHERE reader = ORIGINAL_LOGIN())
                        INSERT INTO swift_cdc.readers (reader, position, reported_at)
                        VALUES (ORIGINAL_LOGIN(), @position, SYSUTCDATETIME());
                    IF @position = 0x00000000000000000000 RETURN;
                    UPDATE swift_cdc.readers SET position = @position, reported_at = SYSUTCDATETIME()
                    WHERE reader = ORIGINAL_LOGIN();
                    WHILE 1 = 1
                    BEGIN
                        SET @table = NULL;
                        SELECT TOP (1) @number = t.number, @schema = t.schema_name, @table = t.table_name, @pending = t.pending_since
                        FROM swift_cdc.tables AS t
                        WHERE t.number > @number AND t.mechanism = N'CDC' AND (t.pending_since IS NOT NULL OR
                            (SELECT COUNT(*) FROM cdc.change_tables AS c WHERE c.source_object_id = \(Self.objectID("t"))) > 1)
                        ORDER BY t.number;
                        IF @table IS NULL BREAK;
                        -- What is seen here is committed.
                        UPDATE swift_cdc.capture_instances SET seen_at = GETDATE() WHERE seen_at IS NULL;
                        EXEC swift_cdc.drop_obsolete_instance @schema, @table;
                        IF @pending IS NOT NULL
                            EXEC swift_cdc.rotate @schema, @table, @outcome OUTPUT;
                    END;
                END;
                """
        )
    }

    private var callers: SetupBatch {
        SetupBatch(
            name: "rights to the procedures",
            purpose: "Who may call them.",
            text: """
                GRANT EXECUTE ON OBJECT::swift_cdc.definition_changed TO public;
                GRANT EXECUTE ON OBJECT::swift_cdc.definition_failed TO public;
                GRANT EXECUTE ON OBJECT::swift_cdc.report_position TO swift_cdc_reader;
                GRANT SELECT ON OBJECT::swift_cdc.definition_changes TO swift_cdc_reader;
                """
        )
    }

    private var trigger: SetupBatch {
        SetupBatch(
            name: "the trigger",
            purpose:
                "The trigger. Whatever goes wrong within is caught, what was half done is undone up to the savepoint, and the ALTER "
                + "TABLE goes on. The work is in procedures, because a missing object is an error that only the caller of a procedure "
                + "can catch; so is an owner that the server does not know (errors 15404, 15517). What cannot be caught: an error that "
                + "dooms the transaction although XACT_ABORT is off (deadlock victim, full log, a lost connection, a severity of 20 and "
                + "more), and an attention. No name of another database is in it (error 40515 in Azure SQL Database). To be rid of it: "
                + "DROP TRIGGER swift_cdc_definition_changed ON DATABASE.",
            text: """
                CREATE OR ALTER TRIGGER swift_cdc_definition_changed ON DATABASE FOR ALTER_TABLE AS
                BEGIN
                    SET NOCOUNT ON;
                    SET XACT_ABORT OFF;
                    -- Reading XML needs these, and the session may have other ones (error 1934).
                    SET ANSI_PADDING ON;
                    SET ANSI_WARNINGS ON;
                    SET ARITHABORT ON;
                    SET CONCAT_NULL_YIELDS_NULL ON;
                    SET NUMERIC_ROUNDABORT OFF;
                    DECLARE @event xml, @number int, @message nvarchar(2048);
                    BEGIN TRY
                        SAVE TRANSACTION swift_cdc_definition;
                        SET @event = EVENTDATA();
                        EXEC swift_cdc.definition_changed @event;
                    END TRY
                    BEGIN CATCH
                        SELECT @number = ERROR_NUMBER(), @message = ERROR_MESSAGE();
                        BEGIN TRY
                            -- A doomed transaction (-1) can only be rolled back, and that is not ours to do.
                            IF XACT_STATE() = 1
                            BEGIN
                                ROLLBACK TRANSACTION swift_cdc_definition;
                                EXEC swift_cdc.definition_failed @event, @number, @message;
                            END;
                        END TRY
                        BEGIN CATCH
                            PRINT N'swift_cdc could not follow this statement: ' + @message;
                        END CATCH;
                    END CATCH;
                END;
                """
        )
    }
}
