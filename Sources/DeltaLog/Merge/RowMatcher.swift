import Columnar

/// Finds out which row of a merge's source concerns a row of the table.
///
/// The source's rows are counted with the upserts first and the deletes after them.
struct RowMatcher {
    let index: KeyIndex
    /// The rows of the source that concerned a row of the table.
    private(set) var isMatched: Bitmap
    private let upsertCount: Int
    private let table: String
    /// For rows without a key: how many rows equal to each of the deletes are still to be removed.
    private var remaining: [Int]?

    /// - Throws: ``DeltaError`` with code `constraintViolated` where rows cannot be told apart by their keys.
    init(_ source: TableMerge.Source, _ identity: TableMerge.RowIdentity, table: String) throws {
        self.table = table
        upsertCount = source.upserts.rowCount
        isMatched = Bitmap(repeating: false, count: upsertCount + source.deletes.rowCount)
        let deletes = try identity.columns.map { try source.deletes.column($0) }
        switch identity {
        case .key(let key):
            let upserts = try key.map { try source.upserts.column($0) }
            index = try KeyIndex(zip(upserts, deletes).map { try .concatenate([$0, $1]) })
            try Self.check(index, key, table)
        case .values:
            index = try KeyIndex(deletes, nullsAreEqual: true)
            var counts = [Int](repeating: 0, count: index.rowCount)
            for row in try index.find(deletes) { counts[Int(row)] += 1 }
            remaining = counts
        }
    }

    /// Refuses keys by which rows cannot be told apart.
    private static func check(_ index: KeyIndex, _ key: [String], _ table: String) throws {
        if index.keys.contains(where: { $0.nullCount > 0 }) {
            throw DeltaError(
                .constraintViolated,
                "a row to be merged has NULL in its key (\(key.joined(separator: ", "))); rows are matched by their keys",
                table: table
            )
        }
        guard index.lastRows.setCount == index.rowCount else {
            throw DeltaError(
                .constraintViolated,
                "two rows to be merged have the same key (\(key.joined(separator: ", "))); reduce them to one",
                table: table
            )
        }
    }

    /// Whether there is anything to be found in the table.
    var looksForRows: Bool { index.rowCount > 0 }

    /// For each row of the table, given by the columns of its identity, the row of the source that concerns it, or −1.
    mutating func match(_ rows: [Column]) throws -> [Int32] {
        var found = try index.find(rows)
        guard remaining != nil else {
            for match in found where match >= 0 { isMatched[Int(match)] = true }
            return found
        }
        for row in found.indices where found[row] >= 0 {
            let match = Int(found[row])
            if let count = remaining?[match], count > 0 {
                remaining?[match] = count - 1
                found[row] = Int32(truncatingIfNeeded: upsertCount + match)
            } else {
                found[row] = -1
            }
        }
        return found
    }

    /// Checks that every row that was to be removed was there.
    func checkRemoved() throws {
        let missing = remaining?.reduce(0, +) ?? 0
        if missing > 0 {
            throw DeltaError(
                .constraintViolated,
                "\(missing) rows to be removed are not in the table",
                table: table
            )
        }
    }
}
