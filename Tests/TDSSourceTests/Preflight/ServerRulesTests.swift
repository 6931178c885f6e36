import CDCCore
import Testing

@testable import TDSSource

@Suite("What a preflight finds on a server")
struct ServerRulesTests {
    private static func findings(
        readOnlyIntent: Bool = false,
        interval: Duration? = nil,
        needsNoCapture: Bool = false,
        seesCaptures: Bool = true,
        _ change: (inout ServerFacts) -> Void
    ) -> [PreflightFinding] {
        var facts = ServerFacts.sample
        change(&facts)
        return ServerRules(
            facts: facts,
            readOnlyIntent: readOnlyIntent,
            interval: interval,
            needsNoCapture: needsNoCapture,
            seesCaptures: seesCaptures
        ).findings
    }

    private static func finding(_ code: PreflightFinding.Code, in findings: [PreflightFinding]) -> PreflightFinding? {
        findings.first { $0.code == code }
    }

    @Test("a server that has what is needed gives nothing but information")
    func ready() { #expect(Self.findings { _ in }.allSatisfy { $0.severity == .info }) }

    @Test("only an error keeps a pipeline from running", arguments: PreflightFinding.Severity.allCases)
    func errors(_ severity: PreflightFinding.Severity) {
        let preflight = Preflight(
            platform: .sqlServer,
            productVersion: "16.0.1000.6",
            edition: "",
            database: "d",
            findings: [PreflightFinding(.platform, .info, "i"), PreflightFinding(.unknown, severity, "x")]
        )
        #expect(preflight.hasErrors == (severity == .error))
    }

    @Test(
        "the kind of a server is told by its edition, its host and its databases",
        arguments: [
            (3, "db.example.com", false, ServerPlatform.sqlServer), (2, "db.example.com", true, .amazonRDS),
            (2, "retail.abc.eu-west-1.RDS.amazonaws.com", false, .amazonRDS),
            (5, "x.database.windows.net", false, .azureSQLDatabase),
            (12, "x.fabric.microsoft.com", false, .azureSQLDatabase), (8, "x", false, .azureManagedInstance),
            (6, "x", false, .warehouse), (11, "x", false, .warehouse),
        ]
    )
    func platforms(_ edition: Int, _ host: String, _ hasRDSDatabase: Bool, _ platform: ServerPlatform) {
        #expect(ServerPlatform(engineEdition: edition, host: host, hasRDSDatabase: hasRDSDatabase) == platform)
    }

    @Test("a warehouse is refused, and nothing more is said of it")
    func warehouse() {
        let findings = Self.findings { facts in
            facts.platform = .warehouse
            facts.isCaptureEnabled = false
        }
        #expect(findings.map(\.code) == [.unsupportedServer])
        #expect(findings.map(\.severity) == [.error])
    }

    @Test(
        "Change Data Capture is enabled the way the platform has it",
        arguments: [
            (ServerPlatform.sqlServer, "EXEC sys.sp_cdc_enable_db;"),
            (.azureManagedInstance, "EXEC sys.sp_cdc_enable_db;"),
            (.azureSQLDatabase, "EXEC sys.sp_cdc_enable_db;"),
            (.amazonRDS, "EXEC msdb.dbo.rds_cdc_enable_db N'Retail]DB';"),
        ]
    )
    func enabling(_ platform: ServerPlatform, _ remedy: String) {
        let findings = Self.findings { facts in
            facts.platform = platform
            facts.database = "Retail]DB"
            facts.isCaptureEnabled = false
        }
        #expect(Self.finding(.captureNotEnabled, in: findings)?.severity == .error)
        #expect(Self.finding(.captureNotEnabled, in: findings)?.remedy == remedy)
    }

    @Test("Azure SQL Database has no Agent and no jobs to ask for")
    func azure() {
        let findings = Self.findings { facts in
            facts.platform = .azureSQLDatabase
            facts.jobs = .known([])
            facts.agentRuns = .known(nil)
        }
        #expect(findings.map(\.code) == [.platform])
        #expect(findings.first?.message.contains("about every 20 seconds") == true)
    }

    @Test("a stopped Agent is an error; one that may not be seen is unknown, with the grant that shows it")
    func agent() {
        #expect(Self.finding(.agentStopped, in: Self.findings { $0.agentRuns = .known(false) })?.severity == .error)
        let new = Self.findings { $0.agentRuns = .unknown("no") }
        #expect(
            Self.finding(.unknown, in: new)?.remedy
                == "USE [master]; GRANT VIEW SERVER SECURITY STATE TO [reader_login];"
        )
        let old = Self.findings { facts in
            facts.productVersion = "15.0.2000.5"
            facts.agentRuns = .unknown("no")
        }
        #expect(Self.finding(.unknown, in: old)?.remedy == "USE [master]; GRANT VIEW SERVER STATE TO [reader_login];")
    }

