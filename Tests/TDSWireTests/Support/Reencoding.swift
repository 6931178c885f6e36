import Testing

@testable import TDSWire

/// Decodes a reply down to its values and encodes these again.
func reencode(reply body: [UInt8], kind: TokenReader.Kind = .reply) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for token in try TokenReader.tokens(of: body, kind: kind) {
        switch token {
        case .row(let row): bytes += try reencode(row)
        case .columns(let columns?) where kind == .bulkLoad: bytes += try BulkLoad.begin(columns)
        default: try token.encode(into: &bytes)
        }
    }
    return bytes
}

func reencode(_ row: Row) throws -> [UInt8] {
    var writer = RowWriter(row.columns)
    var reader = RowReader(row)
    if row.hasNullBitmap { try writer.beginNullBitmapRow() } else { try writer.beginRow() }
    while !reader.isAtEnd {
        let value = try reader.value()
        try writer.value(value, layout: reader.layout)
    }
    try writer.endRow()
    return writer.takeBytes()
}

/// Decodes a request and encodes it again.
func reencode(request: Message) throws -> [UInt8] {
    switch request.type {
    case .sqlBatch: try SQLBatchRequest(decoding: request.body).encoded()
    case .rpc: try RPCRequest(decoding: request.body).encoded()
    case .transactionManager: try TransactionManagerRequest(decoding: request.body).encoded()
    case .prelogin: try Prelogin(decoding: request.body).encoded()
    case .login: try Login(decoding: request.body).encoded()
    case .bulkLoad: try reencode(reply: request.body, kind: .bulkLoad)
    default: request.body
    }
}

/// The error that `body` ends with.
func wireError(_ body: () throws -> Void) -> TDSWireError? {
    do {
        try body()
        return nil
    } catch {
        return error as? TDSWireError
    }
}

/// Whether two runs of bytes are equal; where not, the first place of difference is recorded.
func expectSame(
    _ found: [UInt8],
    _ expected: [UInt8],
    _ what: String = "",
    at location: SourceLocation = #_sourceLocation
) {
    if found == expected { return }
    let place = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let start = max(0, (place ?? min(found.count, expected.count)) - 12)
    Issue.record(
        """
        \(what): \(found.count) bytes instead of \(expected.count), from byte \(start) on \
        \(hex(found.dropFirst(start).prefix(40))) instead of \(hex(expected.dropFirst(start).prefix(40)))
        """,
        sourceLocation: location
    )
}
