/// Finds rows by the values of their key columns: the join of a merge and the netting of changes.
///
/// A hash table with open addressing over the rows of one set of key columns. Of rows with equal keys it remembers the last.
/// Keys are equal where all their values are; a null equals nothing, not even another null, as in SQL, unless it is told
/// otherwise. Texts compare byte by
/// byte: whether two keys of a source are the same under its collation is the source's business.
public struct KeyIndex: Sendable {
    /// The columns that are indexed.
    public let keys: [Column]
    /// For each slot the row, or −1; twice as many slots as rows at least, a power of two.
    private var slots: [Int32]
    private let hashes: [UInt64]
    private let mask: Int
    private let nullsAreEqual: Bool

    /// Indexes all rows of `keys`, which are columns of equal length.
    ///
    /// - Parameter nullsAreEqual: Whether a null equals another, as it does where whole rows are compared.
    /// - Throws: ``ColumnarError`` with code `mismatch` where a key column is nested or the lengths differ, and with code
    ///   `tooLarge` for 2³⁰ rows or more.
    public init(_ keys: [Column], nullsAreEqual: Bool = false) throws(ColumnarError) {
        let rows = keys.first?.count ?? 0
        guard rows < 1 << 30 else { throw ColumnarError(.tooLarge, "more than 2^30 keys in one index") }
        var capacity = 16
        while capacity < rows * 2 { capacity *= 2 }
        self.keys = keys
        self.nullsAreEqual = nullsAreEqual
        hashes = try KeyHashes.hash(keys)
        mask = capacity - 1
        slots = Array(repeating: -1, count: capacity)
        let comparison = KeyComparison(keys, keys, nullsAreEqual)
        for row in 0..<rows where nullsAreEqual || !comparison.leftIsNull(row) {
            var slot = Int(truncatingIfNeeded: hashes[row]) & mask
            while slots[slot] >= 0 {
                let other = Int(slots[slot])
                if hashes[other] == hashes[row], comparison.areEqual(row, other) { break }
                slot = (slot + 1) & mask
            }
            slots[slot] = Int32(truncatingIfNeeded: row)
        }
    }

    /// Whether equal vectors of the two types mean equal values: decimals must count in the same unit.
    private static func areComparable(_ a: DataType, _ b: DataType) -> Bool {
        func scale(_ type: DataType) -> Int { if case .decimal(_, let scale) = type { scale } else { 0 } }
        return a.vectorKind == b.vectorKind && scale(a) == scale(b)
    }

    /// How many rows are indexed, those with a null in their key included.
    public var rowCount: Int { hashes.count }

    /// The rows that are the last with their key, ascending. Rows with a null in their key are not among them, unless nulls
    /// are equal.
    public var lastRows: Bitmap {
        var bits = Bitmap(repeating: false, count: rowCount)
        for row in slots where row >= 0 { bits[Int(row)] = true }
        return bits
    }

    /// For each row of `probe` the indexed row with the same key, or −1.
    ///
    /// - Parameter probe: columns of the same types as the indexed ones, in the same order.
    /// - Throws: ``ColumnarError`` with code `mismatch` where the types are not those, or the lengths differ.
    public func find(_ probe: [Column]) throws(ColumnarError) -> [Int32] {
        guard probe.count == keys.count, zip(probe, keys).allSatisfy({ Self.areComparable($0.type, $1.type) }) else {
            throw ColumnarError(.mismatch, "key columns of different types cannot be compared")
        }
        let probeHashes = try KeyHashes.hash(probe)
        let comparison = KeyComparison(probe, keys, nullsAreEqual)
        var found = [Int32](repeating: -1, count: probeHashes.count)
        for row in found.indices {
            let hash = probeHashes[row]
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] >= 0 {
                let candidate = Int(slots[slot])
                if hashes[candidate] == hash, comparison.areEqual(row, candidate) {
                    found[row] = slots[slot]
                    break
                }
                slot = (slot + 1) & mask
            }
        }
        return found
    }
}

/// Compares rows of two sets of key columns of the same kinds.
private struct KeyComparison {
    private let pairs: [(Column, Column)]
    /// The one pair of plain 32- or 64-bit keys, by far the most frequent case, taken out of its enum once.
    private var int32s: ([Int32], [Int32])?
    private var int64s: ([Int64], [Int64])?
    private let leftHasNulls: Bool
    private let rightHasNulls: Bool
    private let nullsAreEqual: Bool

    init(_ left: [Column], _ right: [Column], _ nullsAreEqual: Bool) {
        self.nullsAreEqual = nullsAreEqual
        pairs = Array(zip(left, right))
        leftHasNulls = left.contains { $0.validity != nil }
        rightHasNulls = right.contains { $0.validity != nil }
        guard pairs.count == 1, !leftHasNulls, !rightHasNulls else { return }
        if case (.int32(let left), .int32(let right)) = (left[0].values, right[0].values) { int32s = (left, right) }
        if case (.int64(let left), .int64(let right)) = (left[0].values, right[0].values) { int64s = (left, right) }
    }

    func leftIsNull(_ row: Int) -> Bool {
        leftHasNulls && pairs.contains { $0.0.isNull(at: row) }
    }

    @inline(__always)
    func areEqual(_ left: Int, _ right: Int) -> Bool {
        if let int32s { return int32s.0[left] == int32s.1[right] }
        if let int64s { return int64s.0[left] == int64s.1[right] }
        return areEqualSlowly(left, right)
    }

    private func areEqualSlowly(_ left: Int, _ right: Int) -> Bool {
        for (leftColumn, rightColumn) in pairs {
            switch (leftColumn.isNull(at: left), rightColumn.isNull(at: right)) {
            case (false, false): break
            case (true, true) where nullsAreEqual: continue
            default: return false
            }
            let areEqual =
                switch (leftColumn.values, rightColumn.values) {
                case (.bits(let a), .bits(let b)): a[left] == b[right]
                case (.int32(let a), .int32(let b)): a[left] == b[right]
                case (.int64(let a), .int64(let b)): a[left] == b[right]
                case (.int128(let a), .int128(let b)): a[left] == b[right]
                case (.float(let a), .float(let b)):
                    KeyHashes.canonical(a[left]).bitPattern == KeyHashes.canonical(b[right]).bitPattern
                case (.double(let a), .double(let b)):
                    KeyHashes.canonical(a[left]).bitPattern == KeyHashes.canonical(b[right]).bitPattern
                case (.bytes(let a), .bytes(let b)): a[left].elementsEqual(b[right])
                default: false
                }
            if !areEqual { return false }
        }
        return true
    }
}

extension KeyIndex {
    /// A hash of the key of each row, by which keys can be divided: equal keys have equal hashes.
    ///
    /// - Throws: ``ColumnarError`` with code `mismatch` where a key column is nested or the lengths differ.
    public static func hashes(of keys: [Column]) throws(ColumnarError) -> [UInt64] {
        try KeyHashes.hash(keys)
    }
}
