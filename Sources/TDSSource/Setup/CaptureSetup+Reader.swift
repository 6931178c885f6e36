/// The login that reads, and what it may do.
extension CaptureSetup {
    /// Rights belong to a role, so that dropping the role takes back what was granted here and nothing that others granted.
    var readerRights: [SetupBatch] { [role, tableRights] + (login.map { [reader($0)] } ?? []) }

    private var role: SetupBatch {
        var rights = """
            GRANT VIEW DATABASE STATE TO swift_cdc_reader;
            """
        if mechanism != .changeTracking {
            rights += """

                IF SCHEMA_ID(N'cdc') IS NOT NULL
                    GRANT SELECT ON SCHEMA::cdc TO swift_cdc_reader;
                GRANT SELECT, UPDATE ON OBJECT::swift_cdc.watermark TO swift_cdc_reader;
                GRANT SELECT ON OBJECT::swift_cdc.capture_instances TO swift_cdc_reader;
                """
        }
        return SetupBatch(
            purpose:
                "A role for readers with no more rights than reading needs. The state of the database tells when the log was "
                + "last scanned.",
            text: """
                IF DATABASE_PRINCIPAL_ID(N'swift_cdc_reader') IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM swift_cdc.made WHERE kind = N'role')
                    THROW 50000, N'There is a role or user swift_cdc_reader that this script did not make. Rename or drop it first.', 1;
                IF DATABASE_PRINCIPAL_ID(N'swift_cdc_reader') IS NULL
                BEGIN
                    BEGIN TRANSACTION;
                    CREATE ROLE swift_cdc_reader AUTHORIZATION dbo;
                    \(Self.indented(Self.note("role", "N'swift_cdc_reader'"), by: 4))
                    COMMIT TRANSACTION;
                END;
                \(rights)
                """
        )
    }

    private var tableRights: SetupBatch {
        SetupBatch(
            purpose: "The rows of the tables, and of those that are tracked the changes.",
            text: """
                DECLARE @number int = 0, @name nvarchar(520), @mechanism nvarchar(3), @statement nvarchar(max);
                WHILE 1 = 1
                BEGIN
                    SET @name = NULL;
                    SELECT TOP (1) @number = t.number, @mechanism = t.mechanism,
                        @name = QUOTENAME(t.schema_name) + N'.' + QUOTENAME(t.table_name)
                    FROM swift_cdc.tables AS t WHERE t.number > @number AND \(Self.objectID("t")) IS NOT NULL
                    ORDER BY t.number;
                    IF @name IS NULL BREAK;
                    SET @statement = N'GRANT SELECT' + CASE WHEN @mechanism = N'CT' THEN N', VIEW CHANGE TRACKING' ELSE N'' END
                        + N' ON OBJECT::' + @name + N' TO swift_cdc_reader';
                    EXEC (@statement);
                END;
                """
        )
    }

    private func reader(_ login: String) -> SetupBatch {
        SetupBatch(
            purpose:
                "The login, its user and its place in the role; who is there already is only put into the role. In Azure SQL "
                + "Database it is a user with a password of its own. The owner of the database needs no role.",
            text: """
                DECLARE @login sysname = \(ScriptText.literal(login)), @password nvarchar(128) = \(SetupScript.placeholder);
                DECLARE @user sysname, @statement nvarchar(max);
                DECLARE @is_azure bit = CASE WHEN CONVERT(int, SERVERPROPERTY('EngineEdition')) IN (\(ServerPlatform.azureDatabaseEditions.map(String.init).joined(separator: ", "))) THEN 1 ELSE 0 END;
                IF @is_azure = 1
                    SELECT @user = name FROM sys.database_principals WHERE name = @login AND type = 'S';
                ELSE
                    SELECT @user = name FROM sys.database_principals WHERE sid = SUSER_SID(@login);
                IF @user IS NULL AND DATABASE_PRINCIPAL_ID(@login) IS NOT NULL
                    THROW 50000, N'A user or role of the name of the login exists, and is not the user of that login. Give the login another name, or tie the two with ALTER USER.', 1;
                IF ISNULL(@password, N'') = N'' AND @user IS NULL AND (@is_azure = 1 OR SUSER_ID(@login) IS NULL)
                    THROW 50000, N'The login does not exist yet, so it needs a password: set the variable \(SetupScript.passwordVariable) of the environment.', 1;
                IF @is_azure = 0 AND SUSER_ID(@login) IS NULL
                BEGIN
                    SET @statement = N'CREATE LOGIN ' + QUOTENAME(@login) + N' WITH PASSWORD = N' + QUOTENAME(@password, N'''');
                    BEGIN TRANSACTION;
                    EXEC (@statement);
                    \(Self.indented(Self.note("login", "@login"), by: 4))
                    COMMIT TRANSACTION;
                END;
                IF @user IS NULL
                BEGIN
                    SET @statement = N'CREATE USER ' + QUOTENAME(@login) + CASE WHEN @is_azure = 1
                        THEN N' WITH PASSWORD = N' + QUOTENAME(@password, N'''') ELSE N' FOR LOGIN ' + QUOTENAME(@login) END;
                    SET @user = @login;
                    BEGIN TRANSACTION;
                    EXEC (@statement);
                    \(Self.indented(Self.note("user", "@user"), by: 4))
                    COMMIT TRANSACTION;
                END;
                IF @user <> N'dbo'
                BEGIN
                    SET @statement = N'ALTER ROLE swift_cdc_reader ADD MEMBER ' + QUOTENAME(@user);
                    EXEC (@statement);
                END;
                """
        )
    }
}
