/// The call of a procedure.
///
/// Source: MS-TDS 2.2.6.6.
public struct RPCCall: Hashable, Sendable {
    public enum Procedure: Hashable, Sendable {
        case name(String)
        case system(SystemProcedure)
    }

    /// A procedure that has a number in place of a name.
    public struct SystemProcedure: RawRepresentable, Hashable, Sendable {
        public var rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let cursor = SystemProcedure(rawValue: 1)
        public static let cursorOpen = SystemProcedure(rawValue: 2)
        public static let cursorPrepare = SystemProcedure(rawValue: 3)
        public static let cursorExecute = SystemProcedure(rawValue: 4)
        public static let cursorPrepareExecute = SystemProcedure(rawValue: 5)
        public static let cursorUnprepare = SystemProcedure(rawValue: 6)
        public static let cursorFetch = SystemProcedure(rawValue: 7)
        public static let cursorOption = SystemProcedure(rawValue: 8)
        public static let cursorClose = SystemProcedure(rawValue: 9)
        public static let executeSQL = SystemProcedure(rawValue: 10)
        public static let prepare = SystemProcedure(rawValue: 11)
        public static let execute = SystemProcedure(rawValue: 12)
        public static let prepareExecute = SystemProcedure(rawValue: 13)
        public static let prepareExecuteRPC = SystemProcedure(rawValue: 14)
        public static let unprepare = SystemProcedure(rawValue: 15)

        /// The name, such as `sp_executesql`; `nil` for a number that has none.
        public var name: String? {
            let names = [
                "sp_cursor", "sp_cursoropen", "sp_cursorprepare", "sp_cursorexecute", "sp_cursorprepexec",
                "sp_cursorunprepare", "sp_cursorfetch", "sp_cursoroption", "sp_cursorclose", "sp_executesql",
                "sp_prepare", "sp_execute", "sp_prepexec", "sp_prepexecrpc", "sp_unprepare",
            ]
            return (1...names.count).contains(Int(rawValue)) ? names[Int(rawValue) - 1] : nil
        }
    }

    public struct Options: OptionSet, Hashable, Sendable {
        public var rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let withRecompile = Options(rawValue: 0x0001)
        /// The client does not want COLMETADATA.
        public static let noMetadata = Options(rawValue: 0x0002)
        public static let reuseMetadata = Options(rawValue: 0x0004)
    }

    public var procedure: Procedure
    public var options: Options
    public var parameters: [RPCParameter]

    public init(_ procedure: Procedure, options: Options = [], parameters: [RPCParameter] = []) {
        self.procedure = procedure
        self.options = options
        self.parameters = parameters
    }

    /// The name of the procedure, whichever way it is called; `nil` for a number that has none.
    public var name: String? {
        switch procedure {
        case .name(let name): name
        case .system(let procedure): procedure.name
        }
    }
}

extension RPCCall {
    /// What stands between two calls.
    enum Separator {
        static let batch: UInt8 = 0xFF
        /// The same from clients before TDS 7.2, and from some since.
        static let oldBatch: UInt8 = 0x80
        static let noExecution: UInt8 = 0xFE

        static func isOne(_ byte: UInt8) -> Bool { byte == batch || byte == oldBatch || byte == noExecution }
    }

    /// The most parameters that a procedure of SQL Server has.
    private static let maximumParameters = 2100
    private static let byNumber: UInt16 = 0xFFFF

    /// Reads up to a separator or the end.
    init(_ reader: inout ByteReader) throws(TDSWireError) {
        let count = try reader.number(UInt16.self)
        if count == RPCCall.byNumber {
            procedure = .system(SystemProcedure(rawValue: try reader.number()))
        } else {
            procedure = .name(try reader.text(units: Int(count)))
        }
        options = Options(rawValue: try reader.number())
        parameters = []
        while !reader.isAtEnd, !RPCCall.Separator.isOne(reader.bytes[reader.position]) {
            guard parameters.count < RPCCall.maximumParameters else {
                throw TDSWireError(.tooLarge, "a call has more than 2100 parameters", byteOffset: reader.position)
            }
            do {
                parameters.append(try RPCParameter(&reader))
            } catch {
                throw error.located(column: parameters.count)
            }
        }
    }

    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        switch procedure {
        case .name(let name):
            guard name.utf16.count < Int(RPCCall.byNumber) else {
                throw .invalidValue("the name of a procedure is longer than 65534 UTF-16 code units")
            }
            try bytes.append(longText: name, "the name of a procedure")
        case .system(let procedure):
            bytes.append(number: RPCCall.byNumber)
            bytes.append(number: procedure.rawValue)
        }
        bytes.append(number: options.rawValue)
        for (index, parameter) in parameters.enumerated() {
            do {
                try parameter.encode(into: &bytes)
            } catch {
                throw error.located(column: index)
            }
        }
    }
}
