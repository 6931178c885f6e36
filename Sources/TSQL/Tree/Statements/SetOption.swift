/// `SET` of a setting of the session.
package enum SetOption: Equatable, Sendable {
    /// `SET NOCOUNT, XACT_ABORT ON`; names in upper case.
    case switches([String], isOn: Bool)
    /// `SET STATISTICS IO, TIME ON`; names in upper case.
    case statistics([String], isOn: Bool)
    /// `SET LOCK_TIMEOUT 5000`; name in upper case. A word such as `mdy` is a string.
    case value(String, Expression)
    case identityInsert(Name, isOn: Bool)
    case isolationLevel(IsolationLevel)

    package enum IsolationLevel: String, Hashable, Sendable {
        case readUncommitted = "read-uncommitted"
        case readCommitted = "read-committed"
        case repeatableRead = "repeatable-read"
        case snapshot
        case serializable
    }
}
