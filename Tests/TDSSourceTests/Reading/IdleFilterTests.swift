import CDCCore
import Columnar
import Testing

@testable import TDSSource

@Suite("The idle filter")
struct IdleFilterTests {
    private static let instance = CaptureInstance(
        name: "dbo_t",
        changeTableID: 7,
        sourceTableID: 1,
        startLSN: LSN(high: 1, low: 1)
    )

    /// A server that captured up to a point, and whose change table is empty.
    private struct Replica: MetadataSource {
        var captured: LSN

        func metadata(_ batch: String) async throws -> MetadataRows {
            let schema: Schema = [
                Field("id", .integer), Field("newest", .binary), Field("lowest", .binary), Field("captured", .binary),
            ]
            let row: [Value] = [7, .null, .binary(instance.startLSN.bytes), .binary(captured.bytes)]
            return MetadataRows(try RecordBatch(schema, rows: [row]))
        }
    }

    private func answer(_ captured: LSN) async throws -> IdleFilter.Answer {
        let filter = IdleFilter()
        let point = LSN(high: 5, low: 5)
        try await filter.refresh([Self.instance], through: point, from: Replica(captured: captured))
        return filter.answer(Self.instance, after: LSN(high: 2, low: 1), through: point)
    }

    @Test("a table without changes up to a point is idle, but not by the word of a replica that is behind the point")
    func replica() async throws {
        #expect(try await answer(LSN(high: 5, low: 5)) == .idle)
        #expect(try await answer(LSN(high: 5, low: 4)) == .unknown)
    }
}
