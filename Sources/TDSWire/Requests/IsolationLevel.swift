/// How transactions are kept apart.
///
/// Source: MS-TDS 2.2.6.9.
public enum IsolationLevel: UInt8, Hashable, Sendable {
    /// As the session has it.
    case current = 0
    case readUncommitted = 1
    case readCommitted = 2
    case repeatableRead = 3
    case serializable = 4
    case snapshot = 5
}
