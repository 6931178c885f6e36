public import LakeStorage

/// Why a Delta table cannot be read or changed as was asked: what, in which table and version, and what to do.
public struct DeltaError: Error, Sendable, CustomStringConvertible {
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case tableNotFound, tableExists, corruptLog, missingVersion, unsupportedFeature, unsupportedType, conflict,
                tooManyAttempts, outcomeUnknown, invalidTransaction, invalidSchema, invalidValue, constraintViolated,
                corruptData, storage
        }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// There is no Delta table in that folder.
        public static let tableNotFound = Code(.tableNotFound)
        /// A table was to be created where there is one.
        public static let tableExists = Code(.tableExists)
        /// A file of the log says what the protocol does not allow, or cannot be understood.
        public static let corruptLog = Code(.corruptLog)
        /// A version was asked for that the log does not hold, or whose commits are not all there.
        public static let missingVersion = Code(.missingVersion)
        /// The table needs a feature of the protocol that this library does not have.
        public static let unsupportedFeature = Code(.unsupportedFeature)
        /// A column is of a type that this library does not have.
        public static let unsupportedType = Code(.unsupportedType)
        /// Another writer's commit contradicts this one; ``DeltaError/conflict`` says how.
        public static let conflict = Code(.conflict)
        /// Other writers were faster in every attempt.
        public static let tooManyAttempts = Code(.tooManyAttempts)
        /// The storage failed so that nobody knows whether the commit was written.
        public static let outcomeUnknown = Code(.outcomeUnknown)
        /// The actions of a commit do not go together.
        public static let invalidTransaction = Code(.invalidTransaction)
        /// A schema breaks a rule: names, nesting, partition columns.
        public static let invalidSchema = Code(.invalidSchema)
        /// A value is none of its column's type, or a property none of its kind.
        public static let invalidValue = Code(.invalidValue)
        /// Data or a commit that the table's own rules forbid: a null in a required column, a delete in an append-only table.
        public static let constraintViolated = Code(.constraintViolated)
        /// A data file is not what the log says.
        public static let corruptData = Code(.corruptData)
        /// The storage failed; ``DeltaError/underlying`` has its error.
        public static let storage = Code(.storage)

        public var description: String { base.rawValue }
    }

    public var code: Code
    /// What happened and what to do, for a person who knows Delta tables.
    public var message: String
    /// The folder of the table, where it is known.
    public var table: String?
    /// The version concerned.
    public var version: Int64?
    /// The file concerned, from the root of the storage.
    public var file: String?
    /// How another commit contradicts this one, with code `conflict`.
    public var conflict: CommitConflict?
    /// The error that caused this one.
    public var underlying: (any Error)?

    public init(
        _ code: Code,
        _ message: String,
        table: String? = nil,
        version: Int64? = nil,
        file: String? = nil,
        conflict: CommitConflict? = nil,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.table = table
        self.version = version
        self.file = file
        self.conflict = conflict
        self.underlying = underlying
    }

    /// A failure of the storage.
    public init(_ error: StorageError, _ what: String, table: String? = nil, version: Int64? = nil) {
        self.init(
            .storage,
            "\(what): \(error.message)",
            table: table,
            version: version,
            file: error.path,
            underlying: error
        )
    }

    /// Whether the same work may succeed when it is done again: after a conflict planned anew on the newest snapshot, after
    /// a failure of the storage just so.
    public var isRetryable: Bool {
        switch code {
        case .conflict, .tooManyAttempts: true
        case .storage: (underlying as? StorageError)?.isRetryable ?? false
        default: false
        }
    }

    public var description: String {
        var context: [String] = []
        if let table { context.append("table '\(table)'") }
        if let version { context.append("version \(version)") }
        if let file { context.append("file '\(file)'") }
        return "\(message) [\(code)\(context.map { ", " + $0 }.joined())]"
    }
}

extension DeltaError {
    /// The same error, knowing its table.
    func inTable(_ table: String) -> DeltaError {
        var error = self
        error.table = error.table ?? table
        return error
    }

    /// Whether a file is gone, damaged or not what it should be; not so where a storage only did not answer.
    var isBrokenFile: Bool {
        let reason = (underlying as? StorageError)?.code
        return code == .corruptLog || reason == .notFound || reason == .unreadable
    }
}
