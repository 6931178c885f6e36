import Testing

@testable import SQLServerEmulator

@Suite("Procedures of the system")
struct SystemProcedureTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            "CREATE TABLE t (id INT IDENTITY CONSTRAINT pk_t PRIMARY KEY, name NVARCHAR(20) NULL, price DECIMAL(10, 2) CONSTRAINT df_price DEFAULT 1); CREATE INDEX ix_name ON t (name DESC); INSERT t (name) VALUES (N'a'), (N'b')"
        )
    }

    @Test func textsWithParameters() {
        #expect(
            bench.run("EXEC sys.sp_executesql N'SELECT name FROM t WHERE id = @id', N'@id int', @id = 2").dropFirst()
                == ["b"]
        )
        #expect(
            bench.run(
                "DECLARE @n INT; EXEC sp_executesql N'SELECT @c = COUNT(*) FROM t WHERE id >= @low', N'@low int, @c int OUTPUT', 1, @n OUTPUT; PRINT @n"
            ).last == "2"
        )
        #expect(bench.run("EXEC sp_executesql N'SELECT 1 AS a'") == ["# a int", "1"])
        #expect(bench.run("EXEC sp_executesql 'SELECT 1'").last?.hasPrefix("Msg 214") == true)
        #expect(bench.run("EXEC sp_executesql N'SELECT @a', N'@a int'").last?.hasPrefix("Msg 8178") == true)
    }

    @Test func preparedTexts() {
        #expect(
            bench.run(
                """
                DECLARE @h INT
                EXEC sp_prepare @h OUTPUT, N'@id int', N'SELECT name FROM t WHERE id = @id'
                EXEC sp_execute @h, 1
                EXEC sp_execute @h, 2
                EXEC sp_unprepare @h
                EXEC sp_execute @h, 1
                """
            ) == [
                "# name nvarchar(20)", "a", "# name nvarchar(20)", "b",
                "Msg 8179, Level 16, Line 6: Could not find prepared statement with handle 1.",
            ]
        )
        #expect(
            bench.run("DECLARE @h INT; EXEC sp_prepexec @h OUTPUT, N'@id int', N'SELECT @id AS x', 7; PRINT @h") == [
                "# x int", "7", "2",
            ]
        )
    }

    @Test func renaming() {
        bench.run("EXEC sp_rename 'dbo.t.name', 'title', 'COLUMN'")
        #expect(bench.run("SELECT title FROM t WHERE id = 1").dropFirst() == ["a"])
        bench.run(
            "EXEC sp_rename 't', 'items'; EXEC sp_rename 'items.ix_name', 'ix_title', 'INDEX'; EXEC sp_rename 'pk_t', 'pk_items'"
        )
        #expect(
            bench.run("SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID('items') ORDER BY index_id").dropFirst()
                == ["pk_items", "ix_title"]
        )
        #expect(bench.run("EXEC sp_rename 'none', 'x'").last?.hasPrefix("Msg 15225") == true)
        bench.run("CREATE TABLE u (a INT CHECK (a > 0), b INT)")
        #expect(bench.run("EXEC sp_rename 'u.a', 'c', 'COLUMN'").last?.hasPrefix("Msg 15336") == true)
        #expect(bench.run("EXEC sp_rename 'u.b', 'a', 'COLUMN'").last?.hasPrefix("Msg 15335") == true)
    }

    @Test func catalogue() {
        #expect(
            bench.run("EXEC sp_tables @table_name = 't', @table_type = \"'TABLE'\"").dropFirst() == [
                "shop | dbo | t | TABLE | NULL"
            ]
        )
        #expect(bench.run("EXEC shop.sys.sp_pkeys 't'").dropFirst() == ["shop | dbo | t | id | 1 | pk_t"])
        #expect(
            bench.run("EXEC sp_columns_100 't', @ODBCVer = 3").dropFirst() == [
                "shop | dbo | t | id | 4 | int identity | 10 | 4 | 0 | 10 | 0 | NULL | NULL | 4 | NULL | NULL | 1 | NO | 0 | 0 | 0 | 1 | NULL | NULL | NULL | NULL | NULL | NULL | 56",
                "shop | dbo | t | name | -9 | nvarchar | 20 | 40 | NULL | NULL | 1 | NULL | NULL | -9 | NULL | 40 | 2 | YES | 0 | 0 | 0 | 0 | NULL | NULL | NULL | NULL | NULL | NULL | 39",
                "shop | dbo | t | price | 3 | decimal | 10 | 12 | 2 | 10 | 1 | NULL | ((1)) | 3 | NULL | NULL | 3 | YES | 0 | 0 | 0 | 0 | NULL | NULL | NULL | NULL | NULL | NULL | 106",
            ]
        )
        #expect(
            bench.run("EXEC sp_statistics_100 't'").dropFirst() == [
                "shop | dbo | t | NULL | NULL | NULL | 0 | NULL | NULL | NULL | 2 | 1 | NULL",
                "shop | dbo | t | 0 | t | pk_t | 1 | 1 | id | A | 2 | 1 | NULL",
                "shop | dbo | t | 1 | t | ix_name | 3 | 1 | name | D | NULL | 1 | NULL",
            ]
        )
        #expect(
            bench.run("EXEC [sys].sp_datatype_info_100 -9, @ODBCVer = 3").dropFirst().first?.hasPrefix(
                "nvarchar | -9 | 4000 | N' | ' | length"
            ) == true
        )
        #expect(bench.run("EXEC sp_datatype_info").count == 30)
        #expect(bench.run("EXEC sp_databases").dropFirst().first == "master | 8192 | NULL")
    }

    @Test func settings() {
        #expect(
            bench.run("EXEC sp_configure 'max text repl size', 100000") == [
                "Configuration option 'max text repl size (B)' changed from 65536 to 100000. Run the RECONFIGURE statement to install."
            ]
        )
        #expect(
            bench.run("EXEC sp_configure 'max text repl size (B)'").dropFirst() == [
                "max text repl size (B) | -1 | 2147483647 | 100000 | 65536"
            ]
        )
        bench.run("RECONFIGURE")
        #expect(bench.server.registry.setting("max text repl size (B)") == 100_000)
        #expect(bench.run("EXEC sp_configure 'none', 1").last?.hasPrefix("Msg 15123") == true)
        #expect(bench.run("EXEC sp_set_session_context 'k', 5, 1; SELECT SESSION_CONTEXT(N'k')").last == "5")
        #expect(bench.run("EXEC sp_set_session_context 'k', 6").last?.hasPrefix("Msg 15664") == true)
        bench.run("CREATE TABLE #x (id INT); BEGIN TRAN; INSERT t (name) VALUES (N'c'); EXEC sp_reset_connection")
        #expect(bench.run("SELECT COUNT(*), @@TRANCOUNT, SESSION_CONTEXT(N'k') FROM t").last == "2 | 0 | NULL")
        bench.run("EXEC sp_dboption 'shop', 'trunc. log on chkpt.', 'true'")
        #expect(bench.run("SELECT recovery_model_desc FROM sys.databases WHERE name = 'shop'").last == "SIMPLE")
    }

    @Test func locksOfApplications() throws {
        let answers = Answers()
        let other = try Session(
            server: bench.server,
            login: bench.session.login,
            database: "shop",
            recorder: NoRecorder(),
            sink: answers
        )
        #expect(bench.run("DECLARE @r INT; EXEC @r = sp_getapplock 'job', 'Exclusive', 'Session'; PRINT @r") == ["0"])
        other.run(batch: "DECLARE @r INT; EXEC @r = sp_getapplock 'job', 'Shared', 'Session', 0; PRINT @r")
        #expect(answers.take() == ["-1"])
        bench.run("EXEC sp_releaseapplock 'job', 'Session'")
        other.run(batch: "DECLARE @r INT; BEGIN TRAN; EXEC @r = sp_getapplock 'job', 'Exclusive'; PRINT @r; COMMIT")
        #expect(answers.take() == ["0"])
        #expect(
            bench.run("DECLARE @r INT; EXEC @r = sp_getapplock 'job', 'Exclusive', 'Session', 0; PRINT @r") == ["0"]
        )
        #expect(bench.run("EXEC sp_releaseapplock 'none', 'Session'").last?.hasPrefix("Msg 1223") == true)
    }

    @Test func principalsAndRest() {
        bench.run(
            "CREATE LOGIN ann WITH PASSWORD = 'x'; EXEC sp_grantdbaccess 'ann'; CREATE ROLE r; EXEC sp_addrolemember 'r', 'ann'"
        )
        #expect(bench.run("SELECT IS_ROLEMEMBER('r', 'ann')").last == "1")
        #expect(
            bench.run(
                "EXEC sys.sp_addextendedproperty @name = N'd', @value = N'v', @level0type = N'SCHEMA', @level0name = N'dbo'"
            ) == []
        )
        bench.run("CREATE VIEW v AS\nSELECT 1 AS a")
        #expect(bench.run("EXEC sp_helptext 'v'").dropFirst() == ["CREATE VIEW v AS\r\n", "SELECT 1 AS a"])
        #expect(bench.run("EXEC sp_spaceused 't'").dropFirst().first?.hasPrefix("t | 2 ") == true)
        #expect(bench.run("EXEC xp_msver").last?.hasPrefix("Msg 40517") == true)
        #expect(bench.run("EXEC sp_who").count > 1)
        #expect(bench.run("EXEC sp_pkeys").last?.hasPrefix("Msg 201") == true)
    }
}
