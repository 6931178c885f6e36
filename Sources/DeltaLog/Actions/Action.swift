/// One line of a commit, one row of a checkpoint: a change of the table's state.
///
/// Actions that this library does not know are left out when a log is read, as the protocol demands.
///
/// Source: Delta protocol, "Actions".
public enum Action: Hashable, Sendable {
    case `protocol`(TableProtocol)
    case metadata(TableMetadata)
    case add(AddFile)
    case remove(RemoveFile)
    case cdc(AddCDCFile)
    case transaction(SetTransaction)
    case domainMetadata(DomainMetadata)
    case commitInfo(CommitInfo)
    /// In checkpoints of the second kind only.
    case checkpointMetadata(CheckpointMetadata)
    /// In checkpoints of the second kind only.
    case sidecar(Sidecar)
}
