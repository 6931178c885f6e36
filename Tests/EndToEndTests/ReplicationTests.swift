import CDCCore
import CDCTesting
import Columnar
import DeltaLog
import Testing

@Suite("A pipeline keeps tables like the source")
struct ReplicationTests {
    @Test("first the rows that are there, then every change")
    func snapshotThenChanges() async throws {
        let source = try Shop.source()
        let ingestion = Ingestion(source, InMemoryStorage())
        try await ingestion.run()
        #expect(try await ingestion.matches(source))

        try Shop.traffic(source, transactions: 200, seed: 1)
        #expect(try await !ingestion.matches(source))
        try await ingestion.run()
        #expect(try await ingestion.matches(source))
    }
}
