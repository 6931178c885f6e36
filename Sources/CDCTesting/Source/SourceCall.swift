public import CDCCore

/// What a source is asked for.
public enum SourceCall: Hashable, Sendable {
    case describe
    case cut
    case fence
    /// A table's changes.
    case changes(TableName)
    /// Into which chunks a table's rows are divided.
    case chunks(TableName)
    /// A chunk of a table's rows.
    case snapshot(TableName)
    /// How the capture is doing.
    case health
    /// That changes are applied.
    case acknowledge
}
