/// What the actions of a commit say together.
extension [Action] {
    /// The commit info among them; `nil` where there is none.
    var commitInfo: CommitInfo? {
        for case .commitInfo(let info) in self { return info }
        return nil
    }

    /// Whether they move rows from files to files and do nothing else.
    var onlyRearrange: Bool {
        var files = 0
        for action in self {
            switch action {
            case .add(let file):
                if file.dataChange { return false }
                files += 1
            case .remove(let file):
                if file.dataChange { return false }
                files += 1
            case .protocol, .metadata, .transaction: return false
            case .cdc, .domainMetadata, .commitInfo, .checkpointMetadata, .sidecar: break
            }
        }
        return files > 0
    }
}
