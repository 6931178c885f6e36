public import CDCCore

extension SQLServerSource {
    /// How the capture of the database is doing, and how long what was not read yet is kept.
    ///
    /// What the login may not see is left out; ``SourceHealth/unknown`` says what and why.
    ///
    /// - Parameter positions: Up to where each table was read.
    public func health(at positions: [TableName: LSN]) async throws -> SourceHealth? {
        try await translating {
            guard let instances = captureInstances?.filter({ positions[$0.key] != nil }) else { return nil }
            let monitor = CaptureMonitor(server: server)
            var health = SourceHealth()
            if let heartbeat, heartbeat.begins() {
                _ = take(
                    try await .ask { try await WatermarkTable(server: server).write() },
                    "the watermark",
                    into: &health
                )
            }
            let jobs = take(try await monitor.jobs(), "the capture job", into: &health)
            let capture = jobs?.first { $0.kind == .capture }
            let agentRuns = take(try await monitor.agentRuns(), "whether SQL Server Agent runs", into: &health)
            if let agentRuns = agentRuns ?? nil { health.isCapturing = agentRuns }
            let newest = take(try await monitor.secondsSinceNewest(), "the newest captured change", into: &health)
            health.sinceNewest = (newest ?? nil).map { .seconds($0) }
            if let scans = take(try await monitor.scans(), "the scans of the log", into: &health) {
                health.lastScan = scans.first.map {
                    SourceHealth.Scan(age: .seconds($0.age), transactions: $0.transactions, errors: $0.errors)
                }
                health.captureLatency = scans.first { $0.transactions > 0 }.map { .seconds($0.latency) }
                health.isSaturated = CaptureMonitor<Server>.isSaturated(
                    scans,
                    maximumTransactions: capture?.maximumTransactions
                )
            }
            health.failures = take(try await monitor.failures(), "the errors of captures", into: &health) ?? []
            health.logReuseWait = take(try await monitor.logReuseWait(), "what holds the log", into: &health)
            let minutes = jobs?.first { $0.kind == .cleanup }?.retention
            let reader = RetentionReader(server: server, retention: minutes.map { .seconds($0 * 60) })
            var tables: [TableName: (instances: [CaptureInstance], position: LSN)] = [:]
            for (name, found) in instances { tables[name] = (found, positions[name] ?? .zero) }
            let retention = take(try await reader.retention(of: tables), "how long changes are kept", into: &health)
            health.retention = retention ?? [:]
            return health
        }
    }

    /// The value of an answer; where there is none, the health says so.
    private func take<Value>(_ answer: Answer<Value>, _ what: String, into health: inout SourceHealth) -> Value? {
        switch answer {
        case .known(let value): return value
        case .unknown(let reason):
            health.unknown.append("\(what): \(reason)")
            return nil
        }
    }
}
