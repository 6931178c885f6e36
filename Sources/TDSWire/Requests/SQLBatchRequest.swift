/// SQLBatch: statements as text.
///
/// Source: MS-TDS 2.2.6.7.
public struct SQLBatchRequest: Hashable, Sendable {
    public var headers: RequestHeaders
    public var sql: String

    public init(_ sql: String, headers: RequestHeaders = RequestHeaders()) {
        self.headers = headers
        self.sql = sql
    }

    /// The request with the given body.
    /// - Throws: ``TDSWireError`` with code `malformed` or `truncated` for headers that are none, or half a code unit of text.
    public init(decoding body: [UInt8]) throws(TDSWireError) {
        var reader = ByteReader(body)
        do {
            headers = try RequestHeaders(&reader)
            sql = try SQLBatchRequest.text(&reader)
        } catch {
            throw error.located(structure: "SQLBatch")
        }
    }

    static func text(_ reader: inout ByteReader) throws(TDSWireError) -> String {
        String(decoding: try reader.remainingUnits(), as: UTF16.self)
    }

    /// The body of the request.
    public func encoded() -> [UInt8] {
        var body: [UInt8] = []
        headers.encode(into: &body)
        body.append(units: Array(sql.utf16))
        return body
    }
}
