/// Where a table stands in its pipeline.
///
/// ```
/// pending ──► snapshotting ──► streaming ──► needsResync ──► pending …
/// ```
public enum TableState: Hashable, Sendable {
    /// Not read yet.
    case pending
    /// Its rows are being read.
    case snapshotting
    /// Its rows are there, changes follow.
    case streaming
    /// It cannot follow any more and keeps what it has, until somebody asks for a full refresh.
    case needsResync(ResyncReason)

    /// Whether its changes are to be read.
    public var followsChanges: Bool { self == .streaming }
}

/// Why a table has to be read anew.
public struct ResyncReason: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The source threw changes away before they were read.
        case retentionGap
        /// The source's log ends before what was read already, or its history is another one.
        case sourceRewound
        /// The captured columns are others than before.
        case schemaChanged
        /// The source does not have or does not capture the table any more.
        case tableNotFound
        /// The changes cannot be applied: the message says why.
        case inapplicable
    }

    public var kind: Kind
    /// What happened and what to do, for a person.
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { "\(kind.rawValue): \(message)" }

    /// The reason that an error gives a table to be read anew; `nil` where the error is none.
    init?(_ error: CDCError) {
        let kinds: [CDCError.Code: Kind] = [
            .retentionGap: .retentionGap, .sourceRewound: .sourceRewound, .schemaChanged: .schemaChanged,
            .tableNotFound: .tableNotFound, .changesOutOfOrder: .inapplicable, .nullKey: .inapplicable,
            .noKey: .inapplicable, .unknownValue: .inapplicable,
        ]
        guard let kind = kinds[error.code] else { return nil }
        self.init(kind, error.message)
    }
}

extension TableState: CustomStringConvertible {
    public var description: String {
        switch self {
        case .pending: "pending"
        case .snapshotting: "snapshotting"
        case .streaming: "streaming"
        case .needsResync(let reason): "needs resync (\(reason))"
        }
    }
}
