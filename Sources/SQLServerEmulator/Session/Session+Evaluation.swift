import TSQL

extension Session {
    /// What conversions look at.
    var conversionSettings: ConversionSettings {
        ConversionSettings(dateOrder: DateOrder(rawValue: settings.dateFormat) ?? .mdy)
    }

    /// What functions look at besides their arguments.
    var evaluationContext: EvaluationContext {
        EvaluationContext(
            utcTicks: (statementBegan ?? server.now()) * 10 + 621_355_968_000_000_000,
            settings: conversionSettings,
            firstWeekday: settings.dateFirst,
            newGUID: { (0..<16).map { _ in UInt8.random(in: 0...255) } },
            random: { [randomNumbers] seed in randomNumbers.next(seed) }
        )
    }

    func tableFunction(_ call: TSQL.FunctionCall, _ arguments: [TypedSQL], _ binder: Binder) throws(SQLError) -> (
        sql: String, columns: [BoundQuery.Column]
    )? {
        try CaptureFunctions.table(call, arguments, binder, in: self)
    }
}
