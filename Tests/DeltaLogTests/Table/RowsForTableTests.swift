import Columnar
import Testing

@testable import DeltaLog

@Suite("Rows that a caller brings")
struct RowsForTableTests {
    let lake = TestLake()

    @Test("two columns that are the same to the table are refused")
    func twice() async throws {
        let table = DeltaTable(storage: lake.storage, path: "t")
        try await table.create([Field("id", .long)])
        let rows = try RecordBatch([Field("id", .long), Field("ID", .long)], rows: [[1, 2]])
        let error = await deltaError { try await table.append([rows]) }
        #expect(error?.code == .invalidSchema)
        #expect(error?.message.contains("'ID'") == true)
    }
}
