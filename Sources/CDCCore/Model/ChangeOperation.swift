/// What a row of a change table tells, with SQL Server's numbers (`__$operation`).
public enum ChangeOperation: Int32, Hashable, Sendable, CaseIterable {
    /// The row as it was when it was deleted.
    case delete = 1
    /// The row as it was inserted.
    case insert = 2
    /// The row before an update; the row after it follows.
    case updateBefore = 3
    /// The row after an update.
    case updateAfter = 4

    /// Whether the row exists afterwards under the key that this change names.
    public var leavesRow: Bool { self == .insert || self == .updateAfter }
}