    @Test("a missing job is named with the statement that adds it")
    func missingJobs() {
        let findings = Self.findings { $0.jobs = .known([]) }.filter { $0.code == .jobMissing }
        #expect(findings.map(\.severity) == [.error, .warning])
        #expect(
            findings.map(\.remedy) == [
                "EXEC sys.sp_cdc_add_job @job_type = N'capture';", "EXEC sys.sp_cdc_add_job @job_type = N'cleanup';",
            ]
        )
    }

    @Test("before a table is captured there are no jobs, which come with the first one")
    func nothingCaptured() {
        let findings = Self.findings { facts in
            facts.jobs = .known([])
            facts.hasInstances = false
        }
        #expect(Self.finding(.jobMissing, in: findings) == nil)
    }

    @Test("a published database has no capture job and needs none")
    func published() {
        let findings = Self.findings { facts in
            facts.isPublished = true
            facts.jobs = .known([.sampleCleanup(retention: 4320)])
        }
        #expect(Self.finding(.jobMissing, in: findings) == nil)
        #expect(Self.finding(.jobSettings, in: findings)?.message.contains("Log Reader Agent") == true)
    }

    @Test("changes must be kept for a day at least, and for twice the pipeline's interval")
    func retention() {
        func retention(_ minutes: Int, _ interval: Duration?) -> PreflightFinding? {
            let findings = Self.findings(interval: interval) { facts in
                facts.jobs = .known([.sampleCapture, .sampleCleanup(retention: minutes)])
            }
            return Self.finding(.retentionShort, in: findings)
        }
        #expect(retention(1440, nil) == nil)
        #expect(retention(1439, nil)?.severity == .warning)
        #expect(retention(4320, .seconds(36 * 3600)) == nil)
        #expect(retention(4320, .seconds(37 * 3600))?.severity == .warning)
        #expect(retention(4320, .seconds(72 * 3600))?.severity == .warning)
        #expect(retention(4320, .seconds(73 * 3600))?.severity == .error)
        #expect(retention(60, nil)?.remedy?.hasSuffix("@retention = 4320;") == true)
        #expect(
            retention(4320, .seconds(7 * 24 * 3600))?.remedy
                == "EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 20160;"
        )
    }

    @Test("what a job may not be seen to be is unknown; one that is not continuous is a warning")
    func jobSettings() {
        let hidden = Self.findings { $0.jobs = .unknown("no") }
        #expect(Self.finding(.unknown, in: hidden)?.remedy == nil, "what is good to know is not worth all rights")
        let usual = Self.finding(.jobSettings, in: Self.findings { _ in })
        #expect(usual?.message.contains("up to 5000 transactions (10 scans of 500), then waits 5 s") == true)
        var job = CaptureJob.sampleCapture
        job.isContinuous = false
        let stopped = Self.findings { [job] in $0.jobs = .known([job, .sampleCleanup(retention: 4320)]) }
        #expect(Self.finding(.jobSettings, in: stopped)?.severity == .warning)
    }

    @Test("a replica has no jobs of its own, and is as new as its primary lets it be")
    func replicaAlone() {
        let findings = Self.findings(readOnlyIntent: true) { facts in
            facts.isReadOnly = true
            facts.jobs = .known([])
            facts.secondsSinceNewest = .known(100_000)
        }
        #expect(findings.map(\.code) == [.platform, .readableSecondary])
    }

    @Test("a readable secondary is welcome; whoever is there without saying so may be sent elsewhere")
    func secondary() {
        let declared = Self.findings(readOnlyIntent: true) { $0.isReadOnly = true }
        #expect(Self.finding(.readableSecondary, in: declared)?.severity == .info)
        let silent = Self.findings { $0.isReadOnly = true }
        #expect(Self.finding(.readableSecondary, in: silent)?.severity == .warning)
        #expect(Self.finding(.readableSecondary, in: silent)?.message.contains("(readOnlyIntent)") == true)
        let set = Self.findings { facts in
            facts.isReadOnly = true
            facts.isSetReadOnly = true
        }
        #expect(Self.finding(.readOnlyDatabase, in: set)?.remedy == "ALTER DATABASE [RetailDB] SET READ_WRITE;")
        let standby = Self.findings { facts in
            facts.isReadOnly = true
            facts.isSetReadOnly = true
            facts.isStandby = true
        }
        #expect(Self.finding(.readOnlyDatabase, in: standby) != nil)
        #expect(Self.finding(.readOnlyDatabase, in: standby)?.remedy == nil, "it would take no more logs")
    }

    @Test("the right to see scans has another name from SQL Server 2022 on")
    func statePermission() {
        let new = Self.findings { $0.permissions.viewsState = false }
        #expect(
            Self.finding(.missingPermission, in: new)?.remedy == "GRANT VIEW DATABASE PERFORMANCE STATE TO [reader];"
        )
        let old = Self.findings { facts in
            facts.productVersion = "14.0.1000.1"
            facts.permissions.viewsState = false
        }
        #expect(Self.finding(.missingPermission, in: old)?.remedy == "GRANT VIEW DATABASE STATE TO [reader];")
        // Azure SQL Database says 12, and has the newer name.
        let azure = Self.findings { facts in
            facts.platform = .azureSQLDatabase
            facts.productVersion = "12.0.2000.8"
            facts.permissions.viewsState = false
        }
        #expect(
            Self.finding(.missingPermission, in: azure)?.remedy == "GRANT VIEW DATABASE PERFORMANCE STATE TO [reader];"
        )
    }

    @Test("change tables that may not be read are an error, unless the functions of the instances may")
    func functions() {
        func severity(seesCaptures: Bool) -> PreflightFinding.Severity? {
            let findings = Self.findings(seesCaptures: seesCaptures) { $0.permissions.readsCapture = false }
            return Self.finding(.missingPermission, in: findings)?.severity
        }
        #expect(severity(seesCaptures: true) == .info)
        #expect(severity(seesCaptures: false) == .error)
    }

    @Test("what is wrong with the capture is nothing to whoever reads by Change Tracking alone")
    func tracking() {
        let findings = Self.findings(needsNoCapture: true, seesCaptures: false) { facts in
            facts.permissions.readsCapture = false
            facts.permissions.viewsState = false
            facts.agentRuns = .known(false)
            facts.jobs = .known([])
        }
        #expect(findings.map(\.code) == [.platform])
    }

    @Test("a capture that stands still, that reports errors, or that holds the log is told")
    func progress() {
        let findings = Self.findings { facts in
            facts.secondsSinceNewest = .known(901)
            facts.failures = .known([.init(id: "1", number: 2628, age: .seconds(9))])
            facts.logReuseWait = "REPLICATION"
        }
        #expect(Self.finding(.captureStale, in: findings)?.remedy == "EXEC sys.sp_cdc_start_job;")
        #expect(Self.finding(.captureErrors, in: findings)?.message.contains("reported an error within") == true)
        #expect(Self.finding(.captureErrors, in: findings)?.message.contains("2628") == true)
        #expect(Self.finding(.logHeld, in: findings)?.severity == .warning)
        #expect(Self.finding(.captureStale, in: Self.findings { $0.secondsSinceNewest = .known(900) }) == nil)
        let azure = Self.findings { facts in
            facts.platform = .azureSQLDatabase
            facts.secondsSinceNewest = .known(901)
        }
        #expect(Self.finding(.captureStale, in: azure)?.remedy == "EXEC sys.sp_cdc_scan;")
        let several = Self.findings { facts in
            facts.failures = .known([22_858, 2628].map { .init(id: "\($0)", number: $0, age: .seconds(9)) })
        }
        #expect(
            Self.finding(.captureErrors, in: several)?.message.contains(
                "2 errors within the last hour, the last with number 22858"
            )
                == true
        )
    }

    @Test("when changes were captured last is unknown, where it is not the missing right to read them that hides it")
    func hiddenProgress() {
        let hidden = Self.findings { $0.secondsSinceNewest = .unknown("no") }
        #expect(Self.finding(.unknown, in: hidden)?.message.contains("when changes were captured last") == true)
        let denied = Self.findings(seesCaptures: false) { facts in
            facts.secondsSinceNewest = .unknown("no")
            facts.permissions.readsCapture = false
        }
        #expect(denied.filter { $0.severity > .info || $0.code == .unknown }.map(\.code) == [.missingPermission])
        #expect(Self.finding(.missingPermission, in: denied)?.remedy == "GRANT SELECT ON SCHEMA::[cdc] TO [reader];")
    }
}

