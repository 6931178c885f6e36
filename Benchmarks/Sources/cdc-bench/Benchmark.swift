/// A thing to be measured, and what a user would use instead.
struct Benchmark: Sendable {
    var name: String
    var peerName: String
    /// What is worked on, once for each run: the time is that of the closure it returns.
    var ours: @Sendable (Workbench) async throws -> () async throws -> Void
    var peer: Peer
    /// How many things one run handles, for figures per second.
    var items: (count: Int, name: String)

    enum Peer: Sendable {
        /// A case of `peers.py`.
        case python(String)
        /// Another thing in this library.
        case ours(@Sendable (Workbench) async throws -> () async throws -> Void)
    }

    static let all: [Benchmark] = [
        .parquetWrite, .parquetRead, .snapshotFromMemory, .incrementalFromMemory, .merge10kInto1m,
    ]
}
