/// What is wrong with bytes that came over the wire, or with what was to be sent, where it is, and what to do.
///
/// No error holds values of rows, parameters or a login.
public struct TDSWireError: Error, Hashable, Sendable, CustomStringConvertible {
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case truncated, malformed, tooLarge, unsupported, invalidValue, typeMismatch, misuse
        }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// The bytes end before the structure does that they began. With more bytes it may be whole.
        public static let truncated = Code(.truncated)
        /// The bytes contradict themselves or the protocol. The connection has to be closed.
        public static let malformed = Code(.malformed)
        /// A message or a count beyond what this module, or its caller, takes into memory.
        public static let tooLarge = Code(.tooLarge)
        /// A part of the protocol that this module does not speak: the message names it.
        public static let unsupported = Code(.unsupported)
        /// A value that has no form on the wire, or that its column cannot hold.
        public static let invalidValue = Code(.invalidValue)
        /// A value of one type was given or asked for where the column has another.
        public static let typeMismatch = Code(.typeMismatch)
        /// Calls in an order that makes no sense, such as a row that ends before its last column.
        public static let misuse = Code(.misuse)

        public var description: String { base.rawValue }
    }

    public var code: Code
    /// What was found and what to do about it, for a person.
    public var message: String
    /// The token, message or structure in which the fault is, by its name in MS-TDS.
    public var structure: String?
    /// The column, or the parameter, counted from 0.
    public var column: Int?
    /// Where in the bytes given, counted from 0. Of a truncated structure: where the first missing byte would be.
    public var byteOffset: Int?

    public init(
        _ code: Code,
        _ message: String,
        structure: String? = nil,
        column: Int? = nil,
        byteOffset: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.structure = structure
        self.column = column
        self.byteOffset = byteOffset
    }

    public var description: String {
        var context = code.description
        if let structure { context += ", \(structure)" }
        if let column { context += ", column \(column)" }
        if let byteOffset { context += ", byte \(byteOffset)" }
        return "\(message) [\(context)]"
    }
}

extension TDSWireError {
    static func malformed(_ message: String, at byteOffset: Int? = nil) -> TDSWireError {
        TDSWireError(.malformed, message, byteOffset: byteOffset)
    }

    static func unsupported(_ message: String) -> TDSWireError { TDSWireError(.unsupported, message) }

    static func invalidValue(_ message: String) -> TDSWireError { TDSWireError(.invalidValue, message) }

    /// The same error with the places that it does not name yet.
    func located(structure: String? = nil, column: Int? = nil) -> TDSWireError {
        var located = self
        if located.structure == nil { located.structure = structure }
        if located.column == nil { located.column = column }
        return located
    }
}
