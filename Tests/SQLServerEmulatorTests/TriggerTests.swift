import Testing

@testable import SQLServerEmulator

@Suite("Triggers of a database learn of its tables")
struct TriggerTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            "CREATE TABLE audit (id INT IDENTITY, event NVARCHAR(50), object NVARCHAR(100), command NVARCHAR(MAX)); CREATE TABLE t (id INT)"
        )
        bench.run(
            """
            CREATE TRIGGER watch ON DATABASE FOR DDL_TABLE_EVENTS AS
            BEGIN
                SET NOCOUNT ON
                DECLARE @data XML = EVENTDATA()
                INSERT audit (event, object, command) VALUES (
                    @data.value('(/EVENT_INSTANCE/EventType)[1]', 'nvarchar(50)'),
                    EVENTDATA().value('(/EVENT_INSTANCE/SchemaName)[1]', 'sysname') + N'.' + @data.value('(//ObjectName)[1]', 'nvarchar(100)'),
                    @data.value('(/EVENT_INSTANCE/TSQLCommand/CommandText)[1]', 'nvarchar(max)'))
            END
            """
        )
    }

    @Test func events() {
        bench.run("CREATE TABLE u (a INT DEFAULT 1)")
        bench.run("ALTER TABLE t ADD note NVARCHAR(9) DEFAULT N'<&>'")
        bench.run("DROP TABLE u")
        #expect(
            bench.run("SELECT event, object, command FROM audit ORDER BY id").dropFirst() == [
                "CREATE_TABLE | dbo.u | CREATE TABLE u (a INT DEFAULT 1)",
                "ALTER_TABLE | dbo.t | ALTER TABLE t ADD note NVARCHAR(9) DEFAULT N'<&>'",
                "DROP_TABLE | dbo.u | DROP TABLE u",
            ]
        )
        #expect(
            bench.run("SELECT name, parent_class_desc, is_disabled FROM sys.triggers").dropFirst() == [
                "watch | DATABASE | 0"
            ]
        )
        #expect(bench.run("SELECT COUNT(*) FROM sys.objects WHERE name = 'watch'").last == "0")
    }

    @Test func aTriggerIsPartOfTheTransaction() {
        bench.run("BEGIN TRAN; ALTER TABLE t ADD a INT; ROLLBACK")
        #expect(bench.run("SELECT COUNT(*), COL_LENGTH('t', 'a') FROM audit").last == "0 | NULL")
        bench.run("DISABLE TRIGGER watch ON DATABASE; ALTER TABLE t ADD a INT; ENABLE TRIGGER watch ON DATABASE")
        #expect(bench.run("SELECT COUNT(*), COL_LENGTH('t', 'a') FROM audit").last == "0 | 4")
        bench.run("DROP TRIGGER watch ON DATABASE; ALTER TABLE t ADD b INT")
        #expect(bench.run("SELECT COUNT(*), COL_LENGTH('t', 'b') FROM audit").last == "0 | 4")
    }

    @Test func anErrorUndoesTheStatement() {
        bench.run("CREATE TRIGGER guard ON DATABASE FOR ALTER_TABLE AS THROW 50001, 'no change', 1")
        #expect(bench.run("ALTER TABLE t ADD a INT; PRINT 'not reached'").map { $0.prefix(9) } == ["Msg 50001"])
        #expect(bench.run("SELECT COUNT(*), COL_LENGTH('t', 'a'), @@TRANCOUNT FROM audit").last == "0 | NULL | 0")
        bench.run("BEGIN TRAN; INSERT t VALUES (1); ALTER TABLE t ADD a INT")
        #expect(bench.run("SELECT COUNT(*), @@TRANCOUNT FROM t").last == "0 | 0")
        #expect(
            bench.run(
                "BEGIN TRY ALTER TABLE t ADD a INT END TRY BEGIN CATCH PRINT ERROR_MESSAGE() END CATCH; PRINT @@TRANCOUNT"
            ) == ["no change", "0"]
        )
        #expect(bench.run("INSERT t VALUES (5); SELECT id FROM t").last == "5")
    }

    @Test func rollingBackEndsTheBatch() {
        bench.run("ALTER TRIGGER watch ON DATABASE FOR ALTER_TABLE AS PRINT 'no'; ROLLBACK")
        #expect(
            bench.run("ALTER TABLE t ADD a INT; PRINT 'not reached'") == [
                "no", "Msg 3609, Level 16, Line 1: The transaction ended in the trigger. The batch has been aborted.",
            ]
        )
        #expect(bench.run("SELECT COL_LENGTH('t', 'a'), @@TRANCOUNT").last == "NULL | 0")
    }

    @Test func anErrorMayBeCaughtWithinTheTrigger() {
        bench.run(
            """
            ALTER TRIGGER watch ON DATABASE FOR ALTER_TABLE AS
            SET XACT_ABORT OFF
            BEGIN TRY INSERT audit (id) VALUES (1) END TRY BEGIN CATCH PRINT ERROR_NUMBER() END CATCH
            """
        )
        #expect(bench.run("ALTER TABLE t ADD a INT; PRINT COL_LENGTH('t', 'a')") == ["544", "4"])
    }

    @Test func whatIsNotFiredIsRefused() {
        #expect(
            bench.run("CREATE TRIGGER x ON DATABASE FOR CREATE_VIEW AS PRINT 'x'").last?.hasPrefix("Msg 40517") == true
        )
        #expect(
            bench.run("DECLARE @x XML = N'<a><b>1</b></a>'; SELECT @x.value('/a/b', 'int')").last?.hasPrefix("Msg 2389")
                == true
        )
        #expect(
            bench.run("DECLARE @x XML = N'<a><b>1</b></a>'; SELECT @x.value('count(/a/b)', 'int')").last?.hasPrefix(
                "Msg 40517"
            ) == true
        )
        #expect(
            bench.run(
                "DECLARE @x XML = N'<a><b n=\"3\">1</b><b>2</b></a>'; SELECT @x.value('(/a/b)[2]', 'int'), @x.value('(/a/b/@n)[1]', 'int'), @x.value('/a[1]/b[1]', 'nvarchar(5)')"
            ).last == "2 | 3 | 1"
        )
        #expect(bench.run("DECLARE @x XML = N'<a>1</a>'; SELECT @x.query('/a')").last?.hasPrefix("Msg 40517") == true)
    }
}

@Suite("Modules have texts of their own")
struct ModuleTextTests {
    /// The batch that calls a procedure is another than the one that made it.
    @Test func definitionsWithinProcedures() throws {
        let bench = try Bench()
        bench.run(
            "CREATE PROCEDURE make AS CREATE TABLE made (id INT CONSTRAINT df DEFAULT 42, n INT CONSTRAINT ck CHECK (n > 3))"
        )
        bench.run("EXEC make")
        #expect(bench.run("SELECT definition FROM sys.default_constraints").last == "((42))")
        #expect(bench.run("SELECT definition FROM sys.check_constraints").last == "(n > 3)")
    }

    @Test func synonyms() throws {
        let bench = try Bench()
        bench.run("CREATE TABLE t (id INT); CREATE SYNONYM s FOR dbo.t; INSERT s VALUES (1)")
        #expect(bench.run("SELECT id FROM s").last == "1")
        #expect(bench.run("SELECT name, base_object_name FROM sys.synonyms").last == "s | [dbo].[t]")
        #expect(bench.run("CREATE SCHEMA x CREATE TABLE y (id INT); SELECT COUNT(*) FROM x.y").last == "0")
    }
}
