public import CDCCore

/// What a SQL Server database needs so that its changes can be read, as T-SQL for an administrator to look at and to run.
///
/// ``installation`` makes it and ``removal`` takes away what it made, and nothing else. Everything is in the schema `swift_cdc`,
/// but for a login, its user, the role `swift_cdc_reader`, a trigger of the database and the capture instances, whose names
/// begin with `swift_cdc_`. Needs SQL Server 2016 SP1 or later.
///
/// ```swift
/// let setup = CaptureSetup(tables: ["dbo.orders"], login: "cdc_reader")
/// print(setup.installation.text)
/// try await setup.installation.apply(to: administrator, password: Secret(password))
/// ```
public struct CaptureSetup: Hashable, Sendable {
    /// How changes of a table are to be captured.
    public enum Mechanism: Hashable, Sendable, CaseIterable {
        /// Change Data Capture: every change, from the log.
        case changeDataCapture
        /// Change Tracking: which keys changed. The table must have a primary key.
        case changeTracking
        /// Change Tracking for tables with a primary key, Change Data Capture for the others.
        case automatic
    }

    /// What the names of capture instances that are made begin with.
    static let instancePrefix = "swift_cdc_"

    /// Tables to capture. Those that are captured already, by whomever, stay as they are.
    public var tables: [TableName]
    public var mechanism: Mechanism
    /// The login that reads, with no more rights than it needs; `nil` makes none. It is made where it is not there.
    public var login: String?
    /// How long changes are kept; `nil` leaves it at what it is: three days with Change Data Capture, two with Change Tracking.
    public var retention: Duration?
    /// Whether a trigger is to follow `ALTER TABLE`, so that no value of a new column is lost.
    public var followsDefinitions: Bool
    /// Whether the database is to allow SNAPSHOT isolation, in which Change Tracking is read safely, and without which a table without
    /// a key cannot be read. It costs the server room for versions of rows, and turning it on waits for all open transactions.
    public var allowsSnapshotIsolation: Bool
    /// The name of the database, where the script must refuse to run in another one.
    public var database: String?

    /// - Parameter allowsSnapshotIsolation: `nil` where the mechanism decides: not with Change Data Capture alone.
    public init(
        tables: [TableName],
        mechanism: Mechanism = .changeDataCapture,
        login: String? = nil,
        retention: Duration? = nil,
        followsDefinitions: Bool = true,
        allowsSnapshotIsolation: Bool? = nil,
        database: String? = nil
    ) {
        self.tables = tables
        self.mechanism = mechanism
        self.login = login
        self.retention = retention
        self.followsDefinitions = followsDefinitions
        self.allowsSnapshotIsolation = allowsSnapshotIsolation ?? (mechanism != .changeDataCapture)
        self.database = database
    }

    /// Checks what can be checked without a server.
    ///
    /// - Throws: ``TDSError`` with code `invalidConfiguration`.
    public func validate() throws(TDSError) {
        for name in tables.flatMap({ [$0.schema, $0.name] }) + [login, database].compactMap({ $0 }) {
            guard (1...128).contains(name.utf16.count), !name.unicodeScalars.contains("\0") else {
                throw SQLServerConfiguration.refuse("a name has 1…128 characters in SQL Server, none of them NUL")
            }
        }
        if let retention {
            // The clean-up job of Change Data Capture takes at most 52494800 minutes.
            guard retention >= .seconds(60), retention <= .seconds(52_494_800 * 60) else {
                throw SQLServerConfiguration.refuse("the retention must be between one minute and 99 years")
            }
        }
    }

    /// Makes what is not there yet.
    public var installation: SetupScript {
        var batches = [settings, ownSchema]
        batches += wantedTables
        if allowsSnapshotIsolation { batches.append(snapshotIsolation) }
        if mechanism != .changeTracking { batches += changeDataCapture }
        if mechanism != .changeDataCapture { batches += changeTracking }
        batches += readerRights
        if followsDefinitions { batches += definitionSupport }
        return SetupScript(title: "Set-up of change capture for swift-cdc", batches: batches, login: login)
    }

    // MARK: What all of it needs

