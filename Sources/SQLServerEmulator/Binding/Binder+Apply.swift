import TSQL

/// `CROSS APPLY` and `OUTER APPLY`: a source on the right that sees the columns on the left.
///
/// SQLite lets only functions that give tables see what stands to their left. So a subquery packs the rows of the right side into
/// one value, and SQLite's `json_each` makes rows of it again.
extension Binder {
    /// - Parameters:
    ///   - seen: What the right side sees: the sources of the left side, and those around the query.
    ///   - scope: Takes the columns of the right side.
    func apply(_ join: Join, _ left: String, _ seen: Scope, _ scope: Scope) throws(SQLError) -> String {
        let bound: BoundQuery
        let correlation: TableSource.Correlation
        switch join.right {
        case .derived(let query, let given):
            try checkInner(query)
            (bound, correlation) = (try bind(query, parent: seen), given)
        case .values(let rows, let given): (bound, correlation) = (try values(rows, seen), given)
        case .function(let call, let columns, let given):
            if !columns.isEmpty { throw SQLError.unsupported("OPENJSON … WITH") }
            if let own = try tableFunction(call, seen) {
                bound = own
            } else {
                let arguments = try call.arguments.map { (e) throws(SQLError) in try bind(e, seen) }
                guard let function = try session.tableFunction(call, arguments, self) else {
                    throw Self.unknownTableFunction(call.name)
                }
                bound = BoundQuery(sql: function.sql, columns: function.columns)
            }
            correlation = .init(alias: given.alias ?? call.name.last, columns: given.columns, line: given.line)
        default: throw SQLError.unsupported("APPLY of what is neither a query nor a function")
        }
        let inner = newAlias()
        let rows = newAlias()
        let packed = routines.aggregate("pack rows", bound.columns.indices.map { "\(inner).c\($0)" }) { PackedRows() }
        let isOuter = join.kind == .outerApply
        let columns = bound.columns.enumerated().map { index, column in
            let unpacked = routines.call("unpack", ["\(rows).value", "\(index)"]) { (values) throws(SQLError) in
                guard case .text(let text) = values[0], case .integer(let place) = values[1] else { return .null }
                return PackedRows.value(Int(place), of: text)
            }
            return Scope.Column(
                name: correlation.columns.indices.contains(index) ? correlation.columns[index] : column.name,
                type: column.type,
                sql: unpacked,
                isNullable: column.isNullable || isOuter
            )
        }
        scope.sources.append(Scope.Source(name: correlation.alias, columns: columns))
        let source = "json_each((SELECT \(packed) FROM (\(bound.sql)) AS \(inner))) AS \(rows)"
        return isOuter ? "\(left) LEFT JOIN \(source) ON 1" : "\(left) CROSS JOIN \(source)"
    }
}

/// Rows as a JSON array of texts: each value by a letter for its kind, then its digits, then a full stop.
private final class PackedRows: Routines.Aggregate {
    private var text: [UInt8] = [UInt8(ascii: "[")]

    func add(_ arguments: [StoredValue]) throws(SQLError) {
        text += Array((text.count > 1 ? ",\"" : "\"").utf8)
        for value in arguments {
            switch value {
            case .null: text.append(UInt8(ascii: "n"))
            case .integer(let number): text += Array("i\(number)".utf8)
            case .real(let number): text += Array("r\(number.bitPattern)".utf8)
            case .text(let bytes): append("t", bytes)
            case .blob(let bytes): append("b", bytes)
            }
            text.append(UInt8(ascii: "."))
        }
        text.append(UInt8(ascii: "\""))
    }

    private func append(_ kind: Unicode.Scalar, _ bytes: [UInt8]) {
        text.append(UInt8(ascii: kind))
        for byte in bytes {
            text.append(Self.digits[Int(byte >> 4)])
            text.append(Self.digits[Int(byte & 15)])
        }
    }

    func result() throws(SQLError) -> StoredValue { .text(text + [UInt8(ascii: "]")]) }

    private static let digits = Array("0123456789abcdef".utf8)

    /// A value of a packed row.
    static func value(_ place: Int, of row: [UInt8]) -> StoredValue {
        let fields = row.split(separator: UInt8(ascii: "."), maxSplits: place + 1, omittingEmptySubsequences: false)
        guard fields.indices.contains(place), let kind = fields[place].first else { return .null }
        let rest = fields[place].dropFirst()
        switch kind {
        case UInt8(ascii: "i"): return Int64(String(decoding: rest, as: UTF8.self)).map { .integer($0) } ?? .null
        case UInt8(ascii: "r"):
            return UInt64(String(decoding: rest, as: UTF8.self)).map { .real(Double(bitPattern: $0)) } ?? .null
        case UInt8(ascii: "t"): return .text(bytes(rest))
        case UInt8(ascii: "b"): return .blob(bytes(rest))
        default: return .null
        }
    }

    private static func bytes(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        func number(_ digit: UInt8) -> UInt8 { digit < 0x60 ? digit &- 0x30 : digit &- 0x57 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            if let first = high {
                bytes.append(first << 4 | number(digit))
                high = nil
            } else {
                high = number(digit)
            }
        }
        return bytes
    }
}
