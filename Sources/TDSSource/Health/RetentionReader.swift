import CDCCore

/// How long what a reader has not read yet is still kept.
struct RetentionReader<Source: MetadataSource>: Sendable {
    let server: Source
    /// How long the clean-up job keeps changes, where that is known.
    let retention: Duration?

    /// - Parameter tables: Each table's capture instances, the older first, and up to where it was read.
    func retention(
        of tables: [TableName: (instances: [CaptureInstance], position: LSN)]
    ) async throws -> Answer<[TableName: SourceHealth.Retention]> {
        try await .ask {
            let positions = Set(tables.values.map(\.position)).sorted()
            let lags = try await lags(of: positions)
            let windows = try await windows()
            return tables.compactMapValues { instances, position in
                let kept = instances.compactMap { windows[$0.name] }
                guard let oldest = kept.min(by: { $0.low < $1.low }) else { return nil }
                // The next change that is asked for is one above the position.
                if oldest.low > position.next { return SourceHealth.Retention(left: .zero, share: 0) }
                guard let lag = lags[position] else { return nil }
                return Self.left(lag: lag, window: oldest.seconds, retention: retention)
            }
        }
    }

    /// - Parameters:
    ///   - lag: Seconds by which the position is behind the newest change.
    ///   - window: Seconds between the oldest and the newest change that are kept.
    ///   - retention: How long changes are kept. Where that is not known, the window stands for it, once it is long enough to mean
    ///     something.
    static func left(lag: Int, window: Int, retention: Duration?) -> SourceHealth.Retention? {
        let total = retention.map { Int($0.components.seconds) } ?? (window >= 3600 ? window : 0)
        guard total > 0 else { return nil }
        let left = max(0, total - max(0, lag))
        return SourceHealth.Retention(left: .seconds(left), share: Double(left) / Double(total))
    }

    /// Seconds by which positions are behind the newest change.
    private func lags(of positions: [LSN]) async throws -> [LSN: Int] {
        var lags: [LSN: Int] = [:]
        for chunk in positions.chunked(by: 50) {
            let parts = chunk.indices.map { index in
                let place = index - chunk.startIndex
                return """
                    SELECT \(place) AS place, DATEDIFF(second, (SELECT TOP (1) p.tran_end_time FROM cdc.lsn_time_mapping AS p
                        WHERE p.start_lsn <= @p\(place) ORDER BY p.start_lsn DESC), n.newest) AS lag
                    FROM (SELECT MAX(m.tran_end_time) AS newest FROM cdc.lsn_time_mapping AS m) AS n
                    """
            }
            var statement = Statement(parts.joined(separator: "\nUNION ALL\n"))
            for (place, position) in chunk.enumerated() { statement = statement.with("p\(place)", position) }
            let rows = try await server.metadata(statement.batch)
            for row in 0..<rows.count {
                let index = chunk.startIndex + (try rows.integer(row, "place"))
                guard chunk.indices.contains(index) else { continue }
                lags[chunk[index]] = try rows.optionalInteger(row, "lag")
            }
        }
        return lags
    }

    /// The low watermark of each capture instance, and the seconds between it and the newest change.
    private func windows() async throws -> [String: (low: LSN, seconds: Int)] {
        let rows = try await server.metadata(
            """
            SELECT ct.capture_instance, ct.start_lsn, DATEDIFF(second, (SELECT MIN(m.tran_end_time) FROM cdc.lsn_time_mapping AS m
                WHERE m.start_lsn >= ct.start_lsn), (SELECT MAX(o.tran_end_time) FROM cdc.lsn_time_mapping AS o)) AS seconds
            FROM cdc.change_tables AS ct
            """
        )
        var windows: [String: (low: LSN, seconds: Int)] = [:]
        for row in 0..<rows.count {
            guard let low = try rows.optionalLSN(row, "start_lsn") else { continue }
            windows[try rows.string(row, "capture_instance")] = (low, try rows.optionalInteger(row, "seconds") ?? 0)
        }
        return windows
    }
}
