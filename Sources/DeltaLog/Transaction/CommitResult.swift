/// A commit that was written.
public struct CommitResult: Sendable {
    public var version: Int64
    /// The table at that version.
    public var snapshot: Snapshot
    /// How many versions were tried, other writers having been faster in all but the last.
    public var attempts: Int
    /// What became of the checkpoint. A checkpoint that cannot be written never undoes the commit.
    public var checkpoint: CheckpointOutcome
}

/// What became of a checkpoint after a commit.
public enum CheckpointOutcome: Sendable {
    /// The table's interval has not passed.
    case notDue
    case written
    /// Readers need longer until the next one is written; nothing is lost.
    case failed(DeltaError)
}
