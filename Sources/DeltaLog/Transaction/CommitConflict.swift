/// How another writer's commit contradicts one that was planned before it.
public struct CommitConflict: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The other commit created the table.
        case tableCreated
        /// The other commit changed what a program must be able to do, in a way that matters here.
        case protocolChanged
        /// The other commit changed columns or properties.
        case metadataChanged
        /// Both commits set the same domain.
        case domainMetadata
        /// The other commit moved on an application that this one has read.
        case transaction
        /// The other commit added rows that this one should have read.
        case concurrentAppend
        /// The other commit removed a file that this one has read.
        case concurrentDeleteRead
        /// Both commits change the same file.
        case concurrentDeleteDelete
    }

    public var kind: Kind
    /// The version of the other commit.
    public var winnerVersion: Int64
    /// What the other commit did, where it says so.
    public var winnerOperation: String?
    /// The files that both are concerned with, by the paths of the log: those to plan anew.
    public var files: [String]
    /// Application ids or domains that both are concerned with.
    public var names: [String]

    public init(
        _ kind: Kind,
        winnerVersion: Int64,
        winnerOperation: String?,
        files: [String] = [],
        names: [String] = []
    ) {
        self.kind = kind
        self.winnerVersion = winnerVersion
        self.winnerOperation = winnerOperation
        self.files = files
        self.names = names
    }

    public var description: String {
        let winner = "version \(winnerVersion) (\(winnerOperation ?? "unknown operation"))"
        let names = names.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
        let files = "'\(files.first ?? "")'" + (files.count > 1 ? " and \(files.count - 1) more" : "")
        return switch kind {
        case .tableCreated: "the table was created meanwhile, by \(winner)"
        case .protocolChanged: "\(winner) changed the table's protocol meanwhile"
        case .metadataChanged: "\(winner) changed the table's columns or properties meanwhile"
        case .domainMetadata: "\(winner) set the domain \(names) meanwhile, which this commit sets, too"
        case .transaction: "\(winner) moved on the application \(names) meanwhile, which this commit has read"
        case .concurrentAppend: "\(winner) added rows meanwhile that this commit should have read, in \(files)"
        case .concurrentDeleteRead: "\(winner) removed files meanwhile that this commit has read: \(files)"
        case .concurrentDeleteDelete: "\(winner) removed files meanwhile that this commit changes, too: \(files)"
        }
    }
}
