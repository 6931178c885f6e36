import TSQL

/// A cursor of T-SQL: the rows as they were when it was opened, and where it stands among them.
struct Cursor {
    var bound: BoundQuery
    var parameters: [StoredValue]
    /// Whether it goes anywhere else than to the next row.
    var scrolls: Bool
    /// `nil` while it is closed.
    var rows: [[StoredValue]]?
    /// The row on which it stands, from 0; before the first one −1.
    var position = -1
}

/// Source: Microsoft, "DECLARE CURSOR (Transact-SQL)" and "FETCH (Transact-SQL)".
extension Session {
    func declareCursor(_ name: String, _ definition: CursorDefinition) throws(SQLError) {
        let key = name.lowercased()
        let isLocal = definition.options.contains("LOCAL")
        let isKnown = isLocal ? frames[frames.count - 1].cursors[key] != nil : cursors[key] != nil
        guard !isKnown else { throw SQLError(16915, "A cursor with the name '\(name)' already exists.") }
        // Its variables count as they are now.
        let (binder, bound) = try bind(definition.query)
        let isForward = definition.options.contains { ["FORWARD_ONLY", "FAST_FORWARD"].contains($0) }
        let scrolls =
            !isForward
            && definition.options.contains { ["SCROLL", "STATIC", "KEYSET", "DYNAMIC", "INSENSITIVE"].contains($0) }
        let cursor = Cursor(bound: bound, parameters: binder.parameters, scrolls: scrolls)
        if isLocal { frames[frames.count - 1].cursors[key] = cursor } else { cursors[key] = cursor }
    }

    func openCursor(_ name: NameOrVariable, isGlobal: Bool) throws(SQLError) {
        try changeCursor(name, isGlobal) { (cursor) throws(SQLError) in
            guard cursor.rows == nil else { throw SQLError(16905, "The cursor is already open.") }
            let rows = try rows(of: cursor.bound, cursor.parameters)
            cursor.rows = rows
            cursor.position = -1
            cursorRows = Int64(rows.count)
        }
    }

    func closeCursor(_ name: NameOrVariable, isGlobal: Bool) throws(SQLError) {
        try changeCursor(name, isGlobal) { (cursor) throws(SQLError) in
            guard cursor.rows != nil else { throw Self.closedCursor }
            cursor.rows = nil
        }
    }

    func deallocateCursor(_ name: NameOrVariable, isGlobal: Bool) throws(SQLError) {
        let (key, isLocal) = try cursorPlace(name, isGlobal)
        if isLocal { frames[frames.count - 1].cursors[key] = nil } else { cursors[key] = nil }
    }

    /// `CURSOR_STATUS`: 1 where it is open and has rows, 0 where it has none, −1 where it is closed, −3 where there is none.
    func cursorStatus(_ place: String, _ name: String) -> Int64 {
        let known: [String: Cursor] =
            switch place.lowercased() {
            case "global": cursors
            case "local": frames[frames.count - 1].cursors
            default: [:]
            }
        guard let cursor = known[name.lowercased()] else { return -3 }
        return cursor.rows.map { $0.isEmpty ? 0 : 1 } ?? -1
    }

    func fetch(_ fetch: FetchStatement) throws(SQLError) {
        func number(_ expression: Expression) throws(SQLError) -> Int {
            let (value, type) = try evaluate(expression)
            return try Conversion.convert(value, from: type, to: .int).whole ?? 0
        }
        var found: (row: [StoredValue], columns: [BoundQuery.Column])?
        try changeCursor(fetch.cursor, fetch.isGlobal) { (cursor) throws(SQLError) in
            guard let rows = cursor.rows else { throw Self.closedCursor }
            let columns = cursor.bound.columns
            if !fetch.into.isEmpty, fetch.into.count != columns.count {
                throw SQLError(
                    16924,
                    "Cursorfetch: The number of variables declared in the INTO list must match that of selected columns."
                )
            }
            if fetch.orientation != .next, !cursor.scrolls {
                throw SQLError(
                    16911,
                    "fetch: The fetch type \(fetch.orientation.word) cannot be used with forward only cursors."
                )
            }
            let wanted: Int
            switch fetch.orientation {
            case .next: wanted = cursor.position + 1
            case .prior: wanted = cursor.position - 1
            case .first: wanted = 0
            case .last: wanted = rows.count - 1
            case .absolute(let expression):
                let place = try number(expression)
                wanted = place < 0 ? rows.count + place : place - 1
            case .relative(let expression): wanted = cursor.position + (try number(expression))
            }
            cursor.position = max(-1, min(wanted, rows.count))
            if rows.indices.contains(cursor.position) { found = (rows[cursor.position], columns) }
        }
        fetchStatus = found == nil ? -1 : 0
        if fetch.into.isEmpty {
            if let found {
                try sink.begin(found.columns)
                try sink.row(found.row)
            }
            return finish(.select, found == nil ? 0 : 1, hasResult: found != nil)
        }
        guard let found else { return finish(.select, 0, isQuiet: true) }
        for (index, variable) in fetch.into.enumerated() {
            let type = found.columns[index].type
            try assign(variable, .set, try type.decode(found.row[index]), type)
        }
        finish(.select, 1, isQuiet: true)
    }

    private static let closedCursor = SQLError(16917, "Cursor is not open.")

    /// The cursor that a name means: one of the batch or the procedure before one of the session.
    private func cursorPlace(_ name: NameOrVariable, _ isGlobal: Bool) throws(SQLError) -> (key: String, isLocal: Bool)
    {
        guard case .name(let name) = name else { throw SQLError.unsupported("a cursor variable") }
        let key = name.last.lowercased()
        if !isGlobal, frames[frames.count - 1].cursors[key] != nil { return (key, true) }
        guard cursors[key] != nil else {
            throw SQLError(16916, "A cursor with the name '\(name.last)' does not exist.")
        }
        return (key, false)
    }

    private func changeCursor(
        _ name: NameOrVariable,
        _ isGlobal: Bool,
        _ work: (inout Cursor) throws(SQLError) -> Void
    ) throws(SQLError) {
        let (key, isLocal) = try cursorPlace(name, isGlobal)
        guard var cursor = isLocal ? frames[frames.count - 1].cursors[key] : cursors[key] else { return }
        try work(&cursor)
        if isLocal { frames[frames.count - 1].cursors[key] = cursor } else { cursors[key] = cursor }
    }
}

extension FetchStatement.Orientation {
    fileprivate var word: String {
        switch self {
        case .next: "Next"
        case .prior: "Prior"
        case .first: "First"
        case .last: "Last"
        case .absolute: "Absolute"
        case .relative: "Relative"
        }
    }
}
