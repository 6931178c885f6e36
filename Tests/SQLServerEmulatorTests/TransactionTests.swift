import Testing

@testable import SQLServerEmulator

@Suite("What transactions leave behind")
struct TransactionTests {
    /// Refuses to commit, as a full log does.
    private final class Refusing: ChangeRecorder {
        var refuses = false
        var rollbacks = 0
        func record(
            _ table: TableObject,
            before: [StoredValue]?,
            after: [StoredValue]?,
            touched: Set<Int>,
            by session: Session
        ) {}
        func willBeginStatement(_ session: Session) {}
        func willCommit(_ session: Session) throws(SQLError) {
            if refuses { throw SQLError(9002, "The transaction log is full.", severity: 17) }
        }
        func didRollBack(_ session: Session) { rollbacks += 1 }
    }

    @Test func aCommitThatFailsRollsBack() throws {
        let bench = try Bench()
        let recorder = Refusing()
        bench.session.recorder = recorder
        bench.run("CREATE TABLE t (id INT)")
        recorder.refuses = true
        #expect(bench.run("BEGIN TRAN; INSERT t VALUES (1); COMMIT").last?.hasPrefix("Msg 9002") == true)
        #expect(recorder.rollbacks == 1)
        recorder.refuses = false
        #expect(bench.run("SELECT @@TRANCOUNT, COUNT(*) FROM t").last == "0 | 0")
        // Others may write.
        let other = try Session(
            server: bench.server,
            login: bench.session.login,
            database: "shop",
            recorder: NoRecorder(),
            sink: bench.answers
        )
        other.settings.lockTimeout = 0
        other.run(batch: "INSERT t VALUES (2)")
        #expect(bench.answers.take() == ["(1 rows)"])
    }

    @Test func rowVersions() throws {
        let bench = try Bench()
        bench.run("CREATE TABLE t (id INT, v ROWVERSION)")
        #expect(bench.run("INSERT t VALUES (1, DEFAULT)") == ["(1 rows)"])
        #expect(bench.run("INSERT t (id, v) VALUES (2, DEFAULT)") == ["(1 rows)"])
        #expect(bench.run("INSERT t (id) VALUES (3)") == ["(1 rows)"])
        #expect(bench.run("INSERT t VALUES (4)").last?.hasPrefix("Msg 213") == true)
        #expect(bench.run("INSERT t VALUES (4, 0x01)").last?.hasPrefix("Msg 273") == true)
        #expect(bench.run("INSERT t SELECT * FROM t").last?.hasPrefix("Msg 273") == true)
        #expect(bench.run("INSERT t (id, v) SELECT 1").last?.hasPrefix("Msg 120") == true)
        #expect(bench.run("SELECT COUNT(DISTINCT v), IIF(MAX(v) = @@DBTS, 'last', '') FROM t").last == "3 | last")
        #expect(
            bench.run("SELECT IIF(CAST(MIN_ACTIVE_ROWVERSION() AS BIGINT) = CAST(@@DBTS AS BIGINT) + 1, 'next', '')")
                .last
                == "next"
        )
        #expect(
            bench.run(
                "BEGIN TRAN; UPDATE t SET id = 5 WHERE id = 1; UPDATE t SET id = 6 WHERE id = 2; SELECT IIF(MIN_ACTIVE_ROWVERSION() = v, 'its', '') FROM t WHERE id = 5; ROLLBACK; SELECT IIF(CAST(MIN_ACTIVE_ROWVERSION() AS BIGINT) = CAST(@@DBTS AS BIGINT) + 1, 'next', '')"
            ).filter { ["its", "next"].contains($0) } == ["its", "next"]
        )
    }

    @Test func aSnapshotDoesNotSeeWhatWasDefinedLater() throws {
        let bench = try CaptureBench(enabled: false)
        bench.run("ALTER DATABASE shop SET ALLOW_SNAPSHOT_ISOLATION ON; CREATE TABLE t (id INT PRIMARY KEY)")
        let reader = try bench.connect()
        #expect(
            bench.rows("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT COUNT(*) FROM t", on: reader) == [
                "0"
            ]
        )
        bench.run("EXEC sys.sp_cdc_enable_db; CREATE TABLE u (id INT)")
        #expect(bench.rows("SELECT COUNT(*) FROM t", on: reader) == ["0"])
        #expect(bench.rows("SELECT sys.fn_cdc_get_max_lsn()", on: reader) == ["Msg 3961"])
        #expect(bench.rows("SELECT @@TRANCOUNT", on: reader) == ["0"])
        bench.run("BEGIN TRAN; SELECT COUNT(*) FROM t", on: reader)
        bench.run("CREATE TABLE w (id INT)")
        #expect(bench.rows("SELECT * FROM w", on: reader) == ["Msg 3961"])
    }

    @Test func aDatabaseThatAllowsNoSnapshotsIsNotReadUnderOne() throws {
        let bench = try Bench()
        bench.run("CREATE TABLE t (id INT); INSERT t VALUES (1); CREATE DATABASE other")
        func run(_ text: String) -> [String] {
            bench.run(text).filter { !$0.hasPrefix("#") }.map {
                $0.hasPrefix("Msg") ? String($0.prefix { $0 != "," }) : $0
            }
        }
        bench.run("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
        #expect(run("SELECT id FROM t") == ["Msg 3952"])
        #expect(run("BEGIN TRAN; SELECT 1; SELECT DB_NAME()") == ["1", "shop"])
        #expect(run("SELECT id FROM t") == ["Msg 3952"])
        bench.run("IF @@TRANCOUNT > 0 ROLLBACK")
        #expect(run("UPDATE t SET id = 2") == ["Msg 3952"])
        #expect(run("CREATE TABLE #t (id INT); INSERT #t VALUES (3); SELECT id FROM #t") == ["(1 rows)", "3"])
        #expect(run("USE other; SELECT id FROM shop.dbo.t").last == "Msg 3952")
        bench.run("USE shop; ALTER DATABASE shop SET ALLOW_SNAPSHOT_ISOLATION ON")
        #expect(run("SELECT id FROM t") == ["1"])
        #expect(run("BEGIN TRAN; SELECT id FROM t; COMMIT") == ["1"])
    }
}
