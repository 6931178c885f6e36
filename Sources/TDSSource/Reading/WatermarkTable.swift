import CDCCore

/// The table of one row that ``CaptureSetup`` makes: what is written to it shows in its change table when the capture has come
/// that far.
struct WatermarkTable: Sendable {
    let server: Server

    /// A value that was written to the table.
    struct Marker: Hashable, Sendable {
        var text: String
        /// The newest captured LSN before it was written.
        var after: LSN
    }

    /// Writes a new marker.
    ///
    /// - Returns: `nil` where there is no such table, it is not captured, or the login may not write to it.
    func write() async throws -> Marker? {
        let rows = try await server.metadata(
            """
            DECLARE @marker uniqueidentifier = NEWID(), @after binary(10), @written int = 0;
            IF CONVERT(nvarchar(32), DATABASEPROPERTYEX(DB_NAME(), N'Updateability')) = N'READ_WRITE'
                AND HAS_PERMS_BY_NAME(N'swift_cdc.watermark', N'OBJECT', N'UPDATE') = 1
                AND HAS_PERMS_BY_NAME(N'swift_cdc.watermark', N'OBJECT', N'SELECT') = 1
                AND HAS_PERMS_BY_NAME(N'cdc.swift_cdc_watermark_CT', N'OBJECT', N'SELECT') = 1
            BEGIN
                SELECT @after = MAX(start_lsn) FROM cdc.lsn_time_mapping;
                UPDATE swift_cdc.watermark SET marker = @marker, written_at = SYSUTCDATETIME() WHERE id = 1;
                SET @written = @@ROWCOUNT;
            END;
            SELECT CONVERT(varchar(36), @marker) AS marker, @after AS [after], @written AS written;
            """
        )
        guard rows.count == 1, try rows.integer(0, "written") == 1 else { return nil }
        return Marker(text: try rows.string(0, "marker"), after: try rows.optionalLSN(0, "after") ?? .zero)
    }

    /// Where in the log the transaction is that wrote the marker; `nil` as long as it is not captured.
    func lsn(of marker: Marker) async throws -> LSN? {
        let statement = Statement(
            """
            SELECT MIN([__$start_lsn]) AS lsn FROM cdc.swift_cdc_watermark_CT
            WHERE [__$start_lsn] > @after AND [__$operation] = 4 AND marker = CONVERT(uniqueidentifier, @marker)
            """
        )
        let rows = try await server.metadata(statement.with("after", marker.after).with("marker", marker.text))
        return rows.count == 1 ? try rows.optionalLSN(0, "lsn") : nil
    }
}
