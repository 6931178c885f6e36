/// A database of a thousand captured tables in which nothing changes, and one in which something does.
enum IdleTables {
    static let names = (1...Workbench.idleTables).map { "idle_\($0)" }
    private static let busy = "busy"

    /// Makes the database where it is not there yet.
    static func make(on server: ServerAddress) throws {
        let database = BenchServer.idleDatabase
        guard try server.run("SELECT COUNT(*) FROM sys.databases WHERE name = N'\(database)'") == "0" else { return }
        try server.run("CREATE DATABASE \(database);\nGO\nUSE \(database);\nGO\nEXEC sys.sp_cdc_enable_db;")
        for name in names + [busy] {
            try server.run(
                """
                CREATE TABLE dbo.\(name) (id INT NOT NULL PRIMARY KEY, content NVARCHAR(50));
                EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'\(name)', @role_name = NULL;
                """
            )
        }
        try server.run("USE \(BenchServer.database);")
    }

    /// Changes a table that no pipeline reads, so that the log goes on, and waits until that is captured.
    static func changeAnother(on server: ServerAddress) throws {
        let table = "\(BenchServer.idleDatabase).dbo.\(busy)"
        let change = "\(BenchServer.idleDatabase).cdc.dbo_\(busy)_CT"
        try server.run("INSERT \(table) (id) SELECT COUNT(*) FROM \(table);")
        let rows = try server.run("SELECT COUNT(*) FROM \(table)")
        while try server.run("SELECT COUNT(*) FROM \(change)") != rows {}
    }
}
