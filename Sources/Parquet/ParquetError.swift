/// What is wrong with a Parquet file, or with what was asked of one, where it is, and what to do.
public struct ParquetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case notParquet, corrupt, unsupported, checksumMismatch, tooLarge, columnNotFound, outOfRange, invalidSchema
            case invalidValue, misuse, unreadable
        }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// The bytes do not begin and end as those of a Parquet file do.
        public static let notParquet = Code(.notParquet)
        /// Something in the file contradicts itself or the format. The file has to be written again.
        public static let corrupt = Code(.corrupt)
        /// The file uses a part of the format that this module does not read: the message names it.
        public static let unsupported = Code(.unsupported)
        /// The bytes of a page are not those that were written.
        public static let checksumMismatch = Code(.checksumMismatch)
        /// A page, a vector or a count beyond what this module takes into memory.
        public static let tooLarge = Code(.tooLarge)
        /// A column was named that the file does not have.
        public static let columnNotFound = Code(.columnNotFound)
        /// A row group or rows were asked for that the file does not have.
        public static let outOfRange = Code(.outOfRange)
        /// A schema that Parquet cannot hold, or a batch that does not have the schema of its file.
        public static let invalidSchema = Code(.invalidSchema)
        /// A value that its column cannot hold: a null in a required one, a number with too many digits, a text that is
        /// not UTF-8.
        public static let invalidValue = Code(.invalidValue)
        /// A writer was used after it had finished or failed.
        public static let misuse = Code(.misuse)
        /// The input delivered other bytes than those it was asked for.
        public static let unreadable = Code(.unreadable)

        public var description: String { base.rawValue }
    }

    public var code: Code
    /// What was found and what to do about it, for a person.
    public var message: String
    /// The path of the column, its parts joined by points, as the file names it.
    public var column: String?
    /// The row group, counted from 0.
    public var rowGroup: Int?
    /// Where in the file the part begins in which the fault was found.
    public var byteOffset: Int?

    public init(
        _ code: Code,
        _ message: String,
        column: String? = nil,
        rowGroup: Int? = nil,
        byteOffset: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.column = column
        self.rowGroup = rowGroup
        self.byteOffset = byteOffset
    }

    public var description: String {
        var context = code.description
        if let column { context += ", column '\(column)'" }
        if let rowGroup { context += ", row group \(rowGroup)" }
        if let byteOffset { context += ", byte \(byteOffset)" }
        return "\(message) [\(context)]"
    }
}

extension ParquetError {
    static func corrupt(_ message: String) -> ParquetError { ParquetError(.corrupt, message) }
    static func unsupported(_ message: String) -> ParquetError { ParquetError(.unsupported, message) }

    /// The same error with the places that it does not name yet.
    func located(column: String? = nil, rowGroup: Int? = nil, byteOffset: Int? = nil) -> ParquetError {
        var located = self
        if located.column == nil { located.column = column }
        if located.rowGroup == nil { located.rowGroup = rowGroup }
        if located.byteOffset == nil { located.byteOffset = byteOffset }
        return located
    }
}
