import Testing

@testable import SQLServerEmulator

/// Source: Microsoft, "TRY...CATCH", "SET XACT_ABORT", "XACT_STATE", "THROW", "RAISERROR", "SAVE TRANSACTION".
@Suite("Errors are handled as T-SQL handles them")
struct ErrorHandlingTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10)); INSERT t VALUES (1, 'x')")
    }

    private func run(_ text: String) -> [String] {
        bench.run(text).filter { !$0.hasPrefix("#") && !$0.hasSuffix(" rows)") }
    }

    @Test func whatAHandlerLearns() {
        bench.run("CREATE PROCEDURE fails @n INT AS\nSELECT 1 WHERE 1 = 0\nINSERT t VALUES (@n, 'y')")
        #expect(
            run(
                """
                BEGIN TRY
                    EXEC fails 1
                END TRY
                BEGIN CATCH
                    SELECT ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_LINE(), ERROR_PROCEDURE()
                    BEGIN TRY SELECT 1/0 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_LINE(), ERROR_PROCEDURE() END CATCH
                    SELECT ERROR_NUMBER()
                END CATCH
                SELECT ERROR_NUMBER(), ERROR_MESSAGE()
                """
            ) == ["2627 | 14 | 3 | fails", "8134 | 6 | NULL", "2627", "NULL | NULL"]
        )
    }

    @Test func throwingAgain() {
        #expect(
            run("BEGIN TRY SELECT 1/0 END TRY BEGIN CATCH\nPRINT 'seen'; THROW END CATCH; PRINT 'not reached'") == [
                "seen", "Msg 8134, Level 16, Line 1: Divide by zero error encountered.",
            ]
        )
        #expect(run("THROW 50000, N'told', 3; PRINT 'not reached'") == ["Msg 50000, Level 16, Line 1: told"])
        #expect(run("THROW 49999, N'low', 1")[0].hasPrefix("Msg 35100"))
        #expect(
            run("RAISERROR('%s has %d of %5.2s|%-5s|%05d|%x|%%', 16, 1, 'a', 3, 'xyz', 'l', 42, 255); PRINT 'goes on'")
                == [
                    "Msg 50000, Level 16, Line 1: a has 3 of    xy|l    |00042|ff|%", "goes on",
                ]
        )
        #expect(
            run(
                "BEGIN TRY RAISERROR('low', 10, 1); RAISERROR('high', 11, 7) END TRY BEGIN CATCH SELECT ERROR_SEVERITY(), ERROR_STATE() END CATCH"
            )
            .last == "11 | 7"
        )
    }

    /// (what runs in the transaction, `XACT_STATE()` in the handler, with `XACT_ABORT` off and on)
    @Test(arguments: [
        ("INSERT t VALUES (1, 'y')", 1, -1), ("SELECT 1/0", 1, -1), ("THROW 50001, 'x', 1", 1, -1),
        ("RAISERROR('x', 16, 1)", 1, 1), ("SELECT CAST('x' AS INT)", -1, -1), ("SELECT CAST('x' AS DATE)", -1, -1),
    ])
    func whatDoomsATransaction(statement: String, off: Int, on: Int) {
        for (setting, state) in [("OFF", off), ("ON", on)] {
            #expect(
                run(
                    "SET XACT_ABORT \(setting); BEGIN TRAN; BEGIN TRY \(statement) END TRY BEGIN CATCH PRINT XACT_STATE() END CATCH; ROLLBACK"
                ) == ["\(state)"],
                "\(statement) \(setting)"
            )
        }
    }

    @Test func aDoomedTransactionCanOnlyBeRolledBack() {
        let doomed =
            "SET XACT_ABORT ON; BEGIN TRAN; SAVE TRAN s; INSERT t VALUES (2, 'y'); BEGIN TRY SELECT 1/0 END TRY BEGIN CATCH "
        #expect(run(doomed + "INSERT t VALUES (3, 'z') END CATCH")[0].hasPrefix("Msg 3930"))
        #expect(run("SELECT @@TRANCOUNT, COUNT(*) FROM t") == ["0 | 1"])
        #expect(run(doomed + "COMMIT END CATCH")[0].hasPrefix("Msg 3930"))
        #expect(run(doomed + "ROLLBACK TRAN s END CATCH")[0].hasPrefix("Msg 3931"))
        // Reading is allowed, and the end of the batch ends it.
        #expect(
            run(doomed + "SELECT COUNT(*) FROM t END CATCH") == [
                "2",
                "Msg 3998, Level 16, Line 1: Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.",
            ]
        )
        #expect(run("SELECT @@TRANCOUNT, COUNT(*) FROM t") == ["0 | 1"])
    }

    @Test func outsideOfATry() {
        // The statement ends, or the batch and the transaction with it.
        #expect(run("BEGIN TRAN; INSERT t VALUES (1, 'y'); SELECT @@TRANCOUNT; ROLLBACK").last == "1")
        #expect(run("BEGIN TRAN; SELECT CAST('x' AS INT); SELECT 'not reached'").count == 1)
        #expect(run("SELECT @@TRANCOUNT") == ["0"])
        #expect(run("SET XACT_ABORT ON; BEGIN TRAN; INSERT t VALUES (1, 'y'); SELECT 'not reached'").count == 1)
        #expect(run("SELECT @@TRANCOUNT; SET XACT_ABORT OFF") == ["0"])
        // A name that means nothing ends the batch, but not the transaction.
        #expect(run("BEGIN TRAN; SELECT * FROM nothing; SELECT 'not reached'").count == 1)
        #expect(run("SELECT @@TRANCOUNT; ROLLBACK") == ["1"])
    }

    @Test func namesAreNotResolvedWithinTheTryThatNamesThem() {
        #expect(
            run("BEGIN TRY SELECT * FROM nothing END TRY BEGIN CATCH PRINT 'caught' END CATCH; PRINT 'not reached'")
                == [
                    "Msg 208, Level 16, Line 1: Invalid object name 'nothing'."
                ]
        )
        #expect(
            run(
                "BEGIN TRY EXEC ('SELECT * FROM nothing') END TRY BEGIN CATCH PRINT ERROR_NUMBER() END CATCH; PRINT 'on'"
            )
                == ["208", "on"]
        )
        #expect(run("BEGIN TRY EXEC nothing END TRY BEGIN CATCH PRINT ERROR_NUMBER() END CATCH") == ["2812"])
    }

    @Test func savepoints() {
        #expect(
            run(
                """
                BEGIN TRAN outer_name
                INSERT t VALUES (2, 'kept')
                SAVE TRANSACTION point
                BEGIN TRY
                    INSERT t VALUES (3, 'gone')
                    INSERT t VALUES (1, 'twice')
                END TRY
                BEGIN CATCH
                    IF XACT_STATE() = 1 ROLLBACK TRANSACTION point
                    SELECT @@TRANCOUNT
                END CATCH
                COMMIT
                SELECT STRING_AGG(CAST(id AS VARCHAR(9)), ',') FROM t
                """
            ) == ["1", "1,2"]
        )
        #expect(run("SAVE TRAN s")[0].hasPrefix("Msg 628"))
        #expect(run("BEGIN TRAN a; BEGIN TRAN b; ROLLBACK TRAN b")[0].hasPrefix("Msg 6401"))
        #expect(run("SELECT @@TRANCOUNT; ROLLBACK TRAN a; SELECT @@TRANCOUNT") == ["2", "0"])
    }

    @Test func countsOfTransactionsMustMatch() {
        bench.run("CREATE PROCEDURE leaves_open AS BEGIN TRAN")
        #expect(run("EXEC leaves_open; SELECT @@TRANCOUNT; ROLLBACK").last == "1")
        #expect(run("EXEC leaves_open; ROLLBACK")[0].hasPrefix("Msg 266"))
    }
}

