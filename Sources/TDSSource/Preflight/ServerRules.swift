import CDCCore

/// What follows from the facts of a server and a database.
struct ServerRules {
    let facts: ServerFacts
    /// Whether the connection says that it only reads.
    let readOnlyIntent: Bool
    /// How often the pipeline runs at least.
    let interval: Duration?
    /// Whether every table that was asked for can be read by Change Tracking.
    let needsNoCapture: Bool
    /// Whether the login sees how every table that was asked for is captured: with the right to the schema `cdc`, or with the role
    /// that a capture instance is for.
    let seesCaptures: Bool
    /// Whether all tables were asked for that changes are kept of, and there is none.
    var hasNoTables = false

    var findings: [PreflightFinding] {
        var found = [platform]
        if facts.platform == .warehouse { return found }
        found += replica + isolation
        // Whoever reads by Change Tracking alone is not held up by what others capture.
        if needsNoCapture { return found }
        if facts.isCaptureEnabled {
            found += permissions + agent + jobs + progress
            if hasNoTables {
                found.append(
                    PreflightFinding(
                        .tableNotCaptured,
                        .warning,
                        "no table of database '\(facts.database)' that user '\(facts.user)' sees is captured or tracked; CaptureSetup, or "
                            + "cdc-demo setup, captures tables"
                    )
                )
            }
        } else {
            found.append(
                PreflightFinding(
                    .captureNotEnabled,
                    .error,
                    "Change Data Capture is not enabled in database '\(facts.database)'",
                    remedy: Remedy.enableCapture(ofDatabase: facts.database, on: facts.platform)
                )
            )
        }
        return found
    }

    private var platform: PreflightFinding {
        var text = "\(facts.platform.text), version \(facts.productVersion)"
        if !facts.edition.isEmpty { text += ", \(facts.edition)" }
        switch facts.platform {
        case .warehouse:
            return PreflightFinding(
                .unsupportedServer,
                .error,
                "\(text): it has no Change Data Capture and no Change Tracking"
            )
        case .azureSQLDatabase:
            text += ": there is no Agent; changes are captured about every 20 seconds and cleaned up every hour"
        case .amazonRDS: text += ": Change Data Capture is enabled by msdb.dbo.rds_cdc_enable_db"
        case .sqlServer, .azureManagedInstance: break
        }
        return PreflightFinding(.platform, .info, text)
    }

    private var replica: [PreflightFinding] {
        guard facts.isReadOnly else { return [] }
        if facts.isSetReadOnly {
            return [
                PreflightFinding(
                    .readOnlyDatabase,
                    .warning,
                    "database '\(facts.database)' is set to read-only: nothing changes, and nothing is captured",
                    // A standby that can be written to takes no more logs.
                    remedy: facts.isStandby
                        ? nil : "ALTER DATABASE \(SQLText.identifier(facts.database)) SET READ_WRITE;"
                )
            ]
        }
        var text =
            "the connection leads to a readable secondary replica: the primary captures, and what reaches the replica is read"
        if !readOnlyIntent {
            text +=
                "; declare the intent to read only (readOnlyIntent), so that the listener goes on sending the connection here"
        }
        return [PreflightFinding(.readableSecondary, readOnlyIntent ? .info : .warning, text)]
    }

    private var isolation: [PreflightFinding] {
        guard !facts.allowsSnapshotIsolation else { return [] }
        return [
            PreflightFinding(
                .snapshotIsolationOff,
                .warning,
                "database '\(facts.database)' does not allow SNAPSHOT isolation: first reads of tables wait for writers, and tables "
                    + "without a key cannot be read at one moment",
                remedy: Remedy.allowSnapshotIsolation(in: facts.database)
            )
        ]
    }

    private var permissions: [PreflightFinding] {
        var found: [PreflightFinding] = []
        if !facts.permissions.readsCapture {
            found.append(
                PreflightFinding(
                    .missingPermission,
                    seesCaptures ? .info : .error,
                    "user '\(facts.user)' may not read the change tables"
                        + (seesCaptures
                            ? " of all tables: the others' changes come through the functions of their instances" : ""),
                    remedy: Remedy.grant("SELECT", onSchema: "cdc", to: facts.user)
                )
            )
        }
        if !facts.permissions.viewsState {
            found.append(
                PreflightFinding(
                    .missingPermission,
                    .warning,
                    "user '\(facts.user)' may not see the scans of the log: health stays unknown, and the end of the log is found by "
                        + "commits alone, which an idle database has none of for minutes",
                    remedy: Remedy.grant(facts.statePermission, to: facts.user)
                )
            )
        }
        return found
    }

    private var agent: [PreflightFinding] {
        switch facts.agentRuns {
        case .known(false?):
            [
                PreflightFinding(
                    .agentStopped,
                    .error,
                    "SQL Server Agent is stopped, so nothing is captured: start its service and let it start with the server"
                )
            ]
        case .known: []
        case .unknown(let reason):
            [
                unknown(
                    "whether SQL Server Agent runs",
                    reason,
                    remedy: Remedy.grantOnServer(facts.serverStatePermission, to: facts.login)
                )
            ]
        }
    }

