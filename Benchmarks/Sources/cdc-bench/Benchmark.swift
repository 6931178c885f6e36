/// A thing to be measured, and what a user would use instead.
struct Benchmark: Sendable {
    var name: String
    /// What is worked on, once for each run: the time is that of the closure it returns.
    var ours: @Sendable (Workbench) async throws -> () async throws -> Void
    var peers: [Peer]
    /// How many things one run handles, for figures per second.
    var items: (count: Int, name: String)
    /// Whether the server of the benchmarks must run.
    var needsServer = false
    /// The most runs, for what takes long and varies little.
    var mostRuns = Int.max

    struct Peer: Sendable {
        var name: String
        var kind: Kind
        var mostRuns = Int.max
    }

    enum Kind: Sendable {
        /// A case of `peers.py`.
        case python(String)
        /// Another thing in this program.
        case here(@Sendable (Workbench) async throws -> () async throws -> Void)
        /// Nothing that runs: figures that must not be exceeded. Those that are 0 have no limit.
        case limit(Measurement)
    }

    static let all: [Benchmark] = [
        .parquetWrite, .parquetRead, .snapshotFromMemory, .incrementalFromMemory, .merge10kInto1m,
        .tdsDrain, .snapshotFromTDS, .idlePoll, .hugeTransaction,
    ]
}
