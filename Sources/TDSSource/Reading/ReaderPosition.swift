import CDCCore

/// Tells the database how far this reader is, where ``CaptureSetup`` made the procedure that takes it.
struct ReaderPosition: Sendable {
    let server: Server

    /// Says that this reader is there, so that nothing is dropped that it has not read yet.
    func register() async throws { try await report(.zero) }

    func report(_ position: LSN) async throws {
        let statement = Statement(
            """
            IF HAS_PERMS_BY_NAME(N'swift_cdc.report_position', N'OBJECT', N'EXECUTE') = 1
                AND CONVERT(nvarchar(32), DATABASEPROPERTYEX(DB_NAME(), N'Updateability')) = N'READ_WRITE'
                EXEC swift_cdc.report_position @position;
            """
        )
        try await server.execute(statement.with("position", position).batch)
    }
}
