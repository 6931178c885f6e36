import Testing

@Suite("Tables written here are read by other programs")
struct WrittenHereTests {
    @Test(
        "with equal types and equal values",
        .enabled(if: ForeignReader.areThere, "needs .venv with the packages of Tests/Interop/requirements.txt"),
        .timeLimit(.minutes(3))
    )
    func equal() async throws {
        try await withTemporaryFolder { folder in
            let tables = try await TablesWrittenHere.all(in: folder.storage)
            for reader in ForeignReader.allCases {
                do { try await tables.compare(with: reader) } catch { Issue.record(error, "\(reader.rawValue)") }
            }
        }
    }
}
