import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import Testing

@Suite("Northwind, replicated")
struct NorthwindTests {
    @Test(
        "The CSV files have the rows that their schema announces",
        .enabled(if: isThere, "needs northwind in the test data")
    )
    func rowCounts() throws {
        let northwind = try Northwind(folder: Outside.northwind)
        #expect(northwind.tables.count == 13)
        for table in northwind.tables { #expect(table.rows.count == table.rowCount, "\(table.definition.name)") }
    }

    @Test(
        "delta-rs finds every value of all thirteen tables, before and after changes",
        .enabled(
            if: isThere && Outside.hasPython(with: "deltalake", "pyarrow"),
            "needs northwind in the test data, and .venv with deltalake and pyarrow"
        ),
        .timeLimit(.minutes(3))
    )
    func replicated() async throws {
        let northwind = try Northwind(folder: Outside.northwind)
        let source = try northwind.source()
        try await withTemporaryFolder { folder in
            let lake = DeltaLake(at: folder.storage)
            var options = IngestionOptions()
            options.retryDelay = .zero
            options.transactionsPerCut = 25
            let pipeline = IngestionPipeline(
                named: "northwind",
                from: source,
                into: lake.schema("bronze"),
                staging: lake.volume("landing/northwind"),
                tables: northwind.tables.map { TableSelection($0.definition.name) },
                options: options,
                clock: ManualClock()
            )

            try await pipeline.run(.triggered)
            var loaded = ExpectedTables(folder.storage)
            for table in northwind.tables {
                try await loaded.add("bronze/\(table.definition.name.name)", table.definition.schema, table.rows)
            }
            try await loaded.compare(with: .deltaRS)

            try change(source)
            try await pipeline.run(.triggered)
            var changed = ExpectedTables(folder.storage)
            var changedTables = 0
            for table in northwind.tables {
                let rows = try source.rows(of: table.definition.name).rows
                if Set(rows) != Set(table.rows) { changedTables += 1 }
                try await changed.add("bronze/\(table.definition.name.name)", table.definition.schema, rows)
            }
            #expect(changedTables == 11)
            try await changed.compare(with: .deltaRS)
        }
    }

    private static var isThere: Bool { Outside.exists(Outside.northwind) }

    /// Orders that come, change and go, with their details; prices, pictures and texts that change; a customer who moves to
    /// another key; tables that were empty.
    private func change(_ source: InMemorySource) throws {
        var random = SeededRandom(seed: 1996)
        for number in 0..<100 {
            let order = Value.integer(Int64(20_000 + number))
            let product = Value.integer(Int64(random.next() % 77 + 1))
            try source.transaction { transaction in
                try transaction.insert(
                    "dbo.Orders",
                    [
                        "OrderID": order, "CustomerID": "ALFKI", "EmployeeID": .integer(Int64(random.next() % 9 + 1)),
                        "OrderDate": .timestampNTZ(900_000_000_000_000 + Int64(number) * 3_333),
                        "Freight": .decimal(unscaled: Int128(random.next() % 10_000_000), scale: 4),
                        "ShipName": .string(number % 3 == 0 ? "" : "Größe \(number)"),
                    ]
                )
                try transaction.insert(
                    "dbo.Order Details",
                    [
                        "OrderID": order, "ProductID": product, "UnitPrice": .decimal(unscaled: 12_500, scale: 4),
                        "Quantity": .integer(Int64(number + 1)), "Discount": .float(Float(number) / 100),
                    ]
                )
                try transaction.update(
                    "dbo.Products",
                    key: [product],
                    set: [
                        "UnitsInStock": .integer(Int64(random.next() % 1000)),
                        "Discontinued": .boolean(number % 2 == 0),
                    ]
                )
            }
            let old = Value.integer(Int64(10_248 + random.next() % 830))
            try source.transaction { transaction in
                guard let row = try transaction.row("dbo.Orders", key: [old]) else { return }
                if number % 4 == 0 {
                    for product in 1...77 {
                        let key = [old, Value.integer(Int64(product))]
                        if try transaction.row("dbo.Order Details", key: key) != nil {
                            try transaction.delete("dbo.Order Details", key: key)
                        }
                    }
                    try transaction.delete("dbo.Orders", key: [old])
                } else {
                    try transaction.update(
                        "dbo.Orders",
                        key: [old],
                        set: ["ShippedDate": nil, "ShipCity": row["ShipRegion"] ?? nil]
                    )
                }
            }
        }
        try source.transaction { transaction in
            try transaction.update(
                "dbo.Categories",
                key: [1],
                set: ["Picture": .binary([1, 2, 3]), "Description": nil]
            )
            // Their large objects stay as they are.
            try transaction.update("dbo.Categories", key: [2], set: ["CategoryName": "Sauces"])
            try transaction.update("dbo.Employees", key: [5], set: ["ReportsTo": nil, "Title": ""])
            try transaction.update("dbo.Employees", key: [3], set: ["Notes": "", "Photo": nil])
            try transaction.insert("dbo.Customers", ["CustomerID": "ÄÖÜßÉ", "CompanyName": "Neu & \"Alt\""])
            try transaction.insert("dbo.CustomerDemographics", ["CustomerTypeID": "wholesale ", "CustomerDesc": nil])
            try transaction.insert("dbo.CustomerCustomerDemo", ["CustomerID": "ÄÖÜßÉ", "CustomerTypeID": "wholesale "])
            try transaction.insert("dbo.Region", ["RegionID": 5, "RegionDescription": "Central"])
            try transaction.update("dbo.Territories", key: ["01581"], set: ["RegionID": 5])
            try transaction.update("dbo.Region", key: [5], set: ["RegionDescription": "Middle"])
            try transaction.insert("dbo.Shippers", ["ShipperID": 4, "CompanyName": "Rail"])
            try transaction.update("dbo.Shippers", key: [4], set: ["ShipperID": 40])
        }
    }
}
