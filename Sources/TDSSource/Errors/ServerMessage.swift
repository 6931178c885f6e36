/// A message that SQL Server sent: an error, or with a severity of at most 10 information.
///
/// Source: MS-TDS 2.2.7.10 ERROR, 2.2.7.13 INFO.
public struct ServerMessage: Hashable, Sendable {
    /// The number of the message in `sys.messages`; 0 for `PRINT`, 50000 for `RAISERROR` with a text.
    public var number: Int32
    public var state: Int
    /// 0…25; above 10 is an error, from 20 on the server closes the connection.
    public var severity: Int
    public var text: String
    public var serverName: String
    /// The procedure in which it happened; empty in a batch.
    public var procedure: String
    /// The line in the procedure or batch, counted from 1.
    public var line: Int

    public init(
        number: Int32,
        state: Int,
        severity: Int,
        text: String,
        serverName: String = "",
        procedure: String = "",
        line: Int = 0
    ) {
        self.number = number
        self.state = state
        self.severity = severity
        self.text = text
        self.serverName = serverName
        self.procedure = procedure
        self.line = line
    }

    public var isError: Bool { severity > 10 }

    /// The message without values of rows, which some texts quote.
    var withoutRowData: ServerMessage {
        var message = self
        message.text = QuotedValues.text(of: number, text)
        return message
    }

    /// `Msg 8134, severity 16, state 1, line 3, procedure p, server S`
    var origin: String {
        var origin = "Msg \(number), severity \(severity), state \(state)"
        if line > 0 { origin += ", line \(line)" }
        if !procedure.isEmpty { origin += ", procedure \(procedure)" }
        if !serverName.isEmpty { origin += ", server \(serverName)" }
        return origin
    }
}
