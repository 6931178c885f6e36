import Testing

@testable import SQLServerEmulator

@Suite("Change Tracking")
struct ChangeTrackingTests {
    let bench: CaptureBench

    init() throws {
        bench = try CaptureBench(enabled: false)
        bench.run("ALTER DATABASE shop SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)")
        bench.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT); INSERT t VALUES (1, 1, 1), (2, 1, 1), (3, 1, 1)")
        bench.run("ALTER TABLE t ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
    }

    private func changes(
        _ since: String,
        _ columns: String =
            "SYS_CHANGE_VERSION, SYS_CHANGE_CREATION_VERSION, SYS_CHANGE_OPERATION, SYS_CHANGE_COLUMNS, id"
    ) -> [String] {
        bench.rows("SELECT \(columns) FROM CHANGETABLE(CHANGES t, \(since)) AS c ORDER BY id")
    }

    private var id: Int { bench.session.database.table(schema: "dbo", name: "t")?.id ?? 0 }

    @Test func versions() {
        #expect(
            bench.rows(
                "SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(\(id)), CHANGE_TRACKING_MIN_VALID_VERSION(1)"
            ) == ["0 0 NULL"]
        )
        bench.run("UPDATE t SET a = 2 WHERE id = 1")
        bench.run("BEGIN TRAN; UPDATE t SET b = 2 WHERE id = 1; INSERT t VALUES (4, 1, 1); COMMIT")
        bench.run("BEGIN TRAN; DELETE t; ROLLBACK")
        #expect(bench.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION()") == ["2"])
        #expect(changes("0") == ["2 NULL U NULL 1", "2 2 I NULL 4"])
        #expect(changes("1") == ["2 NULL U 0x0000000003000000 1", "2 2 I NULL 4"])
        #expect(changes("2") == [])
        #expect(changes("NULL").count == 2)
        #expect(bench.rows("SELECT commit_ts FROM sys.dm_tran_commit_table") == ["1", "2"])
        #expect(
            bench.rows(
                "SELECT CHANGE_TRACKING_IS_COLUMN_IN_MASK(3, SYS_CHANGE_COLUMNS), CHANGE_TRACKING_IS_COLUMN_IN_MASK(2, SYS_CHANGE_COLUMNS), CHANGE_TRACKING_IS_COLUMN_IN_MASK(2, NULL) FROM CHANGETABLE(CHANGES t, 1) AS c WHERE id = 1"
            ) == ["1 0 1"]
        )
        #expect(bench.run("SELECT CHANGE_TRACKING_IS_COLUMN_IN_MASK(3, 0x01)").errors == [22101])
    }

    @Test func whatBecameOfAKey() {
        bench.run("DELETE t WHERE id = 1; INSERT t VALUES (1, 5, 5)")
        bench.run("INSERT t VALUES (5, 1, 1); DELETE t WHERE id = 5")
        bench.run("UPDATE t SET id = 20 WHERE id = 2")
        bench.run("INSERT t VALUES (6, 1, 1); DELETE t WHERE id = 6; INSERT t VALUES (6, 2, 2)")
        #expect(
            changes("0", "SYS_CHANGE_OPERATION, SYS_CHANGE_COLUMNS, id") == [
                "U NULL 1", "D NULL 2", "D NULL 5", "I NULL 6", "I NULL 20",
            ]
        )
        #expect(
            bench.rows(
                "SELECT COUNT(DISTINCT SYS_CHANGE_VERSION) FROM CHANGETABLE(CHANGES t, 0) AS c WHERE id IN (2, 20)"
            ) == ["1"]
        )
    }

    @Test func masks() {
        // A key that is set to what it is is no change of the key, and none of its columns either.
        bench.run("UPDATE t SET id = id, a = 2 WHERE id = 1")
        #expect(changes("0", "SYS_CHANGE_OPERATION, SYS_CHANGE_COLUMNS, id") == ["U 0x0000000002000000 1"])
        // After a row was there anew, all of its columns count, whatever an update touched since.
        bench.run("DELETE t WHERE id = 1; INSERT t VALUES (1, 3, 3); UPDATE t SET a = 4 WHERE id = 1")
        #expect(changes("1", "SYS_CHANGE_OPERATION, SYS_CHANGE_COLUMNS, id") == ["U NULL 1"])
        #expect(changes("3", "SYS_CHANGE_OPERATION, SYS_CHANGE_COLUMNS, id") == ["U 0x0000000002000000 1"])
        bench.run("CREATE TABLE p (id INT PRIMARY KEY, a INT, b INT); INSERT p VALUES (1, 1, 1)")
        bench.run("ALTER TABLE p ENABLE CHANGE_TRACKING; UPDATE p SET a = 2")
        #expect(bench.rows("SELECT SYS_CHANGE_COLUMNS FROM CHANGETABLE(CHANGES p, 0) AS c") == ["NULL"])
    }

    @Test func keysMoveOverEachOther() {
        bench.run("UPDATE t SET id = id + 1")
        #expect(changes("0", "SYS_CHANGE_OPERATION, id") == ["D 1", "U 2", "U 3", "I 4"])
    }

    @Test func context() {
        bench.run(
            "WITH CHANGE_TRACKING_CONTEXT (0x0102) UPDATE t SET a = 9 WHERE id = 1; UPDATE t SET a = 9 WHERE id = 2"
        )
        #expect(changes("0", "id, SYS_CHANGE_CONTEXT") == ["1 0x0102", "2 NULL"])
        #expect(bench.run("WITH CHANGE_TRACKING_CONTEXT (1) UPDATE t SET a = 9").errors == [22109])
    }

    @Test func versionsOfRows() {
        bench.run("UPDATE t SET a = 2 WHERE id = 1; UPDATE t SET a = 3 WHERE id = 1; UPDATE t SET a = 2 WHERE id = 3")
        #expect(
            bench.rows(
                "SELECT t.id, c.SYS_CHANGE_VERSION FROM t CROSS APPLY CHANGETABLE(VERSION t, (id), (t.id)) AS c ORDER BY t.id"
            ) == ["1 2", "2 NULL", "3 3"]
        )
        #expect(bench.rows("SELECT SYS_CHANGE_VERSION, id FROM CHANGETABLE(VERSION t, (id), (3)) AS c") == ["3 3"])
        #expect(bench.run("SELECT * FROM CHANGETABLE(VERSION t, (a), (3)) AS c").errors == [22111])
        #expect(bench.run("SELECT * FROM CHANGETABLE(VERSION t, (id, id), (3, 3)) AS c").errors == [22110])
    }

    @Test func emptying() {
        bench.run("UPDATE t SET a = 2")
        bench.run("TRUNCATE TABLE t")
        #expect(
            bench.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(\(id))") == ["2 2"]
        )
        #expect(changes("1") == [])
        #expect(bench.session.database.tables[id]?.tracking?.minimumValidVersion == 2)
        // The transaction that empties the table sees that it did.
        #expect(bench.rows("BEGIN TRAN; TRUNCATE TABLE t; SELECT CHANGE_TRACKING_MIN_VALID_VERSION(\(id))") == ["3"])
        bench.run("ROLLBACK")
        #expect(bench.rows("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(\(id))") == ["2"])
    }

    @Test func cleanup() throws {
        bench.run("UPDATE t SET a = 2 WHERE id = 1")
        bench.clock.advance(seconds: 3 * 86_400)
        bench.run("UPDATE t SET a = 2 WHERE id = 2")
        try CaptureJob(bench.server, "shop").cleanUpTracking(now: bench.clock.now)
        #expect(bench.rows("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(\(id))") == ["1"])
        #expect(changes("0", "id") == ["2"])
        #expect(bench.rows("SELECT commit_ts FROM sys.dm_tran_commit_table") == ["2"])
    }

    @Test func cleanupKeepsWhatIsYounger() throws {
        let job = try CaptureJob(bench.server, "shop")
        bench.run("UPDATE t SET a = 2 WHERE id = 1")
        bench.clock.advance(seconds: 47 * 3600)
        try job.cleanUpTracking(now: bench.clock.now)
        #expect(changes("0", "id") == ["1"])
        bench.run("ALTER DATABASE shop SET CHANGE_TRACKING (CHANGE_RETENTION = 48 HOURS)")
        try job.cleanUpTracking(now: bench.clock.now)
        #expect(changes("0", "id") == ["1"])
        // A table that is tracked since later keeps its first version.
        bench.run("UPDATE t SET a = 2 WHERE id = 2")
        bench.run("CREATE TABLE k (id INT PRIMARY KEY); ALTER TABLE k ENABLE CHANGE_TRACKING")
        bench.clock.advance(seconds: 2 * 3600)
        try job.cleanUpTracking(now: bench.clock.now)
        #expect(changes("0", "id") == ["2"])
        #expect(
            bench.rows(
                "SELECT CHANGE_TRACKING_MIN_VALID_VERSION(\(id)), CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('k'))"
            )
                == ["1 2"]
        )
    }

    @Test func aSnapshotSeesOneTime() throws {
        bench.run("ALTER DATABASE shop SET ALLOW_SNAPSHOT_ISOLATION ON")
        let reader = try bench.connect()
        bench.run("UPDATE t SET a = 2 WHERE id = 1")
        #expect(
            bench.rows(
                "SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT CHANGE_TRACKING_CURRENT_VERSION()",
                on: reader
            ) == ["1"]
        )
        bench.run("DELETE t WHERE id = 1; TRUNCATE TABLE t")
        #expect(
            bench.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(\(id))", on: reader)
                == ["1 0"]
        )
        #expect(
            bench.rows(
                "SELECT c.SYS_CHANGE_OPERATION, c.id, t.a FROM CHANGETABLE(CHANGES t, 0) AS c LEFT JOIN t ON t.id = c.id",
                on: reader
            ) == ["U 1 2"]
        )
        bench.run("COMMIT", on: reader)
        #expect(
            bench.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(\(id))", on: reader)
                == ["3 3"]
        )
    }

    @Test func refusals() throws {
        #expect(bench.run("ALTER TABLE t ENABLE CHANGE_TRACKING").errors == [4996])
        bench.run("CREATE TABLE h (id INT)")
        #expect(bench.run("ALTER TABLE h ENABLE CHANGE_TRACKING").errors == [4997])
        #expect(bench.run("ALTER TABLE h DISABLE CHANGE_TRACKING").errors == [4998])
        #expect(bench.run("SELECT * FROM CHANGETABLE(CHANGES h, 0) AS c").errors == [22105])
        #expect(bench.run("SELECT * FROM CHANGETABLE(CHANGES t, 0)").errors == [22104])
        bench.run("CREATE TABLE k (id INT CONSTRAINT pk_k PRIMARY KEY); ALTER TABLE k ENABLE CHANGE_TRACKING")
        #expect(bench.run("ALTER TABLE k DROP CONSTRAINT pk_k").errors == [3735])
        #expect(bench.run("ALTER DATABASE shop SET CHANGE_TRACKING = OFF").errors == [22115])
        bench.run(
            "ALTER TABLE k DISABLE CHANGE_TRACKING; ALTER TABLE t DISABLE CHANGE_TRACKING; ALTER DATABASE shop SET CHANGE_TRACKING = OFF"
        )
        #expect(
            bench.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(\(id))") == [
                "NULL NULL"
            ]
        )
        #expect(bench.run("ALTER TABLE t ENABLE CHANGE_TRACKING").errors == [22105])
    }

    @Test func permissions() throws {
        bench.run(
            "CREATE LOGIN reader WITH PASSWORD = 'x'; CREATE USER reader FOR LOGIN reader; GRANT SELECT ON dbo.t TO reader"
        )
        let reader = try bench.connect("reader")
        #expect(bench.run("SELECT * FROM CHANGETABLE(CHANGES t, 0) AS c", on: reader).errors == [229])
        #expect(bench.rows("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(\(id))", on: reader) == ["NULL"])
        bench.run("GRANT VIEW CHANGE TRACKING ON dbo.t TO reader")
        #expect(bench.run("SELECT * FROM CHANGETABLE(CHANGES t, 0) AS c", on: reader).errors == [])
        #expect(bench.rows("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(\(id))", on: reader) == ["0"])
    }
}
