import CDCJSON
import LakeStorage

/// What the database of a replay remembers across processes: which one it is, and how far its history went.
struct ReplayLog {
    /// The file in the lake's folder that holds it.
    static let file = "replay-source.log"

    /// The identity of the source.
    var source: String
    /// How many transactions were committed.
    var transactions: Int

    init(source: String, transactions: Int) {
        self.source = source
        self.transactions = transactions
    }

    /// Reads it; `nil` where there is none.
    ///
    /// - Throws: ``Failure`` where the file is none that a replay wrote.
    init?(readFrom lake: DemoLake) async throws {
        guard let bytes = try await lake.storage.readIfPresent(Self.file) else { return nil }
        let json = try? JSONValue(parsing: bytes)
        guard let source = json?["source"]?.string,
            let transactions = json?["transactions"]?.integer.flatMap({ Int(exactly: $0) }), transactions >= 0
        else {
            throw Failure(
                .badData,
                "replayLog",
                "\(lake.folder)/\(Self.file) does not say how far the replay went; give another --lake"
            )
        }
        self.init(source: source, transactions: transactions)
    }

    func write(to lake: DemoLake) async throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("source", source)
            writer.member("transactions", transactions)
        }
        writer.newline()
        try await lake.storage.put(Self.file, writer.bytes)
    }
}
