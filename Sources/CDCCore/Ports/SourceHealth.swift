/// How the capture of a source is doing. What a source cannot tell is left out.
public struct SourceHealth: Hashable, Sendable {
    /// `false` where it is known that nothing captures: SQL Server Agent is stopped.
    public var isCapturing: Bool?
    /// How long the last captured transaction took from its commit until it could be read.
    public var captureLatency: Duration?
    /// Since the newest entry of the captured log; a source makes one every few minutes, even where nothing happens.
    public var sinceNewest: Duration?
    /// The last scan of the log.
    public var lastScan: Scan?
    /// Whether the capture takes as many transactions as it may in each scan: it is behind, or soon will be.
    public var isSaturated: Bool?
    /// What went wrong in captures lately.
    public var failures: [CaptureFailure] = []
    /// Why the source's log cannot be truncated, as SQL Server names it: `NOTHING`, `REPLICATION`, `LOG_BACKUP`, ….
    public var logReuseWait: String?
    /// How long what was not read yet is kept.
    public var retention: [TableName: Retention] = [:]
    /// What could not be found out, and why, for a person.
    public var unknown: [String] = []

    public struct Scan: Hashable, Sendable {
        /// Since it ended.
        public var age: Duration
        public var transactions: Int
        public var errors: Int

        public init(age: Duration, transactions: Int, errors: Int) {
            self.age = age
            self.transactions = transactions
            self.errors = errors
        }
    }

    /// Something that went wrong. Its text is left to the source: it may quote values of rows.
    public struct CaptureFailure: Hashable, Sendable {
        /// The same for the same failure, each time it is told.
        public var id: String
        /// The number of the source's error.
        public var number: Int
        public var age: Duration

        public init(id: String, number: Int, age: Duration) {
            self.id = id
            self.number = number
            self.age = age
        }
    }

    public struct Retention: Hashable, Sendable {
        /// How long it takes until changes are deleted that were not read yet.
        public var left: Duration
        /// ``left`` as a share of the time for which changes are kept, 0…1.
        public var share: Double

        public init(left: Duration, share: Double) {
            self.left = left
            self.share = share
        }
    }

    public init() {}
}
