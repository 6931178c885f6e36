import TSQL

/// The scalar functions of Change Data Capture and Change Tracking.
///
/// Source: Microsoft, "Change data capture functions (Transact-SQL)", "Change tracking functions (Transact-SQL)".
enum CaptureFunctions {
    /// The function of a name whose parts have points between them, in upper case: `SHOP.SYS.FN_CDC_GET_MAX_LSN`.
    static func find(_ name: String, _ arguments: [SQLType], in session: Session) throws(SQLError) -> BoundFunction? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last else { return nil }
        if parts.count == 1 { return try trackingFunction(name, arguments, session) }
        guard parts[parts.count - 2] == "SYS", last.hasPrefix("FN_CDC_") else { return nil }
        let database = parts.count == 2 ? session.databaseName : parts.dropLast(2).joined(separator: ".")
        return try captureFunction(String(last), arguments, database, session)
    }

    private static func function(
        _ name: String,
        _ database: String,
        _ given: [SQLType],
        _ arguments: [SQLType],
        _ result: SQLType,
        _ evaluate: @escaping ([SQLValue]) throws(SQLError) -> SQLValue
    ) throws(SQLError) -> BoundFunction {
        guard given.count == arguments.count else {
            throw SQLError(
                given.count < arguments.count ? 313 : 8144,
                given.count < arguments.count
                    ? "An insufficient number of arguments were supplied for the procedure or function sys.\(name.lowercased())."
                    : "Procedure or function sys.\(name.lowercased()) has too many arguments specified."
            )
        }
        return BoundFunction(
            key: "capture \(name) \(database.lowercased())",
            arguments: arguments,
            result: result,
            evaluate: evaluate
        )
    }

    // MARK: Change Data Capture

    private static func captureFunction(
        _ name: String,
        _ given: [SQLType],
        _ database: String,
        _ session: Session
    ) throws(SQLError) -> BoundFunction? {
        let lsn = CaptureTables.lsn
        func text(_ value: SQLValue) -> String { String(decoding: value.textBytes, as: UTF8.self) }
        func step(_ value: SQLValue, _ step: Int) -> SQLValue {
            guard case .binary(let bytes) = value, let place = LogSequenceNumber(bytes) else { return .null }
            return place.offset(by: step).value
        }
        switch name {
        case "FN_CDC_GET_MAX_LSN":
            return try function(name, database, given, [], lsn) { [unowned session] (_) throws(SQLError) in
                try session.maximumLSN(in: try session.database(named: database))?.value ?? .null
            }
        case "FN_CDC_GET_MIN_LSN":
            return try function(name, database, given, [sysname], lsn) { [unowned session] (values) throws(SQLError) in
                if values[0].isNull { return LogSequenceNumber.zero.value }
                return try session.minimumLSN(of: text(values[0]), in: try session.database(named: database))?.value
                    ?? .null
            }
        case "FN_CDC_INCREMENT_LSN":
            return try function(name, database, given, [lsn], lsn) { (values) throws(SQLError) in step(values[0], 1) }
        case "FN_CDC_DECREMENT_LSN":
            return try function(name, database, given, [lsn], lsn) { (values) throws(SQLError) in step(values[0], -1) }
        case "FN_CDC_MAP_LSN_TO_TIME":
            return try function(name, database, given, [lsn], .datetime) {
                [unowned session] (values) throws(SQLError) in
                guard case .binary(let bytes) = values[0] else { return .null }
                let mapping = try session.captureTable("lsn_time_mapping", in: try session.database(named: database))
                guard
                    let time = try session.sqlite.rows(
                        "SELECT c3 FROM \(mapping.storage) WHERE c1 = ?1",
                        [.blob(bytes)]
                    ).first?.first
                else { return .null }
                return try SQLType.datetime.decode(time)
            }
        case "FN_CDC_MAP_TIME_TO_LSN":
            return try function(name, database, given, [.nvarchar(60), .datetime], lsn) {
                [unowned session] (values) throws(SQLError) in
                let rules = [
                    "smallest greater than": ("MIN", ">"), "smallest greater than or equal": ("MIN", ">="),
                    "largest less than": ("MAX", "<"),
                    "largest less than or equal": ("MAX", "<="),
                ]
                guard !values[1].isNull, let rule = rules[text(values[0]).trimmingSpaces.lowercased()] else {
                    return .null
                }
                let mapping = try session.captureTable("lsn_time_mapping", in: try session.database(named: database))
                let sql = "SELECT \(rule.0)(c1) FROM \(mapping.storage) WHERE c3 \(rule.1) ?1"
                let found = try session.sqlite.rows(sql, [try SQLType.datetime.encode(values[1])]).first.flatMap {
                    LogSequenceNumber($0[0])
                }
                return found?.value ?? .null
            }
        case "FN_CDC_GET_COLUMN_ORDINAL":
            return try function(name, database, given, [sysname, sysname], .int) {
                [unowned session] (values) throws(SQLError) in
                let database = try session.database(named: database)
                return ordinal(of: text(values[1]), text(values[0]), database, session).map { .integer(Int64($0)) }
                    ?? .null
            }
        case "FN_CDC_IS_BIT_SET":
            return try function(name, database, given, [.int, .varbinary(128)], .bit) { (values) throws(SQLError) in
                guard case .integer(let place) = values[0], case .binary(let mask) = values[1] else { return .null }
                return .bool(UpdateMask.isSet(Int(place), in: mask))
            }
        case "FN_CDC_HAS_COLUMN_CHANGED":
            return try function(name, database, given, [sysname, sysname, .varbinary(128)], .bit) {
                [unowned session] (values) throws(SQLError) in
                let database = try session.database(named: database)
                guard case .binary(let mask) = values[2],
                    let ordinal = ordinal(of: text(values[1]), text(values[0]), database, session)
                else { return .null }
                return .bool(UpdateMask.isSet(ordinal, in: mask))
            }
        default: return nil
        }
    }

    /// The place of a captured column in the mask.
    private static func ordinal(
        of column: String,
        _ instance: String,
        _ database: DatabaseCatalogue,
        _ session: Session
    ) -> Int? {
        guard let instance = database.capture?.instance(instance), session.mayRead(instance, in: database),
            let table = database.tables[instance.changeTable]
        else { return nil }
        let captured = table.columns.dropFirst(CaptureTables.prefix).prefix(instance.columns.count)
        return captured.firstIndex { $0.name.matches(column) }.map { $0 - CaptureTables.prefix + 1 }
    }

    // MARK: Change Tracking

    private static func trackingFunction(_ name: String, _ given: [SQLType], _ session: Session) throws(SQLError)
        -> BoundFunction?
    {
        let database = session.databaseName
        switch name {
        case "CHANGE_TRACKING_CURRENT_VERSION":
            return try function(name, database, given, [], .bigint) { [unowned session] (_) throws(SQLError) in
                guard let catalogue = session.catalogue(database), catalogue.options.changeTracking != nil else {
                    return .null
                }
                return .integer(try ChangeTrackingLog(catalogue, session).currentVersion())
            }
        case "CHANGE_TRACKING_MIN_VALID_VERSION":
            return try function(name, database, given, [.int], .bigint) { [unowned session] (values) throws(SQLError) in
                guard case .integer(let id) = values[0], let catalogue = session.catalogue(database),
                    let table = catalogue.tables[Int(id)],
                    session.mayTrack(table, in: catalogue)
                else { return .null }
                return try ChangeTrackingLog(catalogue, session).minimumVersion(of: table).map { .integer($0) } ?? .null
            }
        case "CHANGE_TRACKING_IS_COLUMN_IN_MASK":
            return try function(name, database, given, [.int, .varbinary(4100)], .bit) { (values) throws(SQLError) in
                guard case .integer(let column) = values[0] else { return .null }
                guard case .binary(let mask) = values[1] else { return .bool(true) }
                guard let columns = ChangeTrackingLog.columns(ofMask: mask) else {
                    throw SQLError(
                        22101,
                        "The value supplied for the change_columns argument of CHANGE_TRACKING_IS_COLUMN_IN_MASK function is not valid. The value must be a bitmask returned by the CHANGETABLE(CHANGES ...) function."
                    )
                }
                return .bool(columns.contains(Int(column)))
            }
        default: return nil
        }
    }
}
