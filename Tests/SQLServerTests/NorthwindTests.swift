import CDCCore
import Columnar
import Foundation
import TDSSource
import TSQL
import Testing

@Suite(
    "Microsoft's Northwind script",
    .enabled(
        if: TestServer.isAvailable && Outside.northwind != nil,
        "needs a server, and northwind/instnwnd.sql in SWIFT_CDC_TEST_DATA or ../shared/data"
    )
)
struct NorthwindTests {
    private static let tables = [
        "Categories", "CustomerCustomerDemo", "CustomerDemographics", "Customers", "Employees", "EmployeeTerritories",
        "Order Details", "Orders", "Products", "Region", "Shippers", "Suppliers", "Territories",
    ]

    private static let rowCounts = [
        "Orders": 830, "Order Details": 2155, "Customers": 91, "Products": 77, "Categories": 8,
    ]

    @Test("runs unmodified, is captured, and is the same in Delta tables")
    func replicates() async throws {
        let script = try String(contentsOfFile: #require(Outside.northwind), encoding: .isoLatin1)
        try await TestServer.withDatabase { server in
            for batch in BatchSplitter.batches(of: script) { try await server.run(batch.text) }
            for (number, table) in Self.tables.enumerated() { try await server.capture(table, as: "nw_\(number)") }
            let lake = try TestLake()
            let source = server.source()
            let selections = Self.tables.map { name in
                TableSelection(
                    TableName(schema: "dbo", name: name),
                    destination: name.replacingOccurrences(of: " ", with: "_")
                )
            }
            try await lake.pipeline(from: source, selections).run(.triggered)
            for selection in selections {
                let table = try await source.describe([selection.source])[0]
                let columns = table.schema.fields.map(\.name)
                let list = columns.map { "[\($0)]" }.joined(separator: ", ")
                let expected = try await server.rows("SELECT \(list) FROM [\(selection.source.name)]").sorted {
                    "\($0)" < "\($1)"
                }
                let found = try await lake.rows(selection.destination, columns)
                #expect(found == expected, "\(selection.source)")
                if let count = Self.rowCounts[selection.source.name] { #expect(found.count == count) }
            }
            await source.close()
        }
    }
}
