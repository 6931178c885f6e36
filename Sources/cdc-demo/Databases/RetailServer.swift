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

    // MARK: Looking

    /// Looks whether the demo may do there what it was told, and changes nothing.
    ///
    /// - Throws: ``Failure`` where it may not; `TDSError` where the server does not let the login in.
    func check(_ permission: DemoCommand.Permission?) async throws {
        if permission == .useDatabase { return await (try openDatabase()).close() }
        try await Self.connected(to: master) { connection in
            guard let isOurs = try await isOurs(connection) else { return }
            guard permission == .replaceDatabase else {
                throw Failure(
                    .cannotCreate,
                    "databaseExists",
                    "there is a database \(database) on the server already; name another with --database, or give "
                        + "--replace-database if an earlier demo made it"
                )
            }
            guard isOurs else {
                throw Failure(
                    .cannotCreate,
                    "foreignDatabase",
                    "the demo did not make the database \(database) that is on the server, and leaves it alone; name "
                        + "another with --database"
                )
            }
        }
    }

    /// Whether an earlier demo made the database; `nil` where there is none.
    private func isOurs(_ connection: TDSConnection) async throws -> Bool? {
        let name = SQLText.string(configuration.database)
        let there = try await connection.smallResult("SELECT 1 AS one FROM sys.databases WHERE name = \(name)")
        if there.rowCount == 0 { return nil }
        let mark = SQLText.string(Self.mark)
        let marked = try await connection.smallResult(
            "SELECT 1 AS one FROM \(database).sys.schemas WHERE name = \(mark)"
        )
        return marked.rowCount == 1
    }

    private var master: SQLServerConfiguration {
        var master = configuration
        master.database = "master"
        return master
    }

    // MARK: Making

    /// Makes the database, its tables and their rows, and has their changes captured from then on. One that an earlier demo made is
    /// dropped before: see ``check(_:)``.
    func makeDatabase(size: RetailSize, seed: UInt64) async throws {
        try await Self.connected(to: master) { connection in
            if try await isOurs(connection) == true {
                try await connection.execute(
                    "ALTER DATABASE \(database) SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE \(database);"
                )
            }
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
            "the database \(database) \(problem): it is not as it was before the workshop; the demo takes a fresh one and "
                + "changes it, so once only: make it anew with Examples/RetailDB/retaildb.sql, or give --create-database and "
                + "a name that is free"
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
