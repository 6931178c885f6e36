@testable import TDSWire

/// Messages that have one of everything.
enum Samples {
    /// A reply with every token and every type, nulls, large values in chunks, and rows of both kinds.
    static let reply: [UInt8] = {
        do {
            return try makeReply()
        } catch {
            return []
        }
    }()

    private static func makeReply() throws -> [UInt8] {
        let layouts = TypeLayout.all
        let columns = ResultColumns(layouts.map(\.column))
        var writer = RowWriter(columns)
        try writer.append(.environmentChange(.database("retail", was: "master")))
        try writer.append(
            .message(ServerMessage(isError: false, number: 5701, severity: 10, text: "Changed.", server: "S"))
        )
        try writer.append(.environmentChange(.collation(.sqlLatin1GeneralCP1CIAS)))
        try writer.append(.environmentChange(.routing(to: "host", port: 1433)))
        try writer.append(.loginAcknowledgement(LoginAcknowledgement(major: 16, build: 1000)))
        try writer.append(.featureAcknowledgement(FeatureAcknowledgement([FeatureAcknowledgement.utf8Support])))
        try writer.append(.sspi([1, 2, 3]))
        try writer.append(.columns(columns))
        try writer.append(.order([1, 2]))
        for withBitmap in [false, true, false, true] {
            if withBitmap { try writer.beginNullBitmapRow() } else { try writer.beginRow() }
            for (index, layout) in layouts.enumerated() {
                if layout.nullBytes != nil, writer.bytes.count.isMultiple(of: index + 2) {
                    try writer.null()
                } else {
                    try writer.value(layout.value, layout: layout.layout)
                }
            }
            try writer.endRow()
        }
        try writer.append(.message(ServerMessage(isError: true, number: 8134, severity: 16, text: "Divide by zero")))
        try writer.append(.returnStatus(0))
        for layout in TypeLayout.samePlaces.suffix(20) {
            try writer.append(
                .returnValue(ReturnValue(ordinal: 1, type: layout.type, value: layout.value, layout: layout.layout))
            )
        }
        try writer.append(.done(Done(status: [.error], command: .select)))
        return writer.takeBytes()
    }

    static let requests: [Message] = [
        Message(type: .prelogin, body: PreloginTests.genuine), Message(type: .login, body: LoginTests.freeTDS),
        Message(type: .login, body: LoginTests.pythonTDS),
        Message(type: .sqlBatch, body: SQLBatchRequest("select 1").encoded()),
        Message(type: .rpc, body: (try? allParameters.encoded()) ?? []),
        Message(type: .transactionManager, body: (try? begin.encoded()) ?? []),
    ]

    private static let allParameters = RPCRequest([
        RPCCall(
            .name("sp_everything"),
            parameters: TypeLayout.samePlaces.map { RPCParameter("@p", $0.type, $0.value, layout: $0.layout) }
        ), RPCCall(.system(.execute), parameters: TypeLayout.samePlaces.map { RPCParameter("", $0.type, $0.value) }),
    ])
    private static let begin = TransactionManagerRequest(
        .rollback(name: "t", then: .init(isolation: .snapshot, name: "u"))
    )

    /// These, and what was recorded.
    static func all() throws -> [Message] {
        var messages = [Message(type: .reply, body: reply)] + requests
        guard Outside.hasVectors else { return messages }
        for name in Outside.recordings("s2c") + Outside.recordings("c2s") {
            let recording = try Recording.named(name)
            messages += recording.messages.prefix(1).map { Message(type: .prelogin, body: $0.body) }
            messages += recording.afterLogin
        }
        return messages
    }
}