@Suite("Notes of objects are kept as extended properties")
struct ExtendedPropertyTests {
    @Test func comeAndGo() throws {
        let bench = try Bench()
        func number(_ text: String) -> String { bench.run(text).last.map { String($0.prefix { $0 != "," }) } ?? "" }
        bench.run("CREATE TABLE t (id INT CONSTRAINT pk PRIMARY KEY, a INT)")
        bench.run("CREATE PROCEDURE p AS PRINT 1")
        bench.run("CREATE TRIGGER d ON DATABASE FOR CREATE_TABLE AS PRINT 1")
        let table = "N'SCHEMA', N'dbo', N'TABLE', N't'"
        bench.run("EXEC sp_addextendedproperty N'app', N'1.0'")
        bench.run(
            "EXEC sys.sp_addextendedproperty @name = N'owner', @value = 7, @level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'PROCEDURE', @level1name = N'p'"
        )
        bench.run("EXEC sp_addextendedproperty N'note', N'of t', \(table)")
        bench.run("EXEC sp_addextendedproperty N'note', N'of a', \(table), N'COLUMN', N'a'")
        bench.run("EXEC sp_addextendedproperty N'note', N'of pk', \(table), N'CONSTRAINT', N'pk'")
        bench.run("EXEC sp_addextendedproperty N'note', N'of d', N'TRIGGER', N'd'")
        let all =
            "SELECT class_desc, COALESCE(OBJECT_NAME(major_id), '-'), minor_id, name, value, SQL_VARIANT_PROPERTY(value, 'BaseType') FROM sys.extended_properties ORDER BY class, CAST(value AS NVARCHAR(20))"
        #expect(
            bench.run(all).dropFirst() == [
                "DATABASE | - | 0 | app | 1.0 | nvarchar", "OBJECT_OR_COLUMN | p | 0 | owner | 7 | int",
                "OBJECT_OR_COLUMN | t | 2 | note | of a | nvarchar",
                "OBJECT_OR_COLUMN | d | 0 | note | of d | nvarchar",
                "OBJECT_OR_COLUMN | pk | 0 | note | of pk | nvarchar",
                "OBJECT_OR_COLUMN | t | 0 | note | of t | nvarchar",
            ]
        )
        #expect(number("EXEC sp_addextendedproperty N'note', N'x', \(table)") == "Msg 15233")
        #expect(
            number("EXEC sp_addextendedproperty N'note', N'x', N'SCHEMA', N'dbo', N'TABLE', N'none'") == "Msg 15135"
        )
        #expect(number("EXEC sp_dropextendedproperty N'none', \(table)") == "Msg 15217")
        bench.run("EXEC sp_updateextendedproperty N'note', N'new', \(table)")
        #expect(
            bench.run("SELECT value FROM sys.extended_properties WHERE major_id = OBJECT_ID('t') AND minor_id = 0").last
                == "new"
        )
        bench.run(
            "BEGIN TRAN; EXEC sp_dropextendedproperty N'app'; ROLLBACK; ALTER TABLE t DROP COLUMN a; DROP PROCEDURE p"
        )
        #expect(bench.run("SELECT COUNT(*) FROM sys.extended_properties").last == "4")
        bench.run("EXEC sp_dropextendedproperty N'app'; DROP TABLE t; DROP TRIGGER d ON DATABASE")
        #expect(bench.run("SELECT COUNT(*) FROM sys.extended_properties").last == "0")
    }
}

