import CDCCore
import CDCJSON
import Columnar
import LakeStorage
import Synchronization

/// The demo itself: a snapshot, the workshop's changes, traffic with a restart in the middle, and the validation.
struct DemoRun {
    let lake: DemoLake
    let seed: UInt64
    /// How many transactions of mixed traffic.
    let transactions: Int

    private(set) var report = DemoReport()
    private let clock = ContinuousClock()

    init(lake: DemoLake, scale: Double, seed: UInt64, transactions: Int, source: String) {
        self.lake = lake
        self.seed = seed
        self.transactions = transactions
        report.lake = lake.folder
        report.source = source
        report.scale = scale
        report.seed = seed
    }

    // MARK: Steps

    /// Brings all rows into the lake.
    ///
    /// - Parameter rows: How many there are.
    mutating func snapshot(_ database: any RetailDatabase, rows: Int) async throws {
        let pipeline = lake.pipeline(from: database.source, options: IngestionOptions())
        report.snapshotDuration = try await clock.measure { try await pipeline.run(.triggered) }
        report.snapshotRows = rows
    }

    /// Makes the workshop's four changes and brings them into the lake.
    mutating func workshop(_ database: any RetailDatabase, _ ledger: RetailLedger) async throws {
        let steps = RetailWorkshop.steps(
            deleting: ledger.orders(of: RetailDB.Workshop.leavingCustomer),
            startingAt: RetailDB.captureBegins + 9 * 3_600_000_000
        )
        var commits: [RetailCommit] = []
        for step in steps { commits.append(try await database.commit(step.transaction)) }
        let pipeline = lake.pipeline(from: database.source, options: IngestionOptions())
        report.workshopDuration = try await clock.measure { try await pipeline.run(.triggered) }
        for (step, commit) in zip(steps, commits) {
            let origin = try await commit.origin()
            report.workshop.append(
                RetailWorkshop.Change(title: step.title, sql: commit.sql, lsn: origin.lsn, commitTime: origin.time)
            )
        }
    }

    /// Lets traffic come in while a pipeline works, stops the pipeline in the middle of a cut, throws away every object
    /// that it was made of, and lets a new one go on.
    mutating func trafficWithRestart(_ database: any RetailDatabase, _ ledger: RetailLedger) async throws {
        var traffic = RetailTraffic(
            ledger: ledger,
            seed: seed,
            startingAt: RetailDB.captureBegins + 10 * 3_600_000_000
        )
        let transactions = transactions
        let started = clock.now
        let committing = Task.detached {
            for _ in 0..<transactions {
                try Task.checkCancellation()
                try await database.commit(traffic.next())
            }
            return traffic.counts
        }
        defer { committing.cancel() }
        try await runUntilMiddleOfCut(database)
        report.traffic = try await committing.value
        for table in RetailDB.tables {
            let name = table.name.name
            let position = try await lake.destination.position(of: name, pipeline: DemoLake.pipelineName)
            guard let position else { continue }
            report.restart.positions.append((name, position.position.cut, position.version))
        }
        // What the first pipeline was made of is gone, the checkpoint store as well: the lake tells how far it came.
        try await lake.pipeline(from: database.source, options: trafficOptions).run(.triggered)
        report.trafficDuration = clock.now - started
    }

    /// Few transactions in a cut, so that there are many cuts.
    private var trafficOptions: IngestionOptions {
        var options = IngestionOptions()
        options.transactionsPerCut = max(1, transactions / 12)
        return options
    }

    /// Runs a pipeline until the first tables of its third cut are there and the others are not.
    private mutating func runUntilMiddleOfCut(_ database: any RetailDatabase) async throws {
        let pipeline = lake.pipeline(from: database.source, options: trafficOptions)
        let events = pipeline.events
        let running = Task { try await pipeline.run(.continuous(every: .milliseconds(20))) }
        var cuts = 0
        for await event in events {
            if event.kind == .cutPublished { cuts += 1 }
            if event.kind == .updateFailed { break }
            if event.kind == .flowProgress, cuts >= 3 {
                report.restart.cut = event.details["cut"]?.integer ?? 0
                break
            }
        }
        running.cancel()
        do { try await running.value } catch is CancellationError {}
    }

    // MARK: Validation

    /// Asks the lake the workshop's questions and compares the answers with the source.
    mutating func validate(_ database: any RetailDatabase) async throws {
        for table in RetailDB.tables {
            let rows = try await LakeRows(of: lake.table(table))
            try await compare(rows, table, database)
            switch table.name {
            case RetailDB.customers.name: try askCustomers(rows)
            case RetailDB.orders.name: try askOrders(rows)
            default: try askProducts(rows)
            }
        }
        try await listStaging()
        try await checkConsistentPoint(database)
    }

