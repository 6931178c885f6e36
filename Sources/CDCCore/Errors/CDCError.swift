/// What keeps a pipeline, or one of its tables, from going on.
public struct CDCError: Error, Sendable, CustomStringConvertible {
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case invalidConfiguration, tableNotFound, noKey, nullKey, retentionGap, sourceRewound, schemaChanged
            case changesOutOfOrder, unknownValue, accessDenied, sourceUnavailable, sourceFailed
            case stagedFileCorrupt, manifestCorrupt, anotherGateway, anotherPipeline, foreignTable
            case changesTooLarge, destinationConflict, destinationUnavailable, destinationFailed, tablesIncomplete
        }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// The pipeline was put together in a way that cannot work.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// The source has no such table, or does not capture it.
        public static let tableNotFound = Code(.tableNotFound)
        /// The table has no key by which its rows could be told apart.
        public static let noKey = Code(.noKey)
        /// A row has NULL in its key.
        public static let nullKey = Code(.nullKey)
        /// The source no longer keeps changes that were not read yet.
        public static let retentionGap = Code(.retentionGap)
        /// The source's log ends before the point that was read already, or its history is another one: it was restored from an older
        /// backup.
        public static let sourceRewound = Code(.sourceRewound)
        /// The table's captured columns are not those of before.
        public static let schemaChanged = Code(.schemaChanged)
        /// The source delivered changes in another order than their LSNs say.
        public static let changesOutOfOrder = Code(.changesOutOfOrder)
        /// A change leaves out a value that is nowhere else to be had.
        public static let unknownValue = Code(.unknownValue)
        /// The source does not let a table be read: it stays where it is until it may be read again, the others go on.
        public static let accessDenied = Code(.accessDenied)
        /// The source does not answer; trying again may help.
        public static let sourceUnavailable = Code(.sourceUnavailable)
        /// The source refused, for good.
        public static let sourceFailed = Code(.sourceFailed)
        /// A staged file is not the one that its manifest names.
        public static let stagedFileCorrupt = Code(.stagedFileCorrupt)
        /// A manifest cannot be read, or one is missing between others.
        public static let manifestCorrupt = Code(.manifestCorrupt)
        /// Another gateway publishes into the same staging volume.
        public static let anotherGateway = Code(.anotherGateway)
        /// Another pipeline writes the same destination table.
        public static let anotherPipeline = Code(.anotherPipeline)
        /// A table that this pipeline did not make is in the place of its destination.
        public static let foreignTable = Code(.foreignTable)
        /// The changes of one slice do not fit one batch: smaller slices and staged files are needed.
        public static let changesTooLarge = Code(.changesTooLarge)
        /// Another writer changed the destination table at the same time; trying again helps.
        public static let destinationConflict = Code(.destinationConflict)
        /// The destination's storage does not answer; trying again may help.
        public static let destinationUnavailable = Code(.destinationUnavailable)
        /// The destination refused, for good.
        public static let destinationFailed = Code(.destinationFailed)
        /// A run ended with tables that could not be brought up to date; the others are.
        public static let tablesIncomplete = Code(.tablesIncomplete)

        public var description: String { base.rawValue }
    }

    public var code: Code
    /// What happened and what to do, for a person.
    public var message: String
    public var table: TableName?
    public var lsn: LSN?
    public var underlying: (any Error)?

    public init(
        _ code: Code,
        _ message: String,
        table: TableName? = nil,
        lsn: LSN? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.table = table
        self.lsn = lsn
        self.underlying = underlying
    }

    /// Whether the same work may succeed later without anybody doing anything.
    public var isRetryable: Bool {
        code == .sourceUnavailable || code == .destinationConflict || code == .destinationUnavailable
    }

    /// The message, and what is below it; once, where what is below it only says more of the same.
    package var fullMessage: String {
        guard let underlying else { return message }
        let cause = "\(underlying)"
        return cause.hasPrefix(message) ? cause : "\(message): \(cause)"
    }

    /// Whether only one table is in trouble, which nothing but the passing of time or a person can end: the others can go on.
    var isOfOneTable: Bool { !isRetryable && namesOneTable }

    /// Whether only one table is in trouble.
    var namesOneTable: Bool { table != nil || code == .tableNotFound || code == .accessDenied }

    public var description: String {
        let text = fullMessage
        var context = "\(code)"
        if let table { context += ", table \(table)" }
        if let lsn { context += ", LSN \(lsn)" }
        return "\(text) [\(context)]"
    }
}

extension CDCError {
    static func notFound(_ table: TableName) -> CDCError {
        CDCError(.tableNotFound, "the source has no table \(table), or does not capture it", table: table)
    }
}