@Suite("A trigger of the database makes a capture instance in the transaction of ALTER TABLE")
struct CaptureTriggerTests {
    let bench: CaptureBench

    init() throws {
        bench = try CaptureBench()
        bench.run(
            "CREATE LOGIN dev WITH PASSWORD = 'x'; CREATE USER dev FOR LOGIN dev; ALTER ROLE db_ddladmin ADD MEMBER dev"
        )
        bench.run(
            "CREATE TABLE t (id INT PRIMARY KEY, a INT); CREATE TABLE audit (number INT, message NVARCHAR(4000), who SYSNAME)"
        )
        bench.capture("t")
        bench.run(
            """
            CREATE PROCEDURE rotate @table SYSNAME WITH EXECUTE AS OWNER AS
            BEGIN
                SET NOCOUNT ON
                DECLARE @name SYSNAME = N'second_' + @table
                EXEC sys.sp_cdc_enable_table N'dbo', @table, @capture_instance = @name, @role_name = NULL
            END
            """
        )
        bench.run(
            """
            CREATE TRIGGER follow ON DATABASE FOR ALTER_TABLE AS
            BEGIN
                SET NOCOUNT ON
                SET XACT_ABORT OFF
                DECLARE @table SYSNAME = EVENTDATA().value('(/EVENT_INSTANCE/ObjectName)[1]', 'sysname')
                SAVE TRANSACTION follow
                BEGIN TRY
                    EXEC dbo.rotate @table
                END TRY
                BEGIN CATCH
                    IF XACT_STATE() = 1 ROLLBACK TRANSACTION follow
                    IF XACT_STATE() <> -1 INSERT audit VALUES (ERROR_NUMBER(), ERROR_MESSAGE(), USER_NAME())
                END CATCH
            END
            """
        )
    }

    @Test func noValueOfANewColumnIsLost() throws {
        bench.run("GRANT EXECUTE ON rotate TO dev; GRANT INSERT ON t TO dev")
        let dev = try bench.connect("dev")
        #expect(
            bench.run("BEGIN TRAN; ALTER TABLE t ADD b INT; INSERT t VALUES (1, 2, 3); COMMIT", on: dev).errors == []
        )
        bench.scan()
        #expect(bench.rows("SELECT capture_instance FROM cdc.change_tables ORDER BY 1") == ["dbo_t", "second_t"])
        #expect(bench.rows("SELECT id, a, b FROM cdc.second_t_CT") == ["1 2 3"])
        #expect(bench.rows("SELECT * FROM audit") == [])
        // Rolled back, the instance is gone with the column.
        bench.run("EXEC sys.sp_cdc_disable_table N'dbo', N't', N'second_t'")
        bench.run("BEGIN TRAN; ALTER TABLE t ADD c INT; ROLLBACK")
        #expect(bench.rows("SELECT capture_instance FROM cdc.change_tables") == ["dbo_t"])
    }

    @Test func whatFailsInTheTriggerDoesNotBreakTheStatement() {
        bench.run("ALTER TABLE t ADD b INT")
        #expect(bench.run("ALTER TABLE t ADD c INT; INSERT t VALUES (1, 2, 3, 4)").errors == [])
        #expect(bench.rows("SELECT number, who FROM audit") == ["22926 dbo"])
        #expect(bench.rows("SELECT COUNT(*) FROM t") == ["1"])
        // One that XACT_ABORT dooms does.
        bench.run(
            "ALTER TRIGGER follow ON DATABASE FOR ALTER_TABLE AS BEGIN TRY EXEC dbo.rotate N't' END TRY BEGIN CATCH PRINT XACT_STATE() END CATCH"
        )
        #expect(bench.run("ALTER TABLE t ADD d INT").errors == [3616])
        #expect(bench.rows("SELECT COL_LENGTH('t', 'd')") == ["NULL"])
    }
}
