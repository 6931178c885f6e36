#if Emulator
extension Session {
    /// Forgets what clients leave behind in a session: temporary tables, settings, the database in use.
    func reset(_ database: String, _ settings: SessionSettings) {
        for table in temporaryTables.values { try? sqlite.run("DROP TABLE IF EXISTS \(table.storage)") }
        temporaryTables = [:]
        self.settings = settings
        databaseName = database
        frames = [Frame()]
        caught = []
        rowCount = 0
        lastError = 0
        lastIdentity = .null
    }
}
#endif
