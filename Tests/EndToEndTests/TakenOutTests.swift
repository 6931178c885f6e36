import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

@Suite("Tables that come and go")
struct TakenOutTests {
    private let storage = InMemoryStorage()

    /// The same storage, but commits of the orders fail for good.
    private func withoutRoomForOrders(_ ingestion: Ingestion) -> Ingestion {
        var failing = ingestion
        failing.storage = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            if operation == .putIfAbsent, path.hasPrefix("bronze/orders/_delta_log/") {
                throw StorageError(.full, path: path, "no space is left")
            }
        }
        return failing
    }

    @Test("a table that failed, was taken out and is taken in again, has what it missed", arguments: [0, 10])
    func missedWhileOut(transactions: Int) async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        try await ingestion.run()
        try Shop.traffic(source, transactions: 20, seed: 1)
        await #expect(throws: CDCError.self) { try await withoutRoomForOrders(ingestion).run() }
        ingestion.tables = ["dbo.customers"]
        if transactions > 0 { try Shop.traffic(source, transactions: transactions, seed: 2) }
        try await ingestion.run()
        ingestion.tables = ["dbo.customers", "dbo.orders"]
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }

    @Test("a refresh that was asked for is made, though a storage did not answer in between")
    func refreshAfterFailure() async throws {
        let source = try Shop.source()
        var ingestion = Ingestion(source, storage)
        try await ingestion.run()
        let orders = ingestion.lake.table("bronze/orders")
        try await orders.merge(
            upserts: .empty(try await orders.snapshot().schema),
            deletes: try RecordBatch([Field("order_id", .long)], rows: [[7]]),
            key: ["order_id"]
        )
        let failures = Counter()
        ingestion.storage = InterceptedStorage(storage) { operation, path, _ throws(StorageError) in
            if operation == .read, path.hasSuffix("plan.json"), failures.increment() == 1 {
                throw StorageError(.unavailable, path: path, "no answer")
            }
        }
        try await ingestion.run(refreshing: ["dbo.orders"])
        #expect(failures.value > 0)
        #expect(try await ingestion.matches(source))
    }
}
