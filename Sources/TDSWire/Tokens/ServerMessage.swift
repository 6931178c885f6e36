/// An error (ERROR) or a message (INFO) of the server.
///
/// Source: MS-TDS 2.2.7.10 and 2.2.7.13.
public struct ServerMessage: Hashable, Sendable {
    /// Whether it is sent as an error. SQL Server does so from class 11 on.
    public var isError: Bool
    public var number: Int32
    public var state: UInt8
    /// The severity: up to 10 information, 11 to 16 mistakes of the user, from 20 on the connection is closed.
    public var severity: UInt8
    public var text: String
    public var server: String
    /// The procedure; empty outside of one.
    public var procedure: String
    /// The line in the batch or the procedure, counted from 1; 0 where there is none.
    public var line: UInt32

    public init(
        isError: Bool,
        number: Int32,
        state: UInt8 = 1,
        severity: UInt8,
        text: String,
        server: String = "",
        procedure: String = "",
        line: UInt32 = 1
    ) {
        self.isError = isError
        self.number = number
        self.state = state
        self.severity = severity
        self.text = text
        self.server = server
        self.procedure = procedure
        self.line = line
    }

    init(isError: Bool, _ reader: inout ByteReader) throws(TDSWireError) {
        var content = try reader.part(Int(try reader.number(UInt16.self)))
        self.isError = isError
        number = try content.number()
        state = try content.byte()
        severity = try content.byte()
        text = try content.longText()
        server = try content.shortText()
        procedure = try content.shortText()
        line = try content.number()
        try content.expectEnd(of: isError ? "ERROR" : "INFO")
    }

    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        bytes.append(isError ? TokenCode.error : TokenCode.info)
        let start = bytes.beginMeasured()
        bytes.append(number: number)
        bytes.append(state)
        bytes.append(severity)
        try bytes.append(longText: text, "the text of a message")
        try bytes.append(shortText: server, "the name of the server")
        try bytes.append(shortText: procedure, "the name of a procedure")
        bytes.append(number: line)
        try bytes.endMeasured(start, "a message")
    }
}
