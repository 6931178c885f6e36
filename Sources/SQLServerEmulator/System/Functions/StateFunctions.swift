/// What happened in the session.
///
/// Source: Microsoft, "System functions (Transact-SQL)".
extension ContextFunctions {
    static let stateFunctions: [String: ContextFunction] = [
        "HOST_NAME": ContextFunction([], name) { session, _ in .string(session.client.hostName) },
        "HOST_ID": ContextFunction([], .char(10)) { session, _ in .string("\(session.client.processID)".padding(to: 10))
        },
        "APP_NAME": ContextFunction([], name) { session, _ in .string(session.client.programName) },
        "PROGRAM_NAME": ContextFunction([], name) { session, _ in .string(session.client.programName) },
        "SCOPE_IDENTITY": ContextFunction([], .decimal(38, 0)) { session, _ in
            session.frames[session.frames.count - 1].scopeIdentity
        },
        "ROWCOUNT_BIG": ContextFunction([], .bigint) { session, _ in .integer(session.rowCount) },
        "XACT_STATE": ContextFunction([], .smallint) { session, _ in
            .integer(session.transaction.count == 0 ? 0 : session.transaction.isDoomed ? -1 : 1)
        },
        "CURRENT_TRANSACTION_ID": ContextFunction([], .bigint) { session, _ in
            .integer(
                Int64(
                    clamping: session.transaction.id == 0 ? session.server.newTransactionID() : session.transaction.id
                )
            )
        },
        "ERROR_NUMBER": ContextFunction([], .int) { session, _ in
            session.caught.last.map { .integer(Int64($0.number)) } ?? .null
        },
        "ERROR_MESSAGE": ContextFunction([], .nvarchar(4000)) { session, _ in .optional(session.caught.last?.text) },
        "ERROR_LINE": ContextFunction([], .int) { session, _ in session.caught.last.map { .number($0.line) } ?? .null },
        "ERROR_PROCEDURE": ContextFunction([], name) { session, _ in
            .optional(session.caught.last.flatMap { $0.procedure.isEmpty ? nil : $0.procedure })
        },
        "ERROR_SEVERITY": ContextFunction([], .int) { session, _ in
            session.caught.last.map { .integer(Int64($0.severity)) } ?? .null
        },
        "ERROR_STATE": ContextFunction([], .int) { session, _ in
            session.caught.last.map { .integer(Int64($0.state)) } ?? .null
        },
        "CURSOR_STATUS": ContextFunction([name, name], .smallint) { session, values in
            .integer(session.cursorStatus(values[0].string ?? "", values[1].string ?? ""))
        },
        "CURRENT_TIMEZONE_ID": ContextFunction([], .varchar(128)) { _, _ in .string("UTC") },
        "CURRENT_TIMEZONE": ContextFunction([], .varchar(128)) { _, _ in .string("(UTC) Coordinated Universal Time") },
        "MIN_ACTIVE_ROWVERSION": ContextFunction([], .binary(8)) { session, _ in
            .binary(session.server.minimumActiveRowVersion)
        },
        "GETANSINULL": ContextFunction([name], optional: 1, .int) { _, _ in .integer(1) },
        "EVENTDATA": ContextFunction([], .xml) { session, _ in .optional(session.eventData.last ?? nil) },
    ]
}
