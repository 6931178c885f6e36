import TSQL

// Not there yet.
extension Session {
    var conversionSettings: ConversionSettings {
        ConversionSettings(dateOrder: DateOrder(rawValue: settings.dateFormat) ?? .mdy)
    }

    var evaluationContext: EvaluationContext {
        EvaluationContext(
            utcTicks: server.now() * 10 + 621_355_968_000_000_000,
            settings: conversionSettings,
            firstWeekday: settings.dateFirst,
            newGUID: { (0..<16).map { _ in UInt8.random(in: 0...255) } },
            random: { _ in Double.random(in: 0..<1) }
        )
    }
    func tableFunction(_ call: TSQL.FunctionCall, _ arguments: [TypedSQL], _ binder: Binder) throws(SQLError) -> (
        sql: String, columns: [BoundQuery.Column]
    )? { nil }
    func setTracking(_ isEnabled: Bool, _ options: [NamedOption], of table: inout TableObject, _ database: String)
        throws(SQLError)
    {}
    func didAlter(_ before: TableObject, _ after: TableObject, in database: String, text: String) throws(SQLError) {}
    func willDrop(_ table: TableObject, in database: String) throws(SQLError) {}
    func willTruncate(_ table: TableObject, in database: String) throws(SQLError) {}
    /// Called before `sp_rename` gives a column another name: one that is captured keeps its own (4928).
    func checkMayRename(_ column: TableColumn, of table: TableObject, in database: String) throws(SQLError) {}
    func checkMayDropKey(_ index: TableIndex, of table: TableObject, in database: String) throws(SQLError) {}
}
