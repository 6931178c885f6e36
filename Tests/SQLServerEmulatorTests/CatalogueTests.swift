import Testing

@testable import SQLServerEmulator

@Suite("The catalogue describes the database")
struct CatalogueTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            """
            CREATE TABLE customers (
                id INT IDENTITY(1, 1) CONSTRAINT pk_customers PRIMARY KEY,
                name NVARCHAR(50) NOT NULL CONSTRAINT uq_name UNIQUE,
                credit DECIMAL(10, 2) CONSTRAINT df_credit DEFAULT 0,
                made DATETIME2(3) CONSTRAINT df_made DEFAULT SYSUTCDATETIME(),
                CONSTRAINT ck_credit CHECK (credit >= 0))
            CREATE TABLE orders (
                id INT NOT NULL, line INT NOT NULL, customer INT CONSTRAINT fk_customer REFERENCES customers (id) ON DELETE CASCADE,
                CONSTRAINT pk_orders PRIMARY KEY (id DESC, line))
            CREATE INDEX ix_customer ON orders (customer) INCLUDE (line)
            CREATE TABLE heap (a INT)
            INSERT customers (name) VALUES (N'Ann'), (N'Bob')
            """
        )
        bench.run("CREATE VIEW names AS SELECT id, name FROM customers")
        bench.run(
            "CREATE PROCEDURE find @id INT, @name NVARCHAR(50) OUTPUT AS SELECT @name = name FROM customers WHERE id = @id"
        )
    }

    @Test func indexes() {
        #expect(
            bench.run(
                """
                SELECT OBJECT_NAME(i.object_id) AS t, i.name, i.type_desc, i.is_unique, i.is_primary_key, c.name AS c, ic.key_ordinal,
                    ic.is_descending_key, ic.is_included_column
                FROM sys.indexes i LEFT JOIN sys.index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
                    LEFT JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
                ORDER BY t, i.index_id, ic.index_column_id
                """
            ).dropFirst() == [
                "customers | pk_customers | CLUSTERED | 1 | 1 | id | 1 | 0 | 0",
                "customers | uq_name | NONCLUSTERED | 1 | 0 | name | 1 | 0 | 0",
                "heap | NULL | HEAP | 0 | 0 | NULL | NULL | NULL | NULL",
                "orders | pk_orders | CLUSTERED | 1 | 1 | id | 1 | 1 | 0",
                "orders | pk_orders | CLUSTERED | 1 | 1 | line | 2 | 0 | 0",
                "orders | ix_customer | NONCLUSTERED | 0 | 0 | customer | 1 | 0 | 0",
                "orders | ix_customer | NONCLUSTERED | 0 | 0 | line | 0 | 0 | 1",
            ]
        )
        #expect(
            bench.run(
                """
                SELECT p.index_id, p.rows, s.row_count FROM sys.partitions p JOIN sys.dm_db_partition_stats s ON s.partition_id = p.partition_id
                WHERE p.object_id = OBJECT_ID('customers') AND p.index_id IN (0, 1)
                """
            ).dropFirst() == ["1 | 2 | 2"]
        )
    }

    @Test func constraints() {
        #expect(
            bench.run(
                "SELECT name, type, parent_object_id - OBJECT_ID('customers'), unique_index_id FROM sys.key_constraints WHERE name LIKE '%c%' ORDER BY name"
            ).dropFirst()
                == ["pk_customers | PK | 0 | 1"]
        )
        #expect(
            bench.run(
                """
                SELECT f.name, OBJECT_NAME(f.parent_object_id), OBJECT_NAME(f.referenced_object_id), f.delete_referential_action_desc,
                    COL_NAME(fc.parent_object_id, fc.parent_column_id), COL_NAME(fc.referenced_object_id, fc.referenced_column_id)
                FROM sys.foreign_keys f JOIN sys.foreign_key_columns fc ON fc.constraint_object_id = f.object_id
                """
            ).dropFirst() == ["fk_customer | orders | customers | CASCADE | customer | id"]
        )
        #expect(
            bench.run("SELECT name, definition FROM sys.check_constraints").dropFirst() == ["ck_credit | (credit >= 0)"]
        )
        #expect(
            bench.run("SELECT name, definition, parent_column_id FROM sys.default_constraints ORDER BY name")
                .dropFirst() == [
                    "df_credit | ((0)) | 3", "df_made | (sysutcdatetime()) | 4",
                ]
        )
    }

    @Test func databases() {
        #expect(
            bench.run(
                """
                SELECT name, is_cdc_enabled, snapshot_isolation_state, is_read_committed_snapshot_on, compatibility_level, recovery_model_desc,
                    log_reuse_wait_desc, state_desc, user_access_desc FROM sys.databases WHERE database_id = DB_ID()
                """
            ).dropFirst() == ["shop | 0 | 0 | 0 | 160 | FULL | NOTHING | ONLINE | MULTI_USER"]
        )
        bench.run(
            "ALTER DATABASE shop SET ALLOW_SNAPSHOT_ISOLATION ON; ALTER DATABASE shop SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 3 HOURS)"
        )
        #expect(
            bench.run("SELECT snapshot_isolation_state_desc FROM sys.databases WHERE name = 'SHOP'").dropFirst() == [
                "ON"
            ]
        )
        #expect(
            bench.run(
                "SELECT database_id, retention_period, retention_period_units_desc FROM sys.change_tracking_databases"
            ).dropFirst() == ["5 | 3 | HOURS"]
        )
        let fork = bench.run(
            "SELECT recovery_fork_guid FROM sys.database_recovery_status WHERE database_id = DB_ID('shop')"
        )
        #expect(
            bench.run("SELECT recovery_fork_guid FROM sys.database_recovery_status WHERE database_id = DB_ID('shop')")
                == fork
        )
        bench.run("USE master; DROP DATABASE shop; CREATE DATABASE shop")
        #expect(
            bench.run("SELECT recovery_fork_guid FROM sys.database_recovery_status WHERE database_id = DB_ID('shop')")
                != fork
        )
    }

    @Test func views() {
        #expect(
            bench.run(
                "SELECT name, column_id, TYPE_NAME(system_type_id), max_length FROM sys.columns WHERE object_id = OBJECT_ID('dbo.names', 'V')"
            ).dropFirst() == [
                "id | 1 | int | 4", "name | 2 | nvarchar | 100",
            ]
        )
        #expect(
            bench.run("SELECT name, is_output, TYPE_NAME(user_type_id) FROM sys.parameters ORDER BY parameter_id")
                .dropFirst() == [
                    "@id | 0 | int", "@name | 1 | nvarchar",
                ]
        )
        // A view of the user's may read the view that lists its columns.
        bench.run("CREATE VIEW mine AS SELECT name FROM sys.columns")
        #expect(bench.run("SELECT name FROM mine WHERE name = 'credit'").dropFirst() == ["credit"])
        #expect(bench.run("SELECT COUNT(*) FROM sys.columns WHERE object_id = OBJECT_ID('mine')").dropFirst() == ["1"])
    }

    @Test func oneQueryReadsTwoDatabases() {
        #expect(
            bench.run(
                "SELECT COUNT(*) FROM shop.sys.tables a WHERE NOT EXISTS (SELECT 1 FROM master.sys.tables b WHERE b.name = a.name)"
            ).dropFirst() == ["3"]
        )
    }

    @Test func oldViews() {
        #expect(
            bench.run(
                "if exists (select * from sysobjects where id = object_id('dbo.names') and sysstat & 0xf = 2) PRINT 'a view'"
            ) == ["a view"]
        )
        #expect(
            bench.run(
                "SELECT name, xtype, sysstat & 0xf FROM sysobjects WHERE name IN ('find', 'heap', 'pk_orders') ORDER BY name"
            ).dropFirst() == [
                "find | P  | 4", "heap | U  | 3", "pk_orders | PK | 0",
            ]
        )
        #expect(
            bench.run(
                "SELECT c.name, t.name, c.length, c.isnullable FROM dbo.syscolumns c JOIN systypes t ON t.xusertype = c.xusertype WHERE c.id = OBJECT_ID('customers') ORDER BY colid"
            ).dropFirst() == [
                "id | int | 4 | 0", "name | nvarchar | 100 | 0", "credit | decimal | 9 | 1", "made | datetime2 | 7 | 1",
            ]
        )
        #expect(
            bench.run("SELECT rows FROM sysindexes WHERE id = OBJECT_ID('customers') AND indid < 2").dropFirst() == [
                "2"
            ]
        )
        #expect(bench.run("SELECT name FROM master..sysdatabases WHERE dbid = DB_ID()").dropFirst() == ["shop"])
    }

    @Test func informationSchema() {
        #expect(
            bench.run("SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM INFORMATION_SCHEMA.TABLES ORDER BY TABLE_NAME")
                .dropFirst() == [
                    "dbo | customers | BASE TABLE", "dbo | heap | BASE TABLE", "dbo | names | VIEW",
                    "dbo | orders | BASE TABLE",
                ]
        )
        #expect(
            bench.run(
                """
                SELECT COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION,
                    NUMERIC_SCALE, DATETIME_PRECISION FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'customers'
                """
            ).dropFirst() == [
                "id | 1 | NULL | NO | int | NULL | 10 | 0 | NULL",
                "name | 2 | NULL | NO | nvarchar | 50 | NULL | NULL | NULL",
                "credit | 3 | ((0)) | YES | decimal | NULL | 10 | 2 | NULL",
                "made | 4 | (sysutcdatetime()) | YES | datetime2 | NULL | NULL | NULL | 3",
            ]
        )
        #expect(
            bench.run(
                """
                SELECT k.COLUMN_NAME FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS t JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE k
                ON k.CONSTRAINT_NAME = t.CONSTRAINT_NAME WHERE t.TABLE_NAME = 'orders' AND t.CONSTRAINT_TYPE = 'PRIMARY KEY' ORDER BY k.ORDINAL_POSITION
                """
            ).dropFirst() == ["id", "line"]
        )
        #expect(
            bench.run(
                "SELECT CONSTRAINT_NAME, UNIQUE_CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS"
            ).dropFirst()
                == ["fk_customer | pk_customers | CASCADE | NO ACTION"]
        )
        #expect(
            bench.run("SELECT ROUTINE_NAME, ROUTINE_TYPE FROM INFORMATION_SCHEMA.ROUTINES").dropFirst() == [
                "find | PROCEDURE"
            ]
        )
        #expect(
            bench.run(
                "SELECT PARAMETER_NAME, PARAMETER_MODE FROM INFORMATION_SCHEMA.PARAMETERS ORDER BY ORDINAL_POSITION"
            ).dropFirst() == ["@id | IN", "@name | INOUT"]
        )
        #expect(
            bench.run("SELECT CHECK_CLAUSE FROM INFORMATION_SCHEMA.CHECK_CONSTRAINTS").dropFirst() == ["(credit >= 0)"]
        )
    }

    @Test func serverViews() {
        #expect(
            bench.run("SELECT value, value_in_use FROM sys.configurations WHERE name = 'max text repl size (B)'")
                .dropFirst() == ["65536 | 65536"]
        )
        let agent =
            "SELECT CASE WHEN dss.[status]=4 THEN 1 ELSE 0 END AS isRunning FROM shop.sys.dm_server_services dss WHERE dss.[servicename] LIKE N'SQL Server Agent (%';"
        #expect(bench.run(agent).dropFirst() == ["0"])
        bench.server.capture.options.isAgentRunning = true
        #expect(bench.run(agent).dropFirst() == ["1"])
        #expect(
            bench.run("SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID").dropFirst() == [
                "FALSE"
            ]
        )
        bench.session.client.isEncrypted = true
        #expect(
            bench.run("SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID").dropFirst() == [
                "TRUE"
            ]
        )
        #expect(
            bench.run("SELECT login_name, DB_NAME(database_id) FROM sys.dm_exec_sessions WHERE session_id = @@SPID")
                .dropFirst() == ["sa | shop"]
        )
    }

    @Test func principals() {
        bench.run(
            "CREATE LOGIN ann WITH PASSWORD = 'x'; CREATE USER ann; CREATE ROLE readers; ALTER ROLE readers ADD MEMBER ann; GRANT SELECT ON heap TO readers"
        )
        #expect(
            bench.run(
                """
                SELECT r.name, m.name FROM sys.database_role_members x JOIN sys.database_principals r ON r.principal_id = x.role_principal_id
                    JOIN sys.database_principals m ON m.principal_id = x.member_principal_id ORDER BY r.name
                """
            ).dropFirst() == ["db_owner | dbo", "readers | ann"]
        )
        #expect(
            bench.run(
                "SELECT USER_NAME(grantee_principal_id), permission_name, state_desc, OBJECT_NAME(major_id) FROM sys.database_permissions"
            ).dropFirst()
                == ["readers | SELECT | GRANT | heap"]
        )
        #expect(
            bench.run("SELECT name, type_desc FROM sys.server_principals WHERE type = 'S' ORDER BY name").dropFirst()
                == ["ann | SQL_LOGIN", "sa | SQL_LOGIN"]
        )
        #expect(
            bench.run(
                "SELECT SUSER_SNAME(SUSER_SID('ann')), SUSER_SNAME(0x01), IS_ROLEMEMBER('readers', 'ann'), IS_SRVROLEMEMBER('sysadmin', 'ann')"
            ).dropFirst()
                == ["ann | sa | 1 | 0"]
        )
    }
}