    private var jobs: [PreflightFinding] {
        guard facts.platform.hasAgent, !facts.isReadOnly else { return [] }
        switch facts.jobs {
        case .unknown(let reason):
            return [
                unknown(
                    "how the jobs of captures are set up, and so how long changes are kept",
                    reason + "; a member of db_owner may know, but may also do everything in the database"
                )
            ]
        case .known(let jobs):
            var found: [PreflightFinding] = []
            for kind in [CaptureJob.Kind.capture, .cleanup] {
                if let job = jobs.first(where: { $0.kind == kind }) {
                    found += kind == .capture ? settings(job) : retention(job)
                } else if kind == .capture, facts.isPublished {
                    found.append(
                        PreflightFinding(
                            .jobSettings,
                            .info,
                            "database '\(facts.database)' is published by transactional replication, whose Log Reader Agent captures in "
                                + "place of a capture job"
                        )
                    )
                } else if facts.hasInstances {
                    found.append(missing(kind))
                }
            }
            return found
        }
    }

    private func missing(_ kind: CaptureJob.Kind) -> PreflightFinding {
        let isCapture = kind == .capture
        return PreflightFinding(
            .jobMissing,
            isCapture ? .error : .warning,
            "database '\(facts.database)' has no \(kind.rawValue) job, so "
                + (isCapture ? "nothing is captured" : "change tables grow without end")
                + "; a failover to another server leaves jobs behind",
            remedy: "EXEC sys.sp_cdc_add_job @job_type = \(SQLText.string(kind.rawValue));"
        )
    }

    private func settings(_ job: CaptureJob) -> [PreflightFinding] {
        if !job.isContinuous {
            return [
                PreflightFinding(
                    .jobSettings,
                    .warning,
                    "the capture job is not continuous: changes are captured when it is started, and not in between",
                    remedy: "EXEC sys.sp_cdc_change_job @job_type = N'capture', @continuous = 1; "
                        + "EXEC sys.sp_cdc_stop_job; EXEC sys.sp_cdc_start_job;"
                )
            ]
        }
        let most = job.maximumTransactions * job.maximumScans
        return [
            PreflightFinding(
                .jobSettings,
                .info,
                "the capture job takes up to \(most) transactions (\(job.maximumScans) scans of \(job.maximumTransactions)), then "
                    + "waits \(job.pollingInterval) s"
            )
        ]
    }

    private func retention(_ job: CaptureJob) -> [PreflightFinding] {
        let kept = Duration.seconds(job.retention * 60)
        // Twice the interval, because a run may fail; and a day, because people sleep.
        let needed = max(Duration.seconds(24 * 3600), (interval ?? .zero) * 2)
        guard kept < needed else { return [] }
        let isTooShort = interval.map { kept < $0 } ?? false
        return [
            PreflightFinding(
                .retentionShort,
                isTooShort ? .error : .warning,
                "changes are kept for \(job.retention) minutes"
                    + (isTooShort
                        ? ", and the pipeline runs less often than that"
                        : ": a pipeline that stands still for longer loses them"),
                remedy: "EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = "
                    + "\(max(4320, needed.components.seconds / 60));"
            )
        ]
    }

    private var progress: [PreflightFinding] {
        var found: [PreflightFinding] = []
        switch facts.secondsSinceNewest {
        case .unknown(let reason):
            // Without the right to read change tables it was said already.
            if facts.permissions.readsCapture { found.append(unknown("when changes were captured last", reason)) }
        case .known(let seconds):
            // An idle database gets an entry every five minutes.
            if let seconds, seconds > 900, !facts.isReadOnly {
                found.append(
                    PreflightFinding(
                        .captureStale,
                        .warning,
                        "nothing was captured for \(seconds / 60) minutes: is SQL Server Agent running, and the capture job started?",
                        remedy: facts.platform.hasAgent ? "EXEC sys.sp_cdc_start_job;" : "EXEC sys.sp_cdc_scan;"
                    )
                )
            }
        }
        if case .known(let failures) = facts.failures, let last = failures.first {
            found.append(
                PreflightFinding(
                    .captureErrors,
                    .warning,
                    "the capture reported \(failures.count == 1 ? "an error" : "\(failures.count) errors") within the last hour, the "
                        + "last with number \(last.number); sys.dm_cdc_errors has the text"
                )
            )
        }
        if facts.logReuseWait == "REPLICATION" {
            found.append(
                PreflightFinding(
                    .logHeld,
                    .warning,
                    "the log of database '\(facts.database)' cannot be truncated before it is captured, and grows: the capture is behind"
                )
            )
        }
        return found
    }

    private func unknown(_ what: String, _ reason: String, remedy: String? = nil) -> PreflightFinding {
        PreflightFinding(.unknown, .info, "it is not known \(what): \(reason)", remedy: remedy)
    }
}