extension CaptureJob {
    static let sampleCapture = CaptureJob(
        kind: .capture,
        maximumTransactions: 500,
        maximumScans: 10,
        isContinuous: true,
        pollingInterval: 5,
        retention: 0
    )

    static func sampleCleanup(retention: Int) -> CaptureJob {
        CaptureJob(
            kind: .cleanup,
            maximumTransactions: 0,
            maximumScans: 0,
            isContinuous: false,
            pollingInterval: 0,
            retention: retention
        )
    }
}

extension ServerFacts {
    /// A SQL Server 2022 with all that is needed.
    static let sample = ServerFacts(
        platform: .sqlServer,
        productVersion: "16.0.1000.6",
        edition: "Developer Edition (64-bit)",
        database: "RetailDB",
        user: "reader",
        login: "reader_login",
        isCaptureEnabled: true,
        isTrackingEnabled: false,
        allowsSnapshotIsolation: true,
        isReadOnly: false,
        isSetReadOnly: false,
        logReuseWait: "NOTHING",
        collation: "SQL_Latin1_General_CP1_CI_AS",
        largeObjectLimit: .known(65_536),
        agentRuns: .known(true),
        jobs: .known([.sampleCapture, .sampleCleanup(retention: 4320)]),
        secondsSinceNewest: .known(3)
    )
}
