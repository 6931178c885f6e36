/// RPC: calls of one or more procedures.
///
/// Source: MS-TDS 2.2.6.6.
public struct RPCRequest: Hashable, Sendable {
    public var headers: RequestHeaders
    /// At least one.
    public var calls: [RPCCall]

    public init(_ calls: [RPCCall], headers: RequestHeaders = RequestHeaders()) {
        self.headers = headers
        self.calls = calls
    }

    /// The request with the given body.
    /// - Throws: ``TDSWireError`` with code `malformed` or `truncated` for bytes that are none, `unsupported` for parameters of
    ///   types that this module does not know, such as tables.
    public init(decoding body: [UInt8]) throws(TDSWireError) {
        var reader = ByteReader(body)
        do {
            headers = try RequestHeaders(&reader)
            calls = try RPCRequest.calls(&reader)
        } catch {
            throw error.located(structure: "RPC")
        }
    }

    static func calls(_ reader: inout ByteReader) throws(TDSWireError) -> [RPCCall] {
        var calls = [try RPCCall(&reader)]
        while !reader.isAtEnd {
            guard try reader.byte() != RPCCall.Separator.noExecution else {
                throw .unsupported("a call that is not to be executed (FE) is not supported")
            }
            // Some clients end the last call with a separator, too.
            if reader.isAtEnd { break }
            calls.append(try RPCCall(&reader))
        }
        return calls
    }

    /// The body of the request.
    /// - Throws: ``TDSWireError`` with code `invalidValue` or `typeMismatch` for a parameter whose value its type cannot hold.
    public func encoded() throws(TDSWireError) -> [UInt8] {
        guard !calls.isEmpty else { throw .invalidValue("a request calls no procedure") }
        var body: [UInt8] = []
        headers.encode(into: &body)
        for (index, call) in calls.enumerated() {
            if index > 0 { body.append(RPCCall.Separator.batch) }
            try call.encode(into: &body)
        }
        return body
    }
}