    private mutating func compare(_ rows: LakeRows, _ table: SourceTable, _ database: any RetailDatabase) async throws {
        let comparison = try TableComparison(
            lake: rows.batch,
            source: try await database.rows(of: table),
            key: table.key[0]
        )
        let name = table.name.name
        report.counts.append((name, comparison.rows, comparison.sourceRows))
        report.check("\(name): every row and column equals the source", comparison.difference)
    }

    private mutating func askCustomers(_ rows: LakeRows) throws {
        let id = RetailDB.Workshop.newCustomer
        let jane = try rows.row(
            where: "customer_id",
            is: id,
            columns: ["customer_id", "first_name", "last_name", "city", "_commit_timestamp", "_commit_lsn"]
        )
        report.rows.append(("customer \(id)", jane))
        report.check(
            "customer \(id) is Jane Smith",
            jane.map { $0.text("first_name") + " " + $0.text("last_name") } == "Jane Smith"
                ? nil : "the table has \(jane?.values.joined(separator: ", ") ?? "no such row")"
        )
        checkOrigin(jane, "customer \(id)", change: 0)
        let leaving = RetailDB.Workshop.leavingCustomer
        let gone = try rows.row(where: "customer_id", is: leaving, columns: ["customer_id", "first_name"])
        report.rows.append(("customer \(leaving)", gone))
        report.check("customer \(leaving) is absent", gone == nil ? nil : "the table still has the row")
    }

    private mutating func askOrders(_ rows: LakeRows) throws {
        let id = RetailDB.Workshop.order
        let order = try rows.row(
            where: "order_id",
            is: id,
            columns: [
                "order_id", "customer_id", "order_status", "total_amount", "_commit_timestamp", "_commit_lsn",
            ]
        )
        report.rows.append(("order \(id)", order))
        report.check(
            "order \(id) is SHIPPED",
            order?.text("order_status") == "SHIPPED" ? nil : "it is \(order?.text("order_status") ?? "not there")"
        )
        checkOrigin(order, "order \(id)", change: 1)
        let leaving = RetailDB.Workshop.leavingCustomer
        let left = try rows.batch.column("customer_id").values.int32?.filter { $0 == leaving }.count ?? 0
        report.check("no order of customer \(leaving) is left", left == 0 ? nil : "there are \(left)")
    }

    private mutating func askProducts(_ rows: LakeRows) throws {
        let id = RetailDB.Workshop.product
        let product = try rows.row(
            where: "product_id",
            is: id,
            columns: ["product_id", "product_name", "price", "stock_quantity", "_commit_timestamp", "_commit_lsn"]
        )
        report.rows.append(("product \(id)", product))
        report.check(
            "product \(id) costs 29.99",
            product?.text("price") == "29.99" ? nil : "it costs \(product?.text("price") ?? "nothing: it is not there")"
        )
        checkOrigin(product, "product \(id)", change: 2)
    }

    /// A row that the workshop changed must say which transaction did it, and when.
    private mutating func checkOrigin(_ row: DemoReport.Row?, _ what: String, change: Int) {
        guard let row, report.workshop.indices.contains(change) else { return }
        let expected = report.workshop[change]
        let time = CivilTime.format(microseconds: expected.commitTime) + "Z"
        let isRight = row.text("_commit_lsn") == "\(expected.lsn)" && row.text("_commit_timestamp") == time
        report.check(
            "\(what) carries its transaction's LSN and commit time",
            isRight
                ? nil
                : "expected \(expected.lsn) at \(time), found \(row.text("_commit_lsn")) at "
                    + row.text("_commit_timestamp")
        )
    }

    private mutating func listStaging() async throws {
        let volume = lake.stagingVolume
        for number in try await volume.publishedCuts() {
            let manifest = try await volume.manifest(number)
            let files = manifest.tables.flatMap { ($0.snapshot ?? []) + $0.changes }
            report.cuts.append(
                DemoReport.Cut(
                    number: number,
                    lsn: "\(manifest.position.lsn)",
                    rows: files.reduce(0) { $0 + $1.rows },
                    files: files.count,
                    bytes: files.reduce(0) { $0 + $1.bytes }
                )
            )
        }
        let isEmpty = report.cuts.isEmpty
        report.check("the staging volume lists its cuts", isEmpty ? "there is none" : nil)
    }

    /// The tables together must show the source as it was after its last transaction.
    private mutating func checkConsistentPoint(_ database: any RetailDatabase) async throws {
        let point = try await lake.destination.latestConsistentPoint(pipeline: DemoLake.pipelineName)
        let last = try await database.lastLSN()
        report.check(
            "all tables together show the source as of its last transaction",
            point.map { $0.isComplete && $0.position.lsn >= last } == true
                ? nil
                : "the source is at \(last), the consistent point at \(point.map { "\($0.position.lsn)" } ?? "none")"
        )
    }
}