@Suite("A login sees what it may use")
struct VisibilityTests {
    let bench: Bench
    let guest: Session
    let answers = Answers()

    init() throws {
        bench = try Bench()
        bench.run(
            "CREATE LOGIN ann WITH PASSWORD = 'x'; CREATE USER ann; CREATE TABLE open_one (id INT); CREATE TABLE hidden (id INT); GRANT SELECT ON open_one TO ann"
        )
        guest = try Session(
            server: bench.server,
            login: #require(bench.server.login("ann")),
            database: "shop",
            recorder: NoRecorder(),
            sink: answers
        )
    }

    private func run(_ text: String) -> [String] {
        guest.run(batch: text)
        return answers.take()
    }

    @Test func objects() {
        #expect(run("SELECT name FROM sys.tables").dropFirst() == ["open_one"])
        #expect(run("SELECT TABLE_NAME FROM INFORMATION_SCHEMA.COLUMNS").dropFirst() == ["open_one"])
        #expect(
            run("SELECT ISNULL(OBJECT_ID('hidden'), 0), COL_NAME(OBJECT_ID('open_one'), 1)").dropFirst() == ["0 | id"]
        )
        bench.run("GRANT VIEW DEFINITION TO ann")
        #expect(run("SELECT name FROM sys.tables ORDER BY name").dropFirst() == ["hidden", "open_one"])
        bench.run("DENY VIEW DEFINITION ON hidden TO ann")
        #expect(run("SELECT name FROM sys.tables").dropFirst() == ["open_one"])
    }

    @Test func permissions() {
        #expect(
            run(
                "SELECT HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'VIEW DATABASE STATE'), HAS_PERMS_BY_NAME('open_one', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME('open_one', 'OBJECT', 'INSERT')"
            ).dropFirst()
                == ["0 | 1 | 0"]
        )
        #expect(
            run("SELECT IS_MEMBER('db_owner'), IS_SRVROLEMEMBER('sysadmin'), USER_NAME(), SUSER_SNAME(), CURRENT_USER")
                .dropFirst() == ["0 | 0 | ann | ann | ann"]
        )
        #expect(run("SELECT * FROM sys.dm_exec_connections").last?.hasPrefix("Msg 300") == true)
        #expect(run("SELECT * FROM sys.dm_db_partition_stats").last?.hasPrefix("Msg 262") == true)
        bench.run("GRANT VIEW SERVER STATE TO ann")
        #expect(run("SELECT COUNT(*) FROM sys.dm_exec_connections").dropFirst() == ["2"])
        #expect(
            run(
                "SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'), HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'VIEW DATABASE STATE')"
            ).dropFirst() == ["1 | 1"]
        )
    }

    @Test func endedSessionsAreGone() throws {
        do {
            let other = try Session(
                server: bench.server,
                login: guest.login,
                database: "shop",
                recorder: NoRecorder(),
                sink: Answers()
            )
            other.run(batch: "SELECT OBJECT_ID('open_one'), LEN('x'), GETDATE()")
        }
        #expect(bench.run("SELECT COUNT(*) FROM sys.dm_exec_sessions").dropFirst() == ["2"])
    }
}

