/// Why columns cannot be put together as was asked.
public struct ColumnarError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public struct Code: Hashable, Sendable {
        private enum Base { case unknownColumn, mismatch, tooLarge, outOfRange }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// A column was named that the schema does not have.
        public static let unknownColumn = Code(.unknownColumn)
        /// Columns, types or lengths do not belong together.
        public static let mismatch = Code(.mismatch)
        /// More than 2 GiB of text or bytes in one vector.
        public static let tooLarge = Code(.tooLarge)
        /// A value that its type cannot hold.
        public static let outOfRange = Code(.outOfRange)
    }

    public var code: Code
    /// What was found, for a person.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

extension ColumnarError {
    static func unknownColumn(_ name: String, in schema: Schema) -> ColumnarError {
        let known = schema.fields.map(\.name).joined(separator: ", ")
        return ColumnarError(.unknownColumn, "there is no column '\(name)'; there are: \(known)")
    }

    @usableFromInline static var poolOverflow: ColumnarError {
        ColumnarError(.tooLarge, "a vector of strings or bytes would exceed 2 GiB; use smaller batches")
    }
}
