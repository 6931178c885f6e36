/// One piece of what a server replies.
///
/// Source: MS-TDS 2.2.7.
public enum Token: Sendable {
    /// The columns of the rows that follow; `nil` where the client knows them already.
    case columns(ResultColumns?)
    case row(Row)
    case done(Done)
    /// An error or a message.
    case message(ServerMessage)
    case environmentChange(EnvironmentChange)
    case loginAcknowledgement(LoginAcknowledgement)
    case featureAcknowledgement(FeatureAcknowledgement)
    /// What a procedure returned.
    case returnStatus(Int32)
    case returnValue(ReturnValue)
    /// The columns, counted from 1, that the rows are ordered by.
    case order([UInt16])
    /// A message of integrated authentication.
    case sspi([UInt8])
    /// A token that is passed over: TABNAME, COLINFO, SESSIONSTATE, FEDAUTHINFO.
    case other(UncheckedToken)
}

extension Token {
    /// Appends the token.
    /// - Throws: ``TDSWireError`` with code `invalidValue` for what has no form on the wire, such as a text that is too long.
    public func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        switch self {
        case .columns(let columns): try ColumnMetadata.encode(columns?.descriptions, into: &bytes)
        case .row(let row):
            bytes.append(row.hasNullBitmap ? TokenCode.nbcRow : TokenCode.row)
            bytes.append(contentsOf: row.bytes[row.range])
        case .done(let done): done.encode(into: &bytes)
        case .message(let message): try message.encode(into: &bytes)
        case .environmentChange(let change): try change.encode(into: &bytes)
        case .loginAcknowledgement(let acknowledgement): try acknowledgement.encode(into: &bytes)
        case .featureAcknowledgement(let acknowledgement): try acknowledgement.encode(into: &bytes)
        case .returnStatus(let status):
            bytes.append(TokenCode.returnStatus)
            bytes.append(number: status)
        case .returnValue(let value): try value.encode(into: &bytes)
        case .order(let columns):
            bytes.append(TokenCode.order)
            let start = bytes.beginMeasured()
            bytes.append(units: columns)
            try bytes.endMeasured(start, "the order of a result")
        case .sspi(let data):
            bytes.append(TokenCode.sspi)
            let start = bytes.beginMeasured()
            bytes.append(contentsOf: data)
            try bytes.endMeasured(start, "a message of integrated authentication")
        case .other(let token): try token.encode(into: &bytes)
        }
    }

    /// Appends several tokens.
    public static func encode(_ tokens: [Token], into bytes: inout [UInt8]) throws(TDSWireError) {
        for token in tokens { try token.encode(into: &bytes) }
    }
}
