import Testing

@testable import SQLServerEmulator

@Suite("Functions know session and catalogue")
struct ContextFunctionTests {
    let bench: Bench

    init() throws { bench = try Bench() }

    private func values(_ list: String) -> String? { bench.run("SELECT \(list)").last }

    @Test func objects() {
        bench.run("CREATE TABLE [Order Details] (id INT PRIMARY KEY, n NVARCHAR(10) NULL); CREATE TABLE #t (id INT)")
        #expect(
            values(
                "OBJECT_NAME(OBJECT_ID('dbo.[Order Details]')), OBJECT_SCHEMA_NAME(OBJECT_ID('Order Details'), DB_ID())"
            ) == "Order Details | dbo"
        )
        #expect(
            values("CASE WHEN OBJECT_ID('tempdb..#t') IS NOT NULL THEN 1 END, OBJECT_ID('tempdb..#u')") == "1 | NULL"
        )
        #expect(
            values("OBJECT_ID('Order Details', 'V'), CASE WHEN OBJECT_ID('Order Details', 'u') > 0 THEN 1 END")
                == "NULL | 1"
        )
        #expect(
            values("CASE WHEN OBJECT_ID('sys.tables') < 0 THEN OBJECT_NAME(OBJECT_ID('sys.tables')) END") == "tables"
        )
        #expect(
            values(
                "OBJECTPROPERTY(OBJECT_ID('Order Details'), 'IsUserTable'), OBJECTPROPERTY(OBJECT_ID('Order Details'), 'TableHasPrimaryKey'), OBJECTPROPERTY(1, 'IsTable')"
            ) == "1 | 1 | NULL"
        )
        #expect(
            values(
                "OBJECTPROPERTYEX(OBJECT_ID('Order Details'), 'BaseType'), COLUMNPROPERTY(OBJECT_ID('Order Details'), 'n', 'AllowsNull'), COLUMNPROPERTY(OBJECT_ID('Order Details'), 'n', 'Precision')"
            ) == "U  | 1 | 10"
        )
        #expect(values("COL_LENGTH('Order Details', 'n'), INDEX_COL('Order Details', 1, 1)") == "20 | id")
        #expect(
            values("TYPE_NAME(231), TYPE_ID('sysname'), SCHEMA_NAME(4), SCHEMA_ID('dbo'), TYPE_NAME(9999)")
                == "nvarchar | 256 | sys | 1 | NULL"
        )
    }

    @Test func properties() {
        #expect(
            values(
                "CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(64)), CAST(SERVERPROPERTY('EngineEdition') AS int), SERVERPROPERTY('nothing')"
            ) == "16.0.1000.6 | 3 | NULL"
        )
        #expect(
            values(
                "CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(32)), DATABASEPROPERTYEX('shop', 'Status'), DB_NAME(1), DB_ID('none')"
            ) == "READ_WRITE | ONLINE | master | NULL"
        )
        #expect(values("CONNECTIONPROPERTY('net_transport'), SESSIONPROPERTY('ANSI_NULLS')") == "TCP | 1")
        bench.session.client = SessionClient(hostName: "box", programName: "tool")
        #expect(
            values("HOST_NAME(), APP_NAME(), PROGRAM_NAME(), SYSTEM_USER, ORIGINAL_LOGIN(), USER, SUSER_NAME()")
                == "box | tool | tool | sa | sa | dbo | sa"
        )
        #expect(
            values(
                "HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'VIEW DATABASE PERFORMANCE STATE'), IS_MEMBER('db_owner'), IS_MEMBER('none'), HAS_DBACCESS('shop')"
            ) == "1 | 1 | NULL | 1"
        )
        #expect(values("CURRENT_TIMEZONE_ID(), XACT_STATE(), CURSOR_STATUS('global', 'c')") == "UTC | 0 | -3")
    }

    @Test func state() {
        bench.run("CREATE TABLE t (id INT IDENTITY(10, 5), n INT)")
        #expect(
            values("IDENT_CURRENT('t'), IDENT_SEED('t'), IDENT_INCR('t'), SCOPE_IDENTITY()") == "10 | 10 | 5 | NULL"
        )
        #expect(
            bench.run("INSERT t (n) VALUES (1), (2); SELECT SCOPE_IDENTITY(), IDENT_CURRENT('t'), ROWCOUNT_BIG()").last
                == "15 | 15 | 2"
        )
        #expect(
            bench.run(
                "BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_MESSAGE(), ERROR_LINE(), ERROR_SEVERITY(), ERROR_STATE(), ERROR_PROCEDURE() END CATCH"
            ).last
                == "8134 | Divide by zero error encountered. | 1 | 16 | 1 | NULL"
        )
        #expect(bench.run("BEGIN TRAN; SELECT XACT_STATE(); ROLLBACK").dropFirst() == ["1"])
        #expect(
            bench.run(
                "SET CONTEXT_INFO 0x0102; SELECT CONVERT(varchar(20), CAST(CONTEXT_INFO() AS binary(3)), 1), LEN(CONTEXT_INFO())"
            ).last == "0x010200 | 128"
        )
        #expect(bench.run("SELECT NO_SUCH_FUNCTION(1)").last?.hasPrefix("Msg 195") == true)
        #expect(bench.run("SELECT DB_NAME(1, 2)").last?.hasPrefix("Msg 189") == true)
    }
}
