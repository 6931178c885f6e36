import CDCCore
import CDCTesting
import Columnar
import Testing

@testable import cdc_demo

@Suite("The retail database")
struct RetailDBTests {
    private let generator = RetailGenerator(size: RetailSize(scale: 0.02), seed: 7)

    private var contents: RetailContents {
        get throws { RetailContents(generated: generator.size, orders: try generator.orders()) }
    }

    @Test("The workshop's size is 10,000 customers, 50,000 orders, 5,000 products")
    func workshopSize() {
        let size = RetailSize(scale: 1)
        #expect((size.customers, size.orders, size.products) == (10_000, 50_000, 5000))
        #expect(size.customerID(9999) == 10_000)
        #expect(size.orderID(49_999) == 50_000)
    }

    @Test(
        "The rows of the workshop are there, and the new customer's id is free, at any scale",
        arguments: [0.001, 0.1, 1, 3]
    )
    func workshopRows(_ scale: Double) {
        let size = RetailSize(scale: scale)
        let customers = (0..<size.customers).map(size.customerID)
        #expect(customers.contains(RetailDB.Workshop.leavingCustomer))
        #expect(!customers.contains(RetailDB.Workshop.newCustomer))
        #expect(Set(customers).count == size.customers)
        #expect((0..<size.orders).contains { size.orderID($0) == RetailDB.Workshop.order })
        #expect((0..<size.products).contains { size.productID($0) == RetailDB.Workshop.product })
    }

    @Test("The same seed makes the same rows, another seed others")
    func isDeterministic() throws {
        let again = RetailGenerator(size: generator.size, seed: 7)
        let other = RetailGenerator(size: generator.size, seed: 8)
        #expect(try generator.customers().rows == again.customers().rows)
        #expect(try generator.orders().rows == again.orders().rows)
        #expect(try generator.products().rows == again.products().rows)
        #expect(try generator.orders().rows != other.orders().rows)
    }

    @Test("Numbers drawn are those of SplitMix64, and the same on every machine")
    func referenceNumbers() {
        // Source: the reference implementation by Sebastiano Vigna, seed 1234567.
        var random = RetailRandom(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in random.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ]
        )
    }

    @Test("Every order has a customer who is there")
    func foreignKeys() throws {
        let customers = Set(try #require(try generator.customers().column("customer_id").values.int32))
        let owners = try #require(try generator.orders().column("customer_id").values.int32)
        #expect(owners.allSatisfy(customers.contains))
        #expect(owners.contains(RetailDB.Workshop.leavingCustomer))
    }

    @Test("DATETIME values are ticks of 1/300 second: milliseconds end in 0, 3 or 7")
    func ticks() throws {
        for (given, rounded) in [(0, 0), (1000, 0), (2000, 3000), (4000, 3000), (6000, 7000), (8900, 10_000)] {
            #expect(DateTime.rounded(Int64(given)) == Int64(rounded))
        }
        #expect(DateTime.rounded(999_000) == 1_000_000)
        for batch in [try generator.customers(), try generator.orders(), try generator.products()] {
            for (field, column) in zip(batch.schema.fields, batch.columns) where field.type == .timestampNTZ {
                let digits = Set((column.values.int64 ?? []).map { $0 / 1000 % 10 })
                #expect(digits.isSubset(of: [0, 3, 7]))
            }
        }
    }

    @Test("Texts fit the lengths of their columns")
    func lengths() throws {
        let limits = [
            "first_name": 50, "last_name": 50, "email": 100, "phone": 20, "address": 200, "city": 50, "state": 2,
            "zip_code": 10, "order_status": 20, "shipping_address": 200, "payment_method": 50, "product_name": 100,
            "category": 50, "supplier": 100,
        ]
        for batch in [try generator.customers(), try generator.orders(), try generator.products()] {
            for (field, column) in zip(batch.schema.fields, batch.columns) {
                guard let limit = limits[field.name], let texts = column.values.bytes else { continue }
                #expect((0..<texts.count).allSatisfy { texts.range(of: $0).count <= limit }, "\(field.name)")
            }
        }
    }

    @Test("What may be missing sometimes is")
    func nulls() throws {
        #expect(try generator.customers().column("phone").nullCount > 0)
        #expect(try generator.products().column("description").nullCount > 0)
        #expect(try generator.customers().column("email").nullCount == 0)
    }

    @Test("Mixed traffic keeps every key, uses ids again, and is the same for the same seed")
    func traffic() throws {
        func run() throws -> (rows: [[[Value]]], counts: RetailTraffic.Counts, lsn: LSN) {
            let source = try RetailSource.make(size: generator.size, seed: 7)
            let ledger = try RetailLedger(try contents, seed: 7)
            var traffic = RetailTraffic(ledger: ledger, seed: 7, startingAt: RetailDB.captureBegins)
            // The database refuses what breaks a key.
            for _ in 0..<600 { try source.commit(traffic.next()) }
            return (try RetailDB.tables.map { try source.rows(of: $0.name).rows }, traffic.counts, source.lastLSN)
        }
        let first = try run()
        let second = try run()
        #expect(first.rows == second.rows)
        #expect(first.lsn == second.lsn)
        #expect(first.counts.transactions == 600)
        #expect(first.counts.inserts > 100 && first.counts.updates > 100 && first.counts.deletes > 20)
        // An id is used again where a row that was there in the beginning has another creation date now.
        let created = Dictionary(try generator.customers().rows.map { ($0[0], $0[9]) }, uniquingKeysWith: { $1 })
        #expect(first.rows[0].contains { created[$0[0]] != nil && created[$0[0]] != $0[9] })
    }

    @Test("Traffic leaves the rows of the workshop alone")
    func workshopStays() throws {
        let source = try RetailSource.make(size: generator.size, seed: 7)
        let before = try source.rows(of: RetailDB.orders.name).rows.first { $0[0] == .integer(5001) }
        let ledger = try RetailLedger(try contents, seed: 7)
        var traffic = RetailTraffic(ledger: ledger, seed: 7, startingAt: RetailDB.captureBegins)
        for _ in 0..<600 { try source.commit(traffic.next()) }
        let after = try source.rows(of: RetailDB.orders.name).rows.first { $0[0] == .integer(5001) }
        #expect(before != nil && before == after)
        #expect(try source.rows(of: RetailDB.customers.name).rows.contains { $0[0] == .integer(9999) })
    }
}
