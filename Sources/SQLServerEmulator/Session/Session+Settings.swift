import TSQL

/// `SET`, `WAITFOR` and `DBCC`.
extension Session {
    func set(_ option: SetOption) throws(SQLError) {
        switch option {
        case .switches(let names, let isOn): for name in names { try set(name, isOn) }
        case .statistics: break
        case .value(let name, let expression): try set(name, expression)
        case .identityInsert(let name, let isOn):
            guard case .table(let table) = try Binder(self).object(name) else { throw Binder.unknown(name) }
            guard table.identity != nil else {
                throw SQLError(
                    8106,
                    "Table '\(name.parts.joined(separator: "."))' does not have the identity property. Cannot perform SET operation."
                )
            }
            if isOn, let other = settings.identityInsert, other != table.storage {
                throw SQLError(
                    8107,
                    "IDENTITY_INSERT is already ON for another table. Cannot perform SET operation for table '\(name.parts.joined(separator: "."))'."
                )
            }
            settings.identityInsert = isOn ? table.storage : nil
        case .isolationLevel(let level):
            let new: IsolationLevel =
                switch level {
                case .readUncommitted: .readUncommitted
                case .readCommitted: .readCommitted
                case .repeatableRead: .repeatableRead
                case .serializable: .serializable
                case .snapshot: .snapshot
                }
            if new == .snapshot, transaction.count > 0, settings.isolation != .snapshot {
                throw SQLError(
                    3951,
                    "Transaction failed in database '\(databaseName)' because the statement was run under snapshot isolation but the transaction did not start in snapshot isolation. You cannot change the isolation level of the transaction to snapshot after the transaction has started unless the transaction was originally started under snapshot isolation level."
                )
            }
            settings.isolation = new
        }
    }

    private func set(_ name: String, _ isOn: Bool) throws(SQLError) {
        switch name {
        case "NOCOUNT": settings.sendsNoCounts = isOn
        case "XACT_ABORT": settings.abortsTransactions = isOn
        case "QUOTED_IDENTIFIER": settings.quotesIdentifiers = isOn
        case "IMPLICIT_TRANSACTIONS":
            if isOn { throw SQLError.unsupported("SET IMPLICIT_TRANSACTIONS ON") }
        case "ANSI_NULLS":
            // FreeTDS begins with OFF and a client turns it on; OFF itself would make `= NULL` true.
            settings.others[name] = isOn
        case "CONCAT_NULL_YIELDS_NULL":
            if !isOn { throw SQLError.unsupported("SET CONCAT_NULL_YIELDS_NULL OFF") }
        case "NUMERIC_ROUNDABORT":
            if isOn { throw SQLError.unsupported("SET NUMERIC_ROUNDABORT ON") }
        case "NOEXEC": settings.executes = !isOn
        case "PARSEONLY", "FMTONLY", "SHOWPLAN_ALL", "SHOWPLAN_TEXT", "SHOWPLAN_XML":
            if isOn { throw SQLError.unsupported("SET \(name) ON") }
        default: settings.others[name] = isOn
        }
    }

    private func set(_ name: String, _ expression: Expression) throws(SQLError) {
        let (value, type) = try evaluate(expression)
        func number() throws(SQLError) -> Int64 {
            guard case .integer(let number) = try Conversion.convert(value, from: type, to: .bigint) else {
                throw SQLError(2532, "One or more WITH options specified are not valid for this command.")
            }
            return number
        }
        switch name {
        case "LOCK_TIMEOUT": settings.lockTimeout = try number()
        case "TEXTSIZE": settings.textSize = try number() == 0 ? 4096 : try number()
        case "ROWCOUNT": settings.rowLimit = max(0, try number())
        case "DATEFIRST":
            let first = try number()
            guard (1...7).contains(first) else { throw SQLError(2742, "SET DATEFIRST \(first) is out of range.") }
            settings.dateFirst = Int(first)
        case "DATEFORMAT":
            let format = (try ValueRules.text(value, type) ?? "").lowercased()
            guard ["mdy", "dmy", "ymd", "ydm", "myd", "dym"].contains(format) else {
                throw SQLError(2741, "SET DATEFORMAT date order '\(format)' is invalid.")
            }
            settings.dateFormat = format
        case "CONTEXT_INFO":
            if case .binary(let bytes) = try Conversion.convert(value, from: type, to: .varbinary(128)) {
                settings.contextInfo = bytes
            }
        case "LANGUAGE":
            let language = (try ValueRules.text(value, type) ?? "").lowercased()
            guard ["us_english", "english"].contains(language) else {
                throw SQLError.unsupported("SET LANGUAGE \(language)")
            }
        case "DEADLOCK_PRIORITY", "QUERY_GOVERNOR_COST_LIMIT": break
        default: throw SQLError.unsupported("SET \(name)")
        }
    }

    /// Waits in small steps, so that a client's attention ends it.
    func wait(_ expression: Expression) throws(SQLError) {
        let (value, type) = try evaluate(expression)
        let time = try Conversion.convert(value, from: type, to: .time(7))
        guard case .time(let ticks) = time else { return }
        let end = server.now() + ticks / 10
        while server.now() < end {
            if sink.isCancelled { throw .interrupted }
            Thread.pause(microseconds: min(20_000, max(1, end - server.now())))
        }
    }

    func run(_ command: DBCCStatement) throws(SQLError) {
        switch command.command {
        case "CHECKIDENT":
            var values: [(SQLValue, SQLType)] = []
            for argument in command.arguments { values.append(try evaluate(argument)) }
            guard let first = values.first, let name = try ValueRules.text(first.0, first.1) else { return }
            guard case .table(let table) = try Binder(self).object(Self.name(name)) else { return }
            if values.count > 2,
                case .integer(let seed) = try Conversion.convert(values[2].0, from: values[2].1, to: .bigint)
            {
                server.noteIdentity(seed, of: table.storage)
            }
        case "TRACEON", "TRACEOFF", "FREEPROCCACHE", "DROPCLEANBUFFERS", "USEROPTIONS", "OPENTRAN": break
        default: throw SQLError.unsupported("DBCC \(command.command)")
        }
    }

    /// A name from a text, as procedures take it: `dbo.[Order Details]`.
    static func name(_ text: String) -> Name {
        var parts: [String] = []
        var part = ""
        var closing: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            if let end = closing {
                if character == end, rest.first == end {
                    part.append(end)
                    rest = rest.dropFirst()
                } else if character == end {
                    closing = nil
                } else {
                    part.append(character)
                }
            } else if character == "[" {
                closing = "]"
            } else if character == "\"" {
                closing = "\""
            } else if character == "." {
                parts.append(part)
                part = ""
            } else {
                part.append(character)
            }
        }
        return Name(parts: parts + [part.trimmingSpaces], line: 1)
    }
}

extension String {
    var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
