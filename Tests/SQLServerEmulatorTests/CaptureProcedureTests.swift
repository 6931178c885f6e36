import Testing

@testable import SQLServerEmulator

@Suite("Procedures and functions of Change Data Capture")
struct CaptureProcedureTests {
    let bench: CaptureBench

    init() throws { bench = try CaptureBench(enabled: false) }

    private func enable() {
        bench.run("EXEC sys.sp_cdc_enable_db")
        bench.run("CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL, b INT); CREATE TABLE h (a INT, b INT)")
    }

    @Test func databases() {
        for statement in [
            "EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = NULL", "EXEC sys.sp_cdc_disable_db",
            "EXEC sys.sp_cdc_scan",
            "EXEC sys.sp_cdc_help_jobs", "EXEC sys.sp_cdc_help_change_data_capture",
        ] { #expect(bench.run(statement).errors == [22901], "\(statement)") }
        #expect(bench.run("SELECT sys.fn_cdc_get_max_lsn()").errors == [208])
        #expect(bench.run("SELECT * FROM cdc.lsn_time_mapping").errors == [208])
        #expect(bench.run("SELECT * FROM msdb.dbo.cdc_jobs").errors == [208])
        #expect(bench.run("EXEC sys.sp_cdc_enable_db").errors == [])
        #expect(
            bench.run("EXEC sp_cdc_enable_db").messages.first?.hasPrefix("Database 'shop' is already enabled") == true
        )
        #expect(bench.rows("SELECT COUNT(*) FROM msdb.dbo.cdc_jobs") == ["0"])
        #expect(
            bench.rows("SELECT sys.fn_cdc_get_max_lsn(), sys.fn_cdc_get_min_lsn('none')") == [
                "NULL 0x00000000000000000000"
            ]
        )
        #expect(bench.run("USE master; EXEC sys.sp_cdc_enable_db").errors == [22989])
        bench.run("USE shop")
        #expect(bench.run("EXEC shop.sys.sp_cdc_disable_db").errors == [])
        #expect(bench.run("SELECT * FROM cdc.change_tables").errors == [208])
        bench.run("CREATE SCHEMA cdc")
        #expect(bench.run("EXEC sys.sp_cdc_enable_db").errors == [22906])
    }

    @Test(
        arguments: [
            ("N'dbo', N't'", 201), ("N'dbo', N't', @role_name = N''", 22907),
            ("N'cdc', N't', @role_name = NULL", 22974),
            ("N'dbo', N'none', @role_name = NULL", 22931), ("N'dbo', NULL, @role_name = NULL", 22963),
            ("N'dbo', N'h', @role_name = NULL, @supports_net_changes = 1", 22939),
            ("N'dbo', N't', @role_name = NULL, @index_name = N'none'", 22928),
            ("N'dbo', N't', @role_name = NULL, @index_name = N'plain'", 22929),
            ("N'dbo', N't', @role_name = NULL, @index_name = N'loose'", 22838),
            ("N'dbo', N't', @role_name = NULL, @captured_column_list = N'id, none'", 22942),
            ("N'dbo', N't', @role_name = NULL, @captured_column_list = N'id, [a'", 22965),
            ("N'dbo', N't', @role_name = NULL, @captured_column_list = N'a'", 22943),
            ("N'dbo', N't', @role_name = NULL, @filegroup_name = N'x'", 22973),
            ("N'dbo', N't', @role_name = NULL, @unknown = 1", 8145), ("N'dbo', N'r', @role_name = NULL", 22975),
        ] as [(String, Int32)]
    )
    func refusals(arguments: String, error: Int32) {
        enable()
        bench.run("CREATE INDEX plain ON t (a); CREATE UNIQUE INDEX loose ON t (b); CREATE TABLE r ([__$seqval] INT)")
        #expect(bench.run("EXEC sys.sp_cdc_enable_table \(arguments)").errors == [error])
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.change_tables") == ["0"])
    }

    @Test func instances() {
        enable()
        let answer = bench.run("EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = NULL")
        #expect(
            answer.errors == []
                && answer.messages.first
                    == "SQLServerAgent is not currently running so it cannot be notified of this action."
        )
        #expect(bench.run("EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = NULL").errors == [22926])
        let long = String(repeating: "n", count: 101)
        #expect(bench.run("EXEC sys.sp_cdc_enable_table N'dbo', N't', N'\(long)', @role_name = NULL").errors == [22927])
        bench.run("CREATE TABLE [\(long)] (id INT)")
        #expect(bench.run("EXEC sys.sp_cdc_enable_table N'dbo', N'\(long)', @role_name = NULL").errors == [22927])
        #expect(
            bench.run(
                "EXEC sys.sp_cdc_enable_table N'dbo', N't', N'it''s ]odd', @role_name = NULL, @supports_net_changes = 0"
            ).errors == []
        )
        #expect(bench.run("EXEC sys.sp_cdc_enable_table N'dbo', N't', N'third', @role_name = NULL").errors == [22962])
        #expect(
            bench.rows(
                "SELECT capture_instance, supports_net_changes, index_name FROM cdc.change_tables ORDER BY start_lsn"
            ).map { String($0.prefix(11)) } == ["dbo_t 1 PK_", "it's ]odd 0"]
        )
        bench.run("INSERT t VALUES (1, 1, 1)")
        bench.scan()
        #expect(bench.rows("SELECT id FROM cdc.[it's ]]odd_CT]") == ["1"])
        #expect(
            bench.rows(
                "DECLARE @a BINARY(10) = sys.fn_cdc_get_min_lsn(N'it''s ]odd'), @b BINARY(10) = sys.fn_cdc_get_max_lsn() SELECT id FROM cdc.[fn_cdc_get_all_changes_it's ]]odd](@a, @b, 'all')"
            ) == ["1"]
        )
        let help = bench.run("EXEC sys.sp_cdc_help_change_data_capture N'dbo', N't'")
        #expect(
            help.rows.count == 2 && help.names.first == "source_schema"
                && help.rows.first?.last == .string("[id], [a], [b]")
        )
        #expect(bench.run("EXEC sys.sp_cdc_help_change_data_capture N'dbo'").errors == [22972])
        #expect(bench.run("EXEC sys.sp_cdc_disable_table N'dbo', N't', N'none'").errors == [22960])
        #expect(bench.run("EXEC sys.sp_cdc_disable_table N'dbo', N'h', N'all'").errors == [22985])
        #expect(bench.run("EXEC sys.sp_cdc_disable_table N'dbo', N't', N'all'").errors == [])
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.lsn_time_mapping") == ["0"])
        #expect(bench.rows("EXEC sys.sp_cdc_get_captured_columns N'dbo_t'") == ["Msg 22981"])
    }

    @Test func jobs() {
        enable()
        #expect(bench.run("EXEC sys.sp_cdc_start_job").errors == [22997])
        bench.capture("t")
        #expect(
            bench.rows(
                "SELECT job_type, maxtrans, maxscans, continuous, pollinginterval, retention, threshold FROM msdb.dbo.cdc_jobs ORDER BY job_type"
            ) == [
                "capture 500 10 1 5 0 0", "cleanup 0 0 0 0 4320 5000",
            ]
        )
        #expect(
            bench.run("EXEC sys.sp_cdc_change_job @job_type = N'capture', @maxtrans = 7, @pollinginterval = 1").errors
                == []
        )
        #expect(
            bench.run("EXEC sys.sp_cdc_help_jobs").rows.first.map { Array($0[3...6]) } == [
                .integer(7), .integer(10), .integer(1), .integer(1),
            ]
        )
        for (arguments, error) in [
            ("N'other'", 22992), ("N'capture', @maxtrans = 0", 22991), ("N'capture', @maxscans = 0", 22970),
            ("N'capture', @pollinginterval = 86401", 22990),
            ("N'capture', @retention = 1", 22995), ("N'cleanup', @maxtrans = 1", 22996),
            ("N'cleanup', @retention = 0", 22994),
            ("N'cleanup', @threshold = 0", 22850),
        ] as [(String, Int32)] {
            #expect(bench.run("EXEC sys.sp_cdc_change_job \(arguments)").errors == [error], "\(arguments)")
        }
        #expect(bench.run("EXEC sys.sp_cdc_add_job N'capture'").errors == [14261])
        #expect(bench.run("EXEC sys.sp_cdc_drop_job N'cleanup'; EXEC sys.sp_cdc_drop_job N'cleanup'").errors == [22997])
        #expect(bench.run("EXEC sys.sp_cdc_add_job N'cleanup', @retention = 60").errors == [])
    }

    @Test func captureJob() throws {
        enable()
        bench.capture("t")
        bench.server.capture.options.isAgentRunning = true
        bench.run("EXEC sys.sp_cdc_change_job @maxtrans = 2, @maxscans = 2")
        #expect(bench.scan() == [22903])
        let job = try CaptureJob(bench.server, "shop")
        for id in 1...6 { bench.run("INSERT t VALUES (\(id), 1, 1)") }
        // The instance's own record, then three transactions: two scans of two.
        #expect(try job.runOnce(now: bench.clock.now) == LogScan.Outcome(transactions: 3, commands: 3))
        bench.server.capture.pauseCapture(of: "SHOP")
        #expect(try job.runOnce(now: bench.clock.now) == nil)
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.dbo_t_CT") == ["3"])
        bench.server.capture.resumeCapture(of: "shop")
        bench.server.capture.failNextScan(of: "shop", with: SQLError(9003, "The log scan number is not valid."))
        #expect(throws: SQLError.self) { try job.runOnce(now: bench.clock.now) }
        #expect(bench.rows("SELECT error_number FROM sys.dm_cdc_errors") == ["9003"])
        #expect(try job.runOnce(now: bench.clock.now)?.transactions == 3)
        // An idle database moves on all the same.
        #expect(try job.runOnce(now: bench.clock.now)?.transactions == 0)
        let before = bench.rows("SELECT sys.fn_cdc_get_max_lsn()")
        #expect(
            bench.rows(
                "SELECT TOP 1 start_lsn, empty_scan_count FROM sys.dm_cdc_log_scan_sessions ORDER BY session_id DESC"
            ) == ["00000000:00000000:0000 1"]
        )
        // Empty scans in a row are one session that counts them, and leave no entry before the database is idle for long.
        bench.clock.advance(seconds: 200)
        _ = try job.runOnce(now: bench.clock.now)
        #expect(
            bench.rows("SELECT TOP 1 empty_scan_count FROM sys.dm_cdc_log_scan_sessions ORDER BY session_id DESC") == [
                "2"
            ]
        )
        #expect(bench.rows("SELECT sys.fn_cdc_get_max_lsn()") == before)
        bench.clock.advance(seconds: 101)
        _ = try job.runOnce(now: bench.clock.now)
        #expect((bench.rows("SELECT sys.fn_cdc_get_max_lsn()").first ?? "") > (before.first ?? ""))
        #expect(bench.rows("SELECT TOP 1 tran_id FROM cdc.lsn_time_mapping ORDER BY start_lsn DESC") == ["0x00"])
        bench.run("EXEC sys.sp_cdc_stop_job")
        #expect(try job.runOnce(now: bench.clock.now) == nil)
        #expect(bench.scan() == [])
    }

    @Test func agent() throws {
        enable()
        bench.capture("t")
        bench.server.capture.options.isAgentRunning = true
        bench.run("INSERT t VALUES (1, 1, 1)")
        let agent = CaptureAgent(bench.server)
        agent.runOnce(now: bench.clock.now)
        #expect(bench.rows("SELECT id FROM cdc.dbo_t_CT") == ["1"])
        // Three days and more later the cleanup has passed it by.
        bench.clock.advance(seconds: 4 * 86_400)
        bench.run("INSERT t VALUES (2, 1, 1)")
        agent.runOnce(now: bench.clock.now)
        #expect(bench.rows("SELECT id FROM cdc.dbo_t_CT") == ["2"])
    }

    @Test func theJobsCleanup() throws {
        enable()
        bench.capture("t")
        bench.capture("h")
        bench.scan()
        for id in 1...4 {
            bench.run("INSERT t VALUES (\(id), 1, 1); INSERT h VALUES (\(id), 1)")
            bench.clock.advance(seconds: 3600)
        }
        bench.scan()
        let third = "(SELECT __$start_lsn FROM cdc.dbo_t_CT WHERE id = 3)"
        bench.run("DECLARE @l BINARY(10) = \(third) EXEC sys.sp_cdc_cleanup_change_table N'dbo_t', @l")
        bench.server.capture.options.isAgentRunning = true
        bench.run("EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 120")
        try CaptureJob(bench.server, "shop").cleanUp()
        // Two hours before the newest is the second: every instance is raised to it, and none goes back to it.
        #expect(bench.rows("SELECT id FROM cdc.dbo_t_CT ORDER BY id") == ["3", "4"])
        #expect(bench.rows("SELECT a FROM cdc.dbo_h_CT ORDER BY a") == ["2", "3", "4"])
        #expect(
            bench.rows(
                "SELECT COUNT(*) FROM cdc.change_tables WHERE capture_instance = 'dbo_t' AND start_lsn = \(third)"
            ) == ["1"]
        )
        #expect(
            bench.rows(
                "SELECT CASE WHEN MIN(m.start_lsn) = MIN(t.start_lsn) THEN 1 END FROM cdc.lsn_time_mapping AS m, cdc.change_tables AS t"
            ) == ["1"]
        )
    }

    @Test func aMarkCountsFromTheFirstTransactionOfItsTime() {
        enable()
        bench.capture("t")
        bench.scan()
        bench.clock.advance(seconds: 60)
        bench.run("INSERT t VALUES (1, 1, 1)")
        bench.clock.advance(seconds: 60)
        bench.run("INSERT t VALUES (2, 1, 1)")
        bench.run("INSERT t VALUES (3, 1, 1)")
        bench.scan()
        bench.run(
            "DECLARE @l BINARY(10) = (SELECT __$start_lsn FROM cdc.dbo_t_CT WHERE id = 3) EXEC sys.sp_cdc_cleanup_change_table N'dbo_t', @l"
        )
        #expect(bench.rows("SELECT id FROM cdc.dbo_t_CT ORDER BY id") == ["2", "3"])
    }

    @Test func anInstanceIsEstablishedWhenAScanComesToIt() throws {
        enable()
        bench.capture("t")
        bench.server.capture.options.isAgentRunning = true
        bench.run("EXEC sys.sp_cdc_change_job @maxtrans = 1, @maxscans = 1")
        for id in 1...3 { bench.run("INSERT t VALUES (\(id), 1, 1)") }
        bench.capture("h")
        let job = try CaptureJob(bench.server, "shop")
        _ = try job.runOnce(now: bench.clock.now)
        #expect(bench.rows("SELECT sys.fn_cdc_get_min_lsn('dbo_h')") == ["NULL"])
        for _ in 1...6 { _ = try job.runOnce(now: bench.clock.now) }
        #expect(
            bench.rows("SELECT COUNT(*) FROM cdc.change_tables WHERE start_lsn = sys.fn_cdc_get_min_lsn('dbo_h')") == [
                "1"
            ]
        )
    }

    @Test func windows() {
        enable()
        bench.capture("t")
        #expect(bench.rows("SELECT sys.fn_cdc_get_max_lsn(), sys.fn_cdc_get_min_lsn('dbo_t')") == ["NULL NULL"])
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.change_tables WHERE start_lsn IS NOT NULL") == ["1"])
        bench.scan()
        #expect(
            bench.rows(
                "SELECT CASE WHEN sys.fn_cdc_get_min_lsn('dbo_t') = start_lsn AND sys.fn_cdc_get_max_lsn() >= start_lsn THEN 1 ELSE 0 END FROM cdc.change_tables"
            ) == ["1"]
        )
        bench.clock.advance(seconds: 10)
        bench.run("INSERT t VALUES (1, 1, 1); UPDATE t SET a = 2")
        bench.scan()
        let window =
            "DECLARE @a BINARY(10) = sys.fn_cdc_get_min_lsn('dbo_t'), @b BINARY(10) = sys.fn_cdc_get_max_lsn() "
        #expect(
            bench.rows(
                window
                    + "SELECT __$operation, a FROM cdc.fn_cdc_get_all_changes_dbo_t(@a, @b, N'all') ORDER BY __$start_lsn, __$operation"
            ) == ["2 1", "4 2"]
        )
        #expect(
            bench.rows(
                window
                    + "SELECT __$operation, a FROM shop.cdc.fn_cdc_get_all_changes_dbo_t(@a, @b, N'all update old') ORDER BY __$start_lsn, __$operation"
            ) == ["2 1", "3 1", "4 2"]
        )
        #expect(
            bench.run(window + "SELECT * FROM cdc.fn_cdc_get_all_changes_dbo_t(@a, @b, N'all')").names.prefix(4) == [
                "__$start_lsn", "__$seqval", "__$operation", "__$update_mask",
            ]
        )
        for arguments in [
            "sys.fn_cdc_decrement_lsn(@a), @b, 'all'", "@a, sys.fn_cdc_increment_lsn(@b), 'all'", "@b, @a, 'all'",
            "NULL, @b, 'all'", "@a, NULL, 'all'",
            "@a, @b, 'al'", "@a, @b, NULL", "@a, @b",
        ] {
            let answer = bench.run(window + "SELECT * FROM cdc.fn_cdc_get_all_changes_dbo_t(\(arguments))")
            #expect(answer.errors == [313], "\(arguments)")
            #expect(
                answer.messages == [
                    "An insufficient number of arguments were supplied for the procedure or function cdc.fn_cdc_get_all_changes_ ... ."
                ]
            )
        }
        #expect(bench.run("SELECT * FROM cdc.fn_cdc_get_all_changes_none(0x0, 0x0, 'all')").errors == [208])
        #expect(bench.run("SELECT * FROM cdc.fn_cdc_get_net_changes_none(0x0, 0x0, 'all')").errors == [208])
        // Times and places in the log.
        #expect(
            bench.rows(
                window
                    + "SELECT COUNT(*) FROM cdc.lsn_time_mapping WHERE start_lsn = @b AND tran_end_time = sys.fn_cdc_map_lsn_to_time(@b)"
            ) == ["1"]
        )
        #expect(
            bench.rows(
                window
                    + "DECLARE @t DATETIME = sys.fn_cdc_map_lsn_to_time(@b) SELECT CASE WHEN sys.fn_cdc_map_time_to_lsn('largest less than or equal', @t) = @b THEN 1 END, CASE WHEN sys.fn_cdc_map_time_to_lsn('largest less than', @t) = @a THEN 1 END, sys.fn_cdc_map_time_to_lsn('smallest greater than', @t)"
            ) == ["1 1 NULL"]
        )
    }

    @Test func netChanges() {
        enable()
        bench.run("INSERT t VALUES (1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 1, 1)")
        bench.capture("t")
        bench.run(
            """
            UPDATE t SET a = 2 WHERE id = 1; UPDATE t SET b = 2 WHERE id = 1; DELETE t WHERE id = 2; DELETE t WHERE id = 3; INSERT t VALUES (3, 9, 9)
            INSERT t VALUES (5, 1, 1); DELETE t WHERE id = 5; INSERT t VALUES (6, 1, 1); UPDATE t SET a = 7 WHERE id = 6; UPDATE t SET id = 40 WHERE id = 4
            """
        )
        bench.scan()
        func net(_ filter: String) -> [String] {
            bench.rows(
                "DECLARE @a BINARY(10) = sys.fn_cdc_get_min_lsn('dbo_t'), @b BINARY(10) = sys.fn_cdc_get_max_lsn() SELECT __$operation, __$update_mask, id, a FROM cdc.fn_cdc_get_net_changes_dbo_t(@a, @b, N'\(filter)') ORDER BY id"
            )
        }
        #expect(net("all") == ["4 NULL 1 2", "1 NULL 2 1", "4 NULL 3 9", "1 NULL 4 1", "2 NULL 6 7", "2 NULL 40 1"])
        #expect(
            net("all with mask") == [
                "4 0x06 1 2", "1 NULL 2 1", "4 0x07 3 9", "1 NULL 4 1", "2 NULL 6 7", "2 NULL 40 1",
            ]
        )
        #expect(
            net("all with merge") == [
                "5 NULL 1 2", "1 NULL 2 1", "5 NULL 3 9", "1 NULL 4 1", "5 NULL 6 7", "5 NULL 40 1",
            ]
        )
        #expect(net("all update old") == ["Msg 313"])
    }

    @Test func cleanup() {
        enable()
        bench.capture("t")
        bench.scan()
        for id in 1...4 {
            bench.clock.advance(seconds: 60)
            bench.run("INSERT t VALUES (\(id), 1, 1)")
        }
        bench.scan()
        let third = "(SELECT __$start_lsn FROM cdc.dbo_t_CT WHERE id = 3)"
        #expect(bench.run("EXEC sys.sp_cdc_cleanup_change_table N'none', NULL").errors == [22920])
        #expect(bench.run("EXEC sys.sp_cdc_cleanup_change_table N'dbo_t', 0x00000000000000000001").errors == [22964])
        #expect(
            bench.rows(
                "DECLARE @f BIT, @l BINARY(10) = \(third) EXEC sys.sp_cdc_cleanup_change_table N'dbo_t', @l, 1, @f OUTPUT SELECT @f, id FROM cdc.dbo_t_CT ORDER BY id"
            ) == ["0 3", "0 4"]
        )
        #expect(
            bench.rows(
                "SELECT CASE WHEN start_lsn = \(third) AND start_lsn = sys.fn_cdc_get_min_lsn('dbo_t') THEN 1 END FROM cdc.change_tables"
            ) == ["1"]
        )
        #expect(
            bench.run(
                "DECLARE @l BINARY(10) = (SELECT MIN(start_lsn) FROM cdc.lsn_time_mapping) EXEC sys.sp_cdc_cleanup_change_table N'dbo_t', @l"
            ).errors == [22957]
        )
        #expect(bench.run("EXEC sys.sp_cdc_cleanup_change_table N'dbo_t', NULL").errors == [])
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.dbo_t_CT") == ["2"])
    }

    @Test func permissions() throws {
        enable()
        bench.run("CREATE LOGIN reader WITH PASSWORD = 'x'; CREATE USER reader FOR LOGIN reader")
        bench.run("EXEC sys.sp_cdc_enable_table N'dbo', N't', @role_name = N'gate'")
        bench.run("INSERT t VALUES (1, 1, 1)")
        bench.scan()
        let reader = try bench.connect("reader")
        #expect(bench.run("EXEC sys.sp_cdc_enable_db", on: reader).errors == [22902])
        #expect(bench.run("EXEC sys.sp_cdc_scan", on: reader).errors == [22904])
        #expect(bench.run("SELECT * FROM cdc.dbo_t_CT", on: reader).errors == [229])
        #expect(bench.run("SELECT * FROM cdc.change_tables", on: reader).errors == [229])
        let read =
            "DECLARE @b BINARY(10) = sys.fn_cdc_get_max_lsn() SELECT id FROM cdc.fn_cdc_get_all_changes_dbo_t(@b, @b, 'all')"
        #expect(bench.rows("SELECT sys.fn_cdc_get_min_lsn('dbo_t')", on: reader) == ["0x00000000000000000000"])
        #expect(bench.run(read, on: reader).errors == [229])
        bench.run("GRANT SELECT ON dbo.t TO reader")
        #expect(bench.run(read, on: reader).errors == [229])
        bench.run("ALTER ROLE gate ADD MEMBER reader")
        #expect(bench.rows(read, on: reader) == ["1"])
        #expect(bench.run("SELECT * FROM cdc.dbo_t_CT", on: reader).errors == [229])
        bench.run("GRANT SELECT ON SCHEMA::cdc TO reader")
        #expect(bench.rows("SELECT id FROM cdc.dbo_t_CT", on: reader) == ["1"])
    }

    @Test func enablingAgainRaisesTheFloor() {
        enable()
        bench.capture("t")
        bench.run("INSERT t VALUES (1, 1, 1)")
        bench.scan()
        let high = bench.rows("SELECT sys.fn_cdc_get_max_lsn()")
        bench.run("EXEC sys.sp_cdc_disable_db; EXEC sys.sp_cdc_enable_db")
        bench.capture("t")
        #expect((bench.rows("SELECT start_lsn FROM cdc.change_tables").first ?? "") > (high.first ?? "~"))
        bench.scan()
        #expect(bench.rows("SELECT COUNT(*) FROM cdc.dbo_t_CT") == ["0"])
    }

    @Test func theLogEndsBehindWhatIsCaptured() {
        enable()
        bench.capture("t")
        bench.scan()
        bench.run("INSERT t VALUES (1, 1, 1)")
        #expect(
            bench.rows("SELECT log_truncation_holdup_reason FROM sys.dm_db_log_stats(\(bench.session.database.id))")
                == ["REPLICATION"]
        )
        bench.scan()
        #expect(
            bench.rows("SELECT log_truncation_holdup_reason FROM sys.dm_db_log_stats(\(bench.session.database.id))")
                == ["NOTHING"]
        )
    }

    @Test func numbersOfTheLog() throws {
        let lsn = try #require(LogSequenceNumber([0, 0, 0, 0x2D, 0, 0, 5, 0x80, 0, 0x1D]))
        #expect(lsn.text == "0000002d:00000580:001d")
        #expect(LogSequenceNumber(lsn.bytes) == lsn)
        enable()
        #expect(
            bench.rows(
                "SELECT sys.fn_cdc_increment_lsn(0x0000002D000005900005), sys.fn_cdc_decrement_lsn(0x0000002D000005900000)"
            ) == [
                "0x0000002D000005900006 0x0000002D0000058FFFFF"
            ]
        )
        #expect(
            bench.rows("SELECT sys.fn_cdc_increment_lsn(0x0000002D0000059FFFFF), sys.fn_cdc_increment_lsn(NULL)") == [
                "0x0000002D000005A00000 NULL"
            ]
        )
        // Whatever the steps, the log goes up and its records differ.
        var last = LogSequenceNumber.first
        for step in 0..<2000 {
            let next = step % 3 == 0 ? last.nextBlock : last.advanced(by: 1 + step % 700)
            #expect(last < next)
            last = next
        }
        #expect(last.file > LogSequenceNumber.first.file)
    }
}
