import CDCCore
import CDCJSON

/// A range of a table's keys, as a piece of a snapshot: bounds are texts that the server wrote and compares itself.
struct KeyRange: Hashable, Sendable {
    /// The columns by which the ranges are made, in key order.
    let columns: [SourceColumn]
    /// The first key of the range, one text a column; `nil`: from the beginning.
    var from: [String]?
    /// The first key behind the range; `nil`: to the end.
    var to: [String]?

    /// The condition on rows of the alias; empty where every row is meant.
    ///
    /// `(a, b) >= (x, y)` is written `a >= x AND (a > x OR b >= y)`: the first part lets the server seek.
    func condition(_ alias: String) -> String {
        [
            from.map { Self.bound(columns, $0, alias, isLower: true) },
            to.map { Self.bound(columns, $0, alias, isLower: false) },
        ]
        .compactMap { $0 }.joined(separator: " AND ")
    }

    private static func bound(_ columns: [SourceColumn], _ values: [String], _ alias: String, isLower: Bool) -> String {
        let terms = zip(columns, values).map { column, value in
            (name: "\(alias).\(SQLText.identifier(column.name))", value: KeyLiteral(column: column).writing(value))
        }
        guard let last = terms.last else { return "1 = 1" }
        // From the last column outwards: the bound is inclusive below and exclusive above.
        var condition = isLower ? "\(last.name) >= \(last.value)" : "\(last.name) < \(last.value)"
        for term in terms.dropLast().reversed() {
            let strict = isLower ? ">" : "<"
            condition =
                "\(term.name) \(strict)= \(term.value) AND (\(term.name) \(strict) \(term.value) OR \(condition))"
        }
        return terms.count == 1 ? condition : "(\(condition))"
    }
}

extension KeyRange {
    /// The range of a chunk that a snapshot's plan kept.
    ///
    /// - Throws: ``CDCError`` with code `manifestCorrupt` where the bounds are not of this key.
    init(_ chunk: SnapshotChunk, columns: [SourceColumn], table: TableName) throws {
        self.init(
            columns: columns,
            from: try chunk.from.map { try Self.values($0, count: columns.count, table) },
            to: try chunk.to.map { try Self.values($0, count: columns.count, table) }
        )
    }

    private static func values(_ text: String, count: Int, _ table: TableName) throws -> [String] {
        let values = try? JSONValue(parsing: Array(text.utf8)).array?.compactMap(\.string)
        guard let values, values.count == count else {
            throw CDCError(
                .manifestCorrupt,
                "the plan of the snapshot of table \(table) has bounds that are not those of its key; ask for a full refresh",
                table: table
            )
        }
        return values
    }

    /// A bound as a plan keeps it.
    static func text(_ values: [String]) -> String {
        var writer = JSONWriter()
        writer.array { writer in for value in values { writer.string(value) } }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
