#if Emulator
/// What went wrong with the emulator, or with T-SQL that it was to run itself.
public struct EmulatorError: Error, Hashable, Sendable, CustomStringConvertible {
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String { case cannotStart, statement, stopped }
        private let base: Base
        private init(_ base: Base) { self.base = base }

        /// The server did not start.
        public static let cannotStart = Code(.cannotStart)
        /// T-SQL failed: ``EmulatorError/number`` says how.
        public static let statement = Code(.statement)
        /// The server has been stopped.
        public static let stopped = Code(.stopped)

        public var description: String { base.rawValue }
    }

    public var code: Code
    /// What happened and what to do about it, for a person.
    public var message: String
    /// The number of the error of T-SQL, its severity, and the line of the batch; 0 of other errors.
    public var number: Int32
    public var severity: UInt8
    public var line: Int

    public init(_ code: Code, _ message: String, number: Int32 = 0, severity: UInt8 = 0, line: Int = 0) {
        self.code = code
        self.message = message
        self.number = number
        self.severity = severity
        self.line = line
    }

    public var description: String {
        code == .statement ? "Msg \(number), Level \(severity), Line \(line): \(message)" : "\(message) [\(code)]"
    }
}

extension EmulatorError {
    init(_ text: ServerText) {
        self.init(.statement, text.text, number: text.number, severity: text.severity, line: text.line)
    }
}
#endif
