/// One batch of a ``SetupScript``: T-SQL that is sent as a whole, and why.
public struct SetupBatch: Hashable, Sendable {
    /// What the batch is about, in a few words: where a script stopped.
    public var name: String
    /// What the batch is for, in a sentence or more; no name from outside is in it.
    public var purpose: String
    /// The T-SQL. ``SetupScript/passwordVariable`` may stand in it for a password.
    public var text: String
}
