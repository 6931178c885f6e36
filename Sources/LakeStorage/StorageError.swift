/// What went wrong with a file, which one it was, and what to do.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case notFound, alreadyExists, denied, full, invalidPath, unreadable, unavailable }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// There is no object of that name.
        public static let notFound = Code(.notFound)
        /// There is an object of that name already.
        public static let alreadyExists = Code(.alreadyExists)
        /// The storage does not let this process read or write here.
        public static let denied = Code(.denied)
        /// No space is left.
        public static let full = Code(.full)
        /// A path that would leave the storage's root, or that cannot be a name there.
        public static let invalidPath = Code(.invalidPath)
        /// The object is there, but its bytes are not what was asked for: it is shorter, or the medium fails.
        public static let unreadable = Code(.unreadable)
        /// The storage did not answer as it should; trying again may help.
        public static let unavailable = Code(.unavailable)

        public var description: String { base.rawValue }
    }

    public var code: Code
    /// The object or folder.
    public var path: String
    /// What was tried and what came of it, for a person.
    public var message: String

    public init(_ code: Code, path: String, _ message: String) {
        self.code = code
        self.path = path
        self.message = message
    }

    /// Whether the same call may succeed later without anybody doing anything.
    public var isRetryable: Bool { code == .unavailable }

    public var description: String { "\(message) [\(code): \(path)]" }
}