@Suite("What clients ask of the catalogue is answered")
struct DiscoveryTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (id INT PRIMARY KEY, p INT REFERENCES p (id)); INSERT p VALUES (1)"
        )
    }

    @Test func profile() {
        let answer = bench.run(
            """
            SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(64)) AS product_version,
                CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
                d.name AS database_name, d.database_id, d.is_cdc_enabled, d.snapshot_isolation_state,
                CASE WHEN EXISTS (SELECT 1 FROM sys.change_tracking_databases AS t WHERE t.database_id = d.database_id)
                    THEN 1 ELSE 0 END AS is_change_tracking_enabled,
                CAST(DATABASEPROPERTYEX(d.name, 'Updateability') AS nvarchar(32)) AS updateability,
                d.collation_name,
                (SELECT CONVERT(varchar(36), r.recovery_fork_guid) FROM sys.database_recovery_status AS r
                    WHERE r.database_id = d.database_id) AS recovery_fork
            FROM sys.databases AS d WHERE d.database_id = DB_ID()
            """
        )
        #expect(
            answer.last?.hasPrefix(
                "16.0.1000.6 | 3 | shop | 5 | 0 | 0 | 0 | READ_WRITE | SQL_Latin1_General_CP1_CI_AS | "
            ) == true
        )
    }

    @Test func keysAndRows() {
        #expect(
            bench.run(
                """
                SELECT i.index_id, i.is_primary_key, c.name AS column_name, c.is_nullable,
                    COUNT(*) OVER (PARTITION BY i.object_id, i.index_id) AS column_count
                FROM sys.indexes AS i
                JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
                JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
                WHERE i.object_id IN (SELECT object_id FROM sys.tables WHERE name = 'c') AND i.is_unique = 1 AND i.has_filter = 0
                    AND i.is_disabled = 0 AND ic.is_included_column = 0
                ORDER BY i.object_id, i.is_primary_key DESC, column_count, i.index_id, ic.key_ordinal
                """
            ).dropFirst() == ["1 | 1 | id | 0 | 1"]
        )
        #expect(
            bench.run(
                """
                SELECT s.name AS schema_name, t.name AS table_name, c.name AS column_name FROM sys.foreign_keys AS f
                JOIN sys.foreign_key_columns AS fc ON fc.constraint_object_id = f.object_id
                JOIN sys.columns AS c ON c.object_id = fc.parent_object_id AND c.column_id = fc.parent_column_id
                JOIN sys.tables AS t ON t.object_id = f.referenced_object_id JOIN sys.schemas AS s ON s.schema_id = t.schema_id
                ORDER BY f.parent_object_id, f.object_id, fc.constraint_column_id
                """
            ).dropFirst() == ["dbo | p | p"]
        )
        #expect(
            bench.run(
                """
                SELECT CAST(SUM(p.rows) AS bigint) AS row_count FROM sys.partitions AS p
                WHERE p.object_id = OBJECT_ID('p') AND p.index_id IN (0, 1) GROUP BY p.object_id
                """
            ).dropFirst() == ["1"]
        )
        #expect(
            bench.run(
                "SELECT object_id, is_track_columns_updated_on FROM sys.change_tracking_tables WHERE object_id IN (1)"
            ).count == 1
        )
    }
}
