import CDCCore
import Columnar
import Logging
import TDSSource

/// A SQL Server on which the demo makes its database.
struct RetailServer {
    /// The database is the one to be made or used.
    let configuration: SQLServerConfiguration

    static let quiet = Logger(label: "cdc-demo", factory: { _ in SwiftLogNoOpLogHandler() })

    /// A schema by which the demo knows a database again that it made.
    static let mark = "made_by_cdc_demo"

    private var database: String { SQLText.identifier(configuration.database) }

    // MARK: Making

    /// Makes the database, its tables and their rows, and has their changes captured from then on.
    ///
    /// - Parameter replacing: Whether a database of that name that an earlier demo made is dropped. Another one never is.
    /// - Throws: ``Failure`` where there is such a database and it must stay; `TDSError` where the server refuses.
    func makeDatabase(size: RetailSize, seed: UInt64, replacing: Bool = false) async throws {
        var master = configuration
        master.database = "master"
        try await Self.connected(to: master) { connection in
            try await makeRoom(connection, replacing)
            try await connection.execute("CREATE DATABASE \(database);")
        }
        try await Self.connected(to: configuration) { connection in
            try await connection.execute("CREATE SCHEMA \(SQLText.identifier(Self.mark));")
            try await connection.execute(RetailScript.tables)
            try await fill(connection, RetailGenerator(size: size, seed: seed))
            try await connection.execute(RetailScript.captureDatabase)
            for table in RetailDB.tables { try await connection.execute(RetailScript.capture(table.name)) }
        }
    }

    private func makeRoom(_ connection: TDSConnection, _ replacing: Bool) async throws {
        let name = SQLText.string(configuration.database)
        let there = try await connection.smallResult("SELECT 1 AS one FROM sys.databases WHERE name = \(name)")
        if there.rowCount == 0 { return }
        guard replacing else {
            throw Failure(
                .cannotCreate,
                "databaseExists",
                "there is a database \(database) on the server already; name another with --database, or give --overwrite to "
                    + "replace it, which is done only where an earlier demo made it"
            )
        }
        let marked = try await connection.smallResult(
            "SELECT 1 AS one FROM \(database).sys.schemas WHERE name = \(SQLText.string(Self.mark))"
        )
        guard marked.rowCount == 1 else {
            throw Failure(
                .cannotCreate,
                "foreignDatabase",
                "the demo did not make the database \(database) that is on the server, and leaves it alone; name another "
                    + "with --database"
            )
        }
        try await connection.execute(
            "ALTER DATABASE \(database) SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE \(database);"
        )
    }

    /// Rows that are there before changes are captured.
    private func fill(_ connection: TDSConnection, _ generator: RetailGenerator) async throws {
        for (table, rows) in [
            (RetailDB.customers, try generator.customers()), (RetailDB.orders, try generator.orders()),
            (RetailDB.products, try generator.products()),
        ] {
            for insert in try RetailScript.inserts(of: rows, into: table) { try await connection.execute(insert) }
        }
    }

    // MARK: Opening

    /// Connects to the database as it is.
    ///
    /// - Throws: ``Failure`` where it does not hold the rows of the workshop as they were before it.
    func openDatabase() async throws -> any RetailDatabase {
        let place = "\(configuration.database) on the SQL Server \(configuration.place), read with FreeTDS"
        let retail = try await ServerRetailDB(configuration, place: place)
        do { try await checkWorkshop(retail) } catch {
            await retail.close()
            throw error
        }
        return retail
    }

    private func checkWorkshop(_ retail: ServerRetailDB) async throws {
        let contents = try await retail.contents()
        typealias Workshop = RetailDB.Workshop
        let orders = try contents.orders.column("order_id").values.int32 ?? []
        var problem: String?
        if contents.customers.contains(Workshop.newCustomer) {
            problem = "has a customer \(Workshop.newCustomer) already"
        }
        if !contents.customers.contains(Workshop.leavingCustomer) {
            problem = "has no customer \(Workshop.leavingCustomer)"
        }
        if !orders.contains(Workshop.order) { problem = "has no order \(Workshop.order)" }
        if !contents.products.contains(Workshop.product) { problem = "has no product \(Workshop.product)" }
        guard let problem else { return }
        throw Failure(
            .cannotCreate,
            "workshopRows",
            "the database \(database) \(problem): it is not as it was before the workshop; the demo takes a fresh one, such as "
                + "--create-database makes"
        )
    }

    private static func connected(
        to configuration: SQLServerConfiguration,
        _ body: (TDSConnection) async throws -> Void
    ) async throws {
        let connection = try await TDSConnection.open(configuration, logger: quiet)
        do { try await body(connection) } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }
}
