public import CDCCore

extension SQLServerSource {
    /// Looks at everything that a pipeline needs, and says what is missing and which T-SQL puts it right.
    ///
    /// It reads only, and works with few rights: what the server refuses to answer is a finding, not an error.
    ///
    /// ```swift
    /// let preflight = try await source.preflight(tables: ["dbo.customers", "dbo.orders"])
    /// for finding in preflight.findings { print(finding.severity, finding.message, finding.remedy ?? "") }
    /// ```
    ///
    /// - Parameters:
    ///   - names: The tables; `nil` for all that changes are kept of.
    ///   - positions: Up to where a pipeline has read them, to see how long the rest is kept.
    ///   - interval: How often the pipeline runs at least.
    /// - Throws: ``CDCError`` where there is no connection, or the server does not answer.
    public func preflight(
        tables names: [TableName]? = nil,
        positions: [TableName: LSN] = [:],
        interval: Duration? = nil
    ) async throws -> Preflight {
        try await translating {
            let facts = try await ServerFacts.read(from: server, configuration)
            // A warehouse does not have the catalogue that tables are looked up in.
            let isReadable = facts.platform != .warehouse
            let reader = TableFactsReader(server: server, facts: facts)
            let tables = isReadable ? try await reader.read(names, positions: positions) : []
            let isTracked = { (table: TableFacts) in
                self.options.mechanism != .changeDataCapture && table.info.map(TableRules.isTracked) ?? false
            }
            let rules = ServerRules(
                facts: facts,
                readOnlyIntent: configuration.readOnlyIntent,
                interval: interval,
                needsNoCapture: !tables.isEmpty && tables.allSatisfy(isTracked),
                seesCaptures: !tables.isEmpty && tables.allSatisfy { $0.newest != nil || isTracked($0) },
                hasNoTables: names == nil && tables.allSatisfy { $0.name == "swift_cdc.watermark" }
            )
            let selection = Set(tables.map(\.name))
            return Preflight(
                platform: facts.platform,
                productVersion: facts.productVersion,
                edition: facts.edition,
                database: facts.database,
                findings: Self.worstFirst(rules.findings)
                    + tables.flatMap {
                        Self.worstFirst(TableRules(server: facts, table: $0, selection: selection).findings)
                    }
            )
        }
    }

    private static func worstFirst(_ findings: [PreflightFinding]) -> [PreflightFinding] {
        PreflightFinding.Severity.allCases.reversed().flatMap { severity in findings.filter { $0.severity == severity }
        }
    }
}
