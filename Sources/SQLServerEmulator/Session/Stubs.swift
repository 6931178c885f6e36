import TSQL

// Not there yet.
enum SystemProcedures {
    typealias Procedure = (Session, [Session.ProcedureArgument]) throws(SQLError) -> (status: Int64, outputs: [(String, (SQLValue, SQLType))])
    static func find(_ name: Name, in session: Session) throws(SQLError) -> Procedure? {
        try CaptureProcedures.find(name, in: session)
    }
}

extension Session {
    var conversionSettings: ConversionSettings { ConversionSettings(dateOrder: DateOrder(rawValue: settings.dateFormat) ?? .mdy) }

    var evaluationContext: EvaluationContext {
        EvaluationContext(
            utcTicks: server.now() * 10 + 621_355_968_000_000_000,
            settings: conversionSettings,
            firstWeekday: settings.dateFirst,
            newGUID: { (0..<16).map { _ in UInt8.random(in: 0...255) } },
            random: { _ in Double.random(in: 0..<1) }
        )
    }
    func tableFunction(_ call: TSQL.FunctionCall, _ arguments: [TypedSQL], _ binder: Binder) throws(SQLError) -> (sql: String, columns: [BoundQuery.Column])? {
        try CaptureFunctions.table(call, arguments, binder, in: self)
    }
    func contextFunction(_ name: String, _ arguments: [SQLType]) throws(SQLError) -> BoundFunction? {
        try CaptureFunctions.find(name, arguments, in: self)
    }
    func run(_ merge: MergeStatement) throws(SQLError) { throw SQLError.unsupported("MERGE") }
}
