/// The login that reads, and what it may do.
extension CaptureSetup {
    /// Rights belong to a role, so that dropping the role takes back what was granted here and nothing that others granted.
    var readerRights: [SetupBatch] { [role, tableRights] + (login.map(reader) ?? []) }

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
            name: "role swift_cdc_reader",
            purpose:
                "A role for readers, with what reading needs. That is the whole schema cdc where changes are captured, because capture "
                + "instances come and go: so a reader may read the change tables of others, too, also those that a role gates. The "
                + "state of the database tells when the log was last scanned.",
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
            name: "rights to the tables",
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

    private func reader(_ login: String) -> [SetupBatch] {
        let names = """
            DECLARE @login sysname = \(ScriptText.literal(login)), @user sysname, @statement nvarchar(max);
            \(Self.isAzure)
            IF @is_azure = 1
                SELECT @user = name FROM sys.database_principals WHERE name = @login AND type = 'S';
            ELSE
                SELECT @user = name FROM sys.database_principals WHERE sid = SUSER_SID(@login);
            """
        return [
            SetupBatch(
                name: "the login and its user",
                purpose:
                    "What is about to be made is noted first, without the SID, by which the removal knows it again: what is noted of a "
                    + "login or user with another SID, or with none, is not of the one that is there.",
                text: """
                    \(names)
                    IF @user IS NULL AND DATABASE_PRINCIPAL_ID(@login) IS NOT NULL
                        THROW 50000, N'A user or role of the name of the login exists, and is not the user of that login. Give the login another name, or tie the two with ALTER USER.', 1;
                    IF @is_azure = 0
                    BEGIN
                        DELETE FROM swift_cdc.made WHERE kind = N'login' AND object_name = @login
                            AND ISNULL(new_value, N'') <> ISNULL(\(Self.loginSID), N'none');
                        IF SUSER_ID(@login) IS NULL INSERT INTO swift_cdc.made (kind, object_name) VALUES (N'login', @login);
                    END;
                    DELETE FROM swift_cdc.made WHERE kind = N'user' AND object_name = @login
                        AND ISNULL(new_value, N'') <> ISNULL(\(Self.userSID), N'none');
                    IF @user IS NULL INSERT INTO swift_cdc.made (kind, object_name) VALUES (N'user', @login);
                    """
            ),
            SetupBatch(
                name: "the password of the login",
                purpose:
                    "The login, where it is missing; in Azure SQL Database a user with a password of its own. Nothing else is in this "
                    + "batch, so that no plan that the server keeps has the password in its text.",
                text: """
                    DECLARE @login sysname = \(ScriptText.literal(login)), @password nvarchar(max) = \(SetupScript.placeholder);
                    DECLARE @statement nvarchar(max);
                    \(Self.isAzure)
                    IF @is_azure = 1 AND DATABASE_PRINCIPAL_ID(@login) IS NULL OR @is_azure = 0 AND SUSER_ID(@login) IS NULL
                    BEGIN
                        IF ISNULL(@password, N'') = N''
                            THROW 50000, N'The login does not exist yet, so it needs a password: set the variable \(SetupScript.passwordVariable) of the environment.', 1;
                        IF DATALENGTH(@password) > 256
                            THROW 50000, N'The password of the login has more than 128 characters.', 1;
                        IF LEFT(@password, 2) = N'$' + N'('
                            THROW 50000, N'The password of the login is the name of a variable of sqlcmd, which nobody replaced.', 1;
                        SET @statement = CASE WHEN @is_azure = 1 THEN N'CREATE USER ' ELSE N'CREATE LOGIN ' END + QUOTENAME(@login)
                            + N' WITH PASSWORD = N' + QUOTENAME(@password, N'''');
                        EXEC (@statement);
                    END;
                    """
            ),
            SetupBatch(
                name: "the place of the login in the role",
                purpose:
                    "The user of the login and its place in the role; who is there already is only put into the role. The owner of the "
                    + "database needs no role.",
                text: """
                    \(names)
                    IF @is_azure = 0
                        UPDATE swift_cdc.made SET new_value = \(Self.loginSID)
                        WHERE kind = N'login' AND object_name = @login AND new_value IS NULL;
                    IF @user IS NULL
                    BEGIN
                        SET @statement = N'CREATE USER ' + QUOTENAME(@login) + N' FOR LOGIN ' + QUOTENAME(@login);
                        EXEC (@statement);
                        SET @user = @login;
                    END;
                    UPDATE swift_cdc.made SET new_value = \(Self.userSID)
                    WHERE kind = N'user' AND object_name = @login AND new_value IS NULL;
                    IF @user <> N'dbo'
                    BEGIN
                        SET @statement = N'ALTER ROLE swift_cdc_reader ADD MEMBER ' + QUOTENAME(@user);
                        EXEC (@statement);
                    END;
                    """
            ),
        ]
    }

    private static let isAzure =
        "DECLARE @is_azure bit = CASE WHEN CONVERT(int, SERVERPROPERTY('EngineEdition')) IN "
        + "(\(ServerPlatform.azureDatabaseEditions.map(String.init).joined(separator: ", "))) THEN 1 ELSE 0 END;"

    private static let loginSID = "CONVERT(nvarchar(180), SUSER_SID(@login), 1)"
    private static let userSID =
        "(SELECT CONVERT(nvarchar(180), p.sid, 1) FROM sys.database_principals AS p WHERE p.name = @login)"
}
