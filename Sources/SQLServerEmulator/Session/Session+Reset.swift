extension Session {
    /// Makes the session as it was when it began: forgets what its client left behind.
    func reset(_ database: String, _ settings: SessionSettings) {
        for table in temporaryTables.values { try? sqlite.run("DROP TABLE IF EXISTS \(table.storage)") }
        temporaryTables = [:]
        self.settings = settings
        databaseName = database
        context = [:]
        prepared = [:]
        cursors = [:]
        (fetchStatus, cursorRows) = (0, 0)
        (impersonations, impersonationFloor, chainOwner) = ([], 0, nil)
        rowCount = 0
        lastError = 0
        lastIdentity = .null
    }
}
