import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Testing

@Suite("Exactly once: killed anywhere, restarted, the tables are those of an undisturbed run")
struct ExactlyOnceTests {
    /// The whole story of a shop: rows, a first run, changes, a second run; with a process that dies once on the way.
    private func story(on storage: any ObjectStorage, surviving survivor: any ObjectStorage) async throws -> Ingestion {
        let source = try Shop.source(customers: 20)
        var dying = Ingestion(source, storage)
        dying.options.parallelism = 1  // so that operations come in the same order every time
        dying.options.transactionsPerCut = 8
        dying.options.stagedFileBytes = 2000
        dying.options.rowsPerSlice = 12
        // What comes back after a death is a new process: new objects, an empty checkpoint store.
        var healthy = Ingestion(source, survivor)
        healthy.options = dying.options
        var isDead = false
        func run() async throws {
            if !isDead {
                do { return try await dying.run() } catch { isDead = true }
            }
            healthy.checkpoints = InMemoryCheckpointStore()
            try await healthy.run()
        }
        try await run()
        try Shop.traffic(source, transactions: 20, seed: 7)
        try await run()
        #expect(try await healthy.matches(source))
        return healthy
    }

    private func contents(_ ingestion: Ingestion) async throws -> [[[Value]]] {
        [
            try await ingestion.rows("customers", withMetadata: true),
            try await ingestion.rows("orders", withMetadata: true),
        ]
    }

    @Test("at every storage operation", arguments: [false, true])
    func everyOperation(afterEffect: Bool) async throws {
        let undisturbed = FaultyStorage(InMemoryStorage())
        let expected = try await contents(try await story(on: undisturbed, surviving: undisturbed))
        let operations = undisturbed.operationCount
        #expect(operations > 100)

        for operation in 0..<operations {
            let disk = InMemoryStorage()
            let dying = FaultyStorage(disk, faults: [operation: .stopsDead(afterEffect: afterEffect)])
            let actual = try await contents(try await story(on: dying, surviving: disk))
            #expect(actual == expected, "killed at operation \(operation): \(dying.operations[operation])")
        }
    }
}
