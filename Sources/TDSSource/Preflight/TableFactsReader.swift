import CDCCore

/// Asks the server about tables.
struct TableFactsReader<Source: MetadataSource>: Sendable {
    let server: Source
    let facts: ServerFacts

    /// - Parameters:
    ///   - names: The tables; `nil` for all that changes are kept of.
    ///   - positions: Up to where they were read.
    func read(_ names: [TableName]?, positions: [TableName: LSN]) async throws -> [TableFacts] {
        let profile = try await ServerProfile.read(from: server)
        let all = try await Catalogue.names(from: server)
        let catalogue = try await Catalogue.read(names.map(Set.init) ?? Set(all), profile: profile, from: server)
        let asked =
            names
            ?? catalogue.tables.values.filter { !$0.captureInstances.isEmpty || $0.changeTracking != nil }.map(\.name)
            .sorted()
        var tables = asked.map { TableFacts(name: $0, info: catalogue.tables[$0]) }
        for index in tables.indices where tables[index].info == nil {
            let text = tables[index].name.description.lowercased()
            tables[index].similar = all.filter { $0.description.lowercased() == text }
        }
        try await readPermissions(&tables)
        if profile.isCDCEnabled {
            if profile.mayReadCaptureTables { try await readOptions(&tables) }
            try await readRetention(&tables, positions)
        }
        return tables
    }

    private func readPermissions(_ tables: inout [TableFacts]) async throws {
        let known = tables.indices.filter { tables[$0].info != nil }
        for chunk in known.chunked(by: 200) {
            let parts = chunk.map { index in
                let name = SQLText.string(SQLText.table(tables[index].name))
                return """
                    SELECT \(index) AS place, HAS_PERMS_BY_NAME(\(name), N'OBJECT', N'SELECT') AS may_read,
                        HAS_PERMS_BY_NAME(\(name), N'OBJECT', N'VIEW CHANGE TRACKING') AS may_view_tracking
                    """
            }
            let rows = try await server.metadata(parts.joined(separator: "\nUNION ALL\n"))
            for row in 0..<rows.count {
                let index = try rows.integer(row, "place")
                guard tables.indices.contains(index) else { continue }
                tables[index].mayRead = try rows.optionalInteger(row, "may_read") == 1
                tables[index].mayViewTracking = try rows.optionalInteger(row, "may_view_tracking") == 1
            }
        }
    }

    private func readOptions(_ tables: inout [TableFacts]) async throws {
        let rows = try await server.metadata(
            """
            SELECT ct.capture_instance, ct.role_name, ct.supports_net_changes, ct.index_name, ct.filegroup_name,
                ct.partition_switch,
                CASE WHEN ISNULL(IS_MEMBER(ct.role_name), 0) = 0 AND IS_MEMBER(N'db_owner') = 0 THEN 1 ELSE 0 END AS is_closed
            FROM cdc.change_tables AS ct
            """
        )
        var options: [String: InstanceOptions] = [:]
        var closed: Set<String> = []
        for row in 0..<rows.count {
            let name = try rows.string(row, "capture_instance")
            options[name] = InstanceOptions(
                role: try rows.optionalString(row, "role_name"),
                supportsNetChanges: try rows.optionalBool(row, "supports_net_changes") ?? false,
                index: try rows.optionalString(row, "index_name"),
                filegroup: try rows.optionalString(row, "filegroup_name"),
                allowsPartitionSwitch: try rows.optionalBool(row, "partition_switch") ?? true
            )
            if try rows.integer(row, "is_closed") == 1 { closed.insert(name) }
        }
        let own = try await ownInstances()
        for index in tables.indices {
            tables[index].takenNames = Set(options.keys)
            for instance in tables[index].info?.captureInstances ?? [] {
                if own.contains(instance.name) { tables[index].ownInstances.insert(instance.name) }
                tables[index].options[instance.name] = options[instance.name]
                // Change tables ask for no role.
                if instance.isReadByFunction, closed.contains(instance.name) {
                    tables[index].closedGates[instance.name] = options[instance.name]?.role
                }
            }
        }
    }

    /// The capture instances that ``CaptureSetup`` made.
    private func ownInstances() async throws -> Set<String> {
        let rows = try await server.metadata(
            """
            IF HAS_PERMS_BY_NAME(N'swift_cdc.capture_instances', N'OBJECT', N'SELECT') = 1
                SELECT capture_instance FROM swift_cdc.capture_instances;
            ELSE
                SELECT CAST(N'' AS sysname) AS capture_instance;
            """
        )
        return Set(try (0..<rows.count).map { try rows.string($0, "capture_instance") })
    }

    private func readRetention(_ tables: inout [TableFacts], _ positions: [TableName: LSN]) async throws {
        var read: [TableName: (instances: [CaptureInstance], position: LSN)] = [:]
        for table in tables {
            guard let info = table.info, let position = positions[table.name] else { continue }
            read[table.name] = (info.captureInstances, position)
        }
        guard !read.isEmpty else { return }
        let minutes = facts.jobs.value?.first { $0.kind == .cleanup }?.retention
        let reader = RetentionReader(server: server, retention: minutes.map { .seconds($0 * 60) })
        guard case .known(let retention) = try await reader.retention(of: read) else { return }
        for index in tables.indices { tables[index].retention = retention[tables[index].name] }
    }
}
