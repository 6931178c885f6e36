import CDCCore

/// Deletes changes that are applied: what ``SQLServerSourceOptions/cleansChangeTables`` asks for.
final class ChangeTableCleanup: Sendable {
    /// How often it is done at most: the procedure deletes under locks that the capture job waits for.
    static let interval = Duration.seconds(900)

    private let pacing: Pacing

    init(clock: any EngineClock) { pacing = Pacing(interval: Self.interval, clock: clock) }

    /// Whether it is time; who is told so does it.
    func begins() -> Bool { pacing.begins() }

    /// Raises the low watermarks of capture instances to what is applied, and no further.
    ///
    /// - Parameter positions: Up to where each table's changes are applied.
    /// - Throws: the first error, after the instances that the server did not refuse to clean up.
    func run(
        _ instances: [TableName: [CaptureInstance]],
        appliedUpTo positions: [TableName: LSN],
        on server: Server
    ) async throws {
        var refusal: TDSError?
        for (table, applied) in positions.sorted(by: { $0.key < $1.key }) where applied > .zero {
            for instance in instances[table] ?? [] {
                do { try await clean(instance, appliedUpTo: applied, on: server) } catch let error as TDSError {
                    // Without an answer of the server there would be none for the next one either.
                    guard error.server != nil else { throw error }
                    refusal = refusal ?? error
                }
            }
        }
        if let refusal { throw refusal }
    }

    private func clean(_ instance: CaptureInstance, appliedUpTo applied: LSN, on server: Server) async throws {
        guard let low = try await watermark(of: instance, appliedUpTo: applied, on: server) else { return }
        try await server.execute(
            "EXEC sys.sp_cdc_cleanup_change_table @capture_instance = \(SQLText.string(instance.name)), "
                + "@low_water_mark = \(SQLText.binary(low)), @threshold = 5000;"
        )
    }

    /// The largest entry of `cdc.lsn_time_mapping` that is applied; `nil` where the instance has nothing below it.
    private func watermark(
        of instance: CaptureInstance,
        appliedUpTo applied: LSN,
        on server: Server
    ) async throws -> LSN? {
        // The procedure takes entries of the mapping only, and refuses one below the instance's own low watermark.
        let statement = Statement(
            """
            SELECT MAX(m.start_lsn) AS low FROM cdc.lsn_time_mapping AS m WHERE m.start_lsn <= @applied AND m.start_lsn >
                (SELECT MAX(ct.start_lsn) FROM cdc.change_tables AS ct WHERE ct.capture_instance = @instance)
            """
        ).with("applied", applied).with("instance", instance.name)
        let rows = try await server.metadata(statement)
        return rows.count == 1 ? try rows.optionalLSN(0, "low") : nil
    }
}