    /// Options under which modules are made and XML is read.
    var settings: SetupBatch {
        var text = """
            SET NOCOUNT ON;
            SET XACT_ABORT ON;
            SET QUOTED_IDENTIFIER ON;
            SET ANSI_NULLS ON;
            SET ANSI_PADDING ON;
            SET ANSI_WARNINGS ON;
            SET ARITHABORT ON;
            SET CONCAT_NULL_YIELDS_NULL ON;
            SET NUMERIC_ROUNDABORT OFF;
            IF @@LOCK_TIMEOUT = -1
                SET LOCK_TIMEOUT 30000;
            """
        if let database {
            // By number: how names are compared is the server's affair, not that of the database.
            text += """

                DECLARE @database sysname = \(ScriptText.literal(database));
                IF DB_ID(@database) IS NULL OR DB_ID(@database) <> DB_ID()
                \(Self.refusing("This script is for another database than the one it is run in."))
                """
        }
        // Who sees less than the owner does not see what is there, and would be told wrong things of it.
        text += """

            IF ISNULL(IS_MEMBER(N'db_owner'), 0) = 0
            \(Self.refusing("The login has too few rights: it must be a member of db_owner in this database, or sysadmin."))
            """
        return SetupBatch(
            name: "settings of the session, database and rights",
            purpose:
                "Settings of the session, which the procedures below keep. Capture of a table is turned on when nobody uses the table, and "
                + "whoever comes meanwhile waits: so no lock is waited for longer than 30 seconds. Error 1222 says that one was; run "
                + "the script again then. In the wrong hands or the wrong database nothing of what follows is executed, whatever "
                + "sends it.",
            text: text
        )
    }

    /// The block of a condition under which nothing of the script may run: the error, and NOEXEC for what goes on after errors.
    private static func refusing(_ message: String) -> String {
        """
        BEGIN
            RAISERROR(N'\(message)', 16, 1);
            SET NOEXEC ON;
        END;
        """
    }

    private var ownSchema: SetupBatch {
        SetupBatch(
            name: "the schema swift_cdc",
            purpose:
                "A schema for all that is made here, and a list of what is turned on outside of it: the removal undoes "
                + "what is in the list, and nothing else.",
            text: """
                IF SCHEMA_ID(N'swift_cdc') IS NOT NULL AND OBJECT_ID(N'swift_cdc.made', N'U') IS NULL
                    THROW 50000, N'There is a schema swift_cdc that this script did not make. Rename or drop it first.', 1;
                IF SCHEMA_ID(N'swift_cdc') IS NULL
                    EXEC (N'CREATE SCHEMA swift_cdc AUTHORIZATION dbo
                        CREATE TABLE made (
                            kind nvarchar(30) NOT NULL,
                            schema_name sysname NOT NULL DEFAULT N'''',
                            object_name sysname NOT NULL,
                            object_id int NOT NULL DEFAULT 0,
                            earlier_value nvarchar(60) NULL,
                            new_value nvarchar(180) NULL,
                            made_at datetime2(3) NOT NULL DEFAULT SYSUTCDATETIME(),
                            PRIMARY KEY (kind, schema_name, object_name, object_id))');
                """
        )
    }

    /// A statement that puts something on the list of what is turned on, where it is not on it.
    ///
    /// The thing may be noted and not be there: it was dropped since, by somebody else or with the database it was restored from.
    ///
    /// - Parameter name: An expression of T-SQL.
    static func note(_ kind: String, _ name: String) -> String {
        """
        IF NOT EXISTS (SELECT 1 FROM swift_cdc.made WHERE kind = N'\(kind)' AND object_name = \(name))
            INSERT INTO swift_cdc.made (kind, object_name) VALUES (N'\(kind)', \(name));
        """
    }

    /// A statement that no transaction can hold together with its note: what fails is not noted.
    ///
    /// - Parameter statement: What turns something on in the database `@database`.
    static func noting(_ kind: String, _ statement: String) -> String {
        """
        DECLARE @database sysname = DB_NAME();
        \(note(kind, "@database"))
        BEGIN TRY
            \(indented(statement, by: 4))
        END TRY
        BEGIN CATCH
            IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
            DELETE FROM swift_cdc.made WHERE kind = N'\(kind)';
            THROW;
        END CATCH;
        """
    }

    /// Text between two lines of a batch that stands further to the right.
    static func indented(_ text: String, by spaces: Int) -> String {
        text.replacing("\n", with: "\n" + String(repeating: " ", count: spaces))
    }

    // MARK: Tables

    /// The most rows that one `INSERT … VALUES` is given; SQL Server takes 1000.
    private static let rowsPerInsert = 500

    private var wantedTables: [SetupBatch] {
        let list = SetupBatch(
            name: "the list of tables",
            purpose: "The tables to capture, and by which mechanism.",
            text: """
                IF OBJECT_ID(N'swift_cdc.tables', N'U') IS NULL
                    CREATE TABLE swift_cdc.tables (
                        number int IDENTITY NOT NULL,
                        schema_name sysname NOT NULL,
                        table_name sysname NOT NULL,
                        mechanism nvarchar(3) NOT NULL,
                        object_id int NOT NULL,
                        pending_since datetime2(3) NULL,
                        PRIMARY KEY (schema_name, table_name, mechanism));
                """
        )
        return [list]
            + tables.chunked(by: Self.rowsPerInsert).map { part in
                let rows = part.map { "    (\(ScriptText.literal($0.schema)), \(ScriptText.literal($0.name)))" }
                return SetupBatch(
                    name: "the tables to capture",
                    purpose:
                        "A table that is not there, or cannot be tracked, stops the script before it is on the list. Names are kept "
                        + "as the catalogue spells them.",
                    text: """
                        DECLARE @wanted TABLE (schema_name sysname NOT NULL, table_name sysname NOT NULL);
                        INSERT INTO @wanted (schema_name, table_name) VALUES
                        \(rows.joined(separator: ",\n"));
                        DECLARE @missing nvarchar(600) = (SELECT MIN(QUOTENAME(w.schema_name) + N'.' + QUOTENAME(w.table_name))
                            FROM @wanted AS w
                            WHERE OBJECT_ID(QUOTENAME(w.schema_name) + N'.' + QUOTENAME(w.table_name), N'U') IS NULL);
                        IF @missing IS NOT NULL
                        BEGIN
                            SET @missing = N'There is no table ' + REPLACE(@missing, N'%', N'%%') + N' in this database.';
                            THROW 50000, @missing, 1;
                        END;\(mechanism == .changeTracking ? "\n" + Self.keylessTable : "")
                        WITH found AS (
                            SELECT DISTINCT OBJECT_ID(QUOTENAME(w.schema_name) + N'.' + QUOTENAME(w.table_name), N'U') AS id
                            FROM @wanted AS w),
                        chosen AS (
                            SELECT OBJECT_SCHEMA_NAME(f.id) AS schema_name, OBJECT_NAME(f.id) AS table_name, f.id AS object_id,
                                \(mechanismOfTable) AS mechanism
                            FROM found AS f)
                        INSERT INTO swift_cdc.tables (schema_name, table_name, mechanism, object_id)
                        SELECT c.schema_name, c.table_name, c.mechanism, c.object_id FROM chosen AS c
                        WHERE NOT EXISTS (SELECT 1 FROM swift_cdc.tables AS t WHERE t.schema_name = c.schema_name
                            AND t.table_name = c.table_name AND t.mechanism = c.mechanism);
                        """
                )
            }
    }

    private static let keylessTable = """
        DECLARE @keyless nvarchar(600) = (SELECT MIN(QUOTENAME(w.schema_name) + N'.' + QUOTENAME(w.table_name))
            FROM @wanted AS w WHERE OBJECTPROPERTY(OBJECT_ID(QUOTENAME(w.schema_name) + N'.' + QUOTENAME(w.table_name), N'U'),
                N'TableHasPrimaryKey') = 0);
        IF @keyless IS NOT NULL
        BEGIN
            SET @keyless = N'Table ' + REPLACE(@keyless, N'%', N'%%')
                + N' has no primary key, which Change Tracking needs. Give it one, or choose Change Data Capture for it.';
            THROW 50000, @keyless, 1;
        END;
        """

    /// What becomes of a table that cannot be captured, whatever the reason: the run stops, and the next one does not stop at it,
    /// unless it is asked for again. One that was only in use (1222, 1205, also within the message of a procedure) stays on the list.
    static func givingUp(_ mechanism: String) -> String {
        """
        BEGIN CATCH
            IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
            IF ERROR_NUMBER() NOT IN (1205, 1222)
                AND ERROR_MESSAGE() NOT LIKE N'% 1205: %' AND ERROR_MESSAGE() NOT LIKE N'% 1222: %'
                DELETE FROM swift_cdc.tables
                WHERE schema_name = @schema AND table_name = @table AND mechanism = N'\(mechanism)';
            THROW;
        END CATCH;
        """
    }

    private var mechanismOfTable: String {
        switch mechanism {
        case .changeDataCapture: "N'CDC'"
        case .changeTracking: "N'CT'"
        case .automatic: "CASE WHEN OBJECTPROPERTY(f.id, N'TableHasPrimaryKey') = 1 THEN N'CT' ELSE N'CDC' END"
        }
    }

    // MARK: Isolation

    private var snapshotIsolation: SetupBatch {
        SetupBatch(
            name: "SNAPSHOT isolation",
            purpose:
                "SNAPSHOT isolation, in which changes of Change Tracking belong to one moment, and which a table without a key "
                + "needs to be read. Turning it on waits for all open transactions, without end. What was allowed already is not in the list. "
                + "What is in it the removal turns off, whoever uses it by then; to keep it, DELETE FROM swift_cdc.made WHERE kind = "
                + "N'snapshot isolation'.",
            text: """
                IF EXISTS (SELECT 1 FROM sys.databases WHERE name = DB_NAME() AND snapshot_isolation_state = 0)
                BEGIN
                    \(Self.indented(Self.noting("snapshot isolation", "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON;"), by: 4))
                    PRINT N'SNAPSHOT isolation is allowed now.';
                END;
                """
        )
    }

    /// The object id of a row of `swift_cdc.tables`.
    static func objectID(_ alias: String) -> String {
        "OBJECT_ID(QUOTENAME(\(alias).schema_name) + N'.' + QUOTENAME(\(alias).table_name), N'U')"
    }

    /// The retention in minutes.
    var retentionMinutes: Int64? { retention.map { $0.components.seconds / 60 } }
}
