/// Gives each different number of a column an index, in the order in which they come.
///
/// An open-addressing table over the bit patterns of the values: numbers and floating-point numbers of both widths.
struct NumberDictionary: Sendable {
    /// The values by index; longer than what is in use.
    private var keys: [UInt64] = []
    /// For each slot the index + 1, or 0; a power of two, at least twice as many as values.
    private var slots: [UInt32] = []
    private(set) var count = 0

    /// The values by index.
    var values: ArraySlice<UInt64> { keys[0..<count] }

    mutating func removeAll() {
        if count > 0 { for index in slots.indices { slots[index] = 0 } }
        count = 0
    }

    /// Writes the index of each value to `indices` and returns for how many: fewer than all where the dictionary would
    /// come to have more than `limit` values.
    @inline(__always)
    mutating func encode<T: BitwiseCopyable>(
        _ values: UnsafeBufferPointer<T>,
        limit: Int,
        into indices: UnsafeMutablePointer<UInt32>,
        key: (T) -> UInt64
    ) -> Int {
        reserve(values.count)
        let mask = slots.count - 1
        var count = count
        let done = slots.withUnsafeMutableBufferPointer { slots in
            keys.withUnsafeMutableBufferPointer { keys in
                for position in 0..<values.count {
                    let value = key(values[position])
                    var slot = Int(truncatingIfNeeded: ByteMixing.mix(value)) & mask
                    while true {
                        let entry = slots[slot]
                        if entry == 0 {
                            if count >= limit { return position }
                            keys[count] = value
                            count += 1
                            slots[slot] = UInt32(truncatingIfNeeded: count)
                            indices[position] = UInt32(truncatingIfNeeded: count &- 1)
                            break
                        }
                        if keys[Int(entry &- 1)] == value {
                            indices[position] = entry &- 1
                            break
                        }
                        slot = (slot &+ 1) & mask
                    }
                }
                return values.count
            }
        }
        self.count = count
        return done
    }

    private mutating func reserve(_ added: Int) {
        if keys.count < count + added {
            keys.append(contentsOf: repeatElement(0, count: max(count + added, keys.count * 2) - keys.count))
        }
        guard slots.count < (count + added) * 2 else { return }
        var capacity = 64
        while capacity < (count + added) * 2 { capacity *= 2 }
        slots = Array(repeating: 0, count: capacity)
        for index in 0..<count {
            var slot = Int(truncatingIfNeeded: ByteMixing.mix(keys[index])) & (capacity - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = UInt32(index + 1)
        }
    }
}

/// Gives each different byte string of a column an index, in the order in which they come.
struct ByteDictionary: Sendable {
    /// Where each value begins in ``pool``, and where the last ends. Longer than what is in use.
    private var offsets: [Int32] = [0]
    private var pool: [UInt8] = []
    private var hashes: [UInt64] = []
    /// For each value the page in which it last came.
    private var pages: [UInt32] = []
    private var slots: [UInt32] = []
    private(set) var count = 0
    /// The bytes of all values together.
    private(set) var byteCount = 0

    mutating func removeAll() {
        if count > 0 {
            for index in slots.indices { slots[index] = 0 }
            for index in 0..<count { pages[index] = 0 }
        }
        count = 0
        byteCount = 0
    }

    /// Lends the values at `positions`, or all of them.
    func withRows<R>(_ positions: UnsafeBufferPointer<Int32>?, _ body: (ByteRows) -> R) -> R {
        offsets.withUnsafeBufferPointer { offsets in
            pool.withUnsafeBytes { pool in
                // Both have memory: `offsets` is never empty, and any address will do for no bytes.
                let start = offsets.baseAddress ?? UnsafePointer(bitPattern: 8)!
                return body(
                    ByteRows(
                        offsets: start,
                        pool: pool.baseAddress ?? UnsafeRawPointer(start),
                        poolCount: pool.count,
                        positions: positions?.baseAddress,
                        start: 0,
                        count: positions?.count ?? count
                    )
                )
            }
        }
    }

    /// Writes the index of each value of `rows` to `indices` and returns for how many: fewer than all where the dictionary
    /// page would come to have more than `limit` bytes.
    ///
    /// - Parameters:
    ///   - page: a number that is different for each page, not 0.
    ///   - fresh: receives the indices of values that come for the first time in this page.
    mutating func encode(
        _ rows: ByteRows,
        limit: Int,
        page: UInt32,
        into indices: UnsafeMutablePointer<UInt32>,
        fresh: UnsafeMutablePointer<Int32>,
        freshCount: inout Int
    ) -> Int {
        reserve(rows.count, bytes: min(rows.byteCount, max(0, limit - byteCount)))
        let mask = slots.count - 1
        var count = count
        var byteCount = byteCount
        var found = 0
        let overhead = 4
        let done = slots.withUnsafeMutableBufferPointer { slots in
            offsets.withUnsafeMutableBufferPointer { offsets in
                pool.withUnsafeMutableBytes { pool in
                    hashes.withUnsafeMutableBufferPointer { hashes in
                        pages.withUnsafeMutableBufferPointer { pages in
                            guard let base = pool.baseAddress else { return 0 }
                            for position in 0..<rows.count {
                                let (bytes, length) = rows[position]
                                let hash = ByteMixing.hash(bytes, length)
                                var slot = Int(truncatingIfNeeded: hash) & mask
                                while true {
                                    let entry = slots[slot]
                                    if entry == 0 {
                                        if byteCount + length + (count + 1) * overhead > limit { return position }
                                        (base + byteCount).copyMemory(from: bytes, byteCount: length)
                                        byteCount += length
                                        offsets[count &+ 1] = Int32(truncatingIfNeeded: byteCount)
                                        hashes[count] = hash
                                        pages[count] = page
                                        fresh[found] = Int32(truncatingIfNeeded: count)
                                        found += 1
                                        indices[position] = UInt32(truncatingIfNeeded: count)
                                        count += 1
                                        slots[slot] = UInt32(truncatingIfNeeded: count)
                                        break
                                    }
                                    let index = Int(entry &- 1)
                                    if hashes[index] == hash {
                                        let start = Int(offsets[index])
                                        if Int(offsets[index &+ 1]) &- start == length,
                                            ByteMixing.areEqual(base + start, bytes, length)
                                        {
                                            indices[position] = entry &- 1
                                            if pages[index] != page {
                                                pages[index] = page
                                                fresh[found] = Int32(truncatingIfNeeded: index)
                                                found += 1
                                            }
                                            break
                                        }
                                    }
                                    slot = (slot &+ 1) & mask
                                }
                            }
                            return rows.count
                        }
                    }
                }
            }
        }
        self.count = count
        self.byteCount = byteCount
        freshCount = found
        return done
    }

    private mutating func reserve(_ added: Int, bytes: Int) {
        let needed = count + added
        if hashes.count < needed {
            let grown = max(needed, hashes.count * 2) - hashes.count
            offsets.append(contentsOf: repeatElement(0, count: grown))
            hashes.append(contentsOf: repeatElement(0, count: grown))
            pages.append(contentsOf: repeatElement(0, count: grown))
        }
        if pool.count < byteCount + bytes + 16 {
            let grown = max(byteCount + bytes + 16, pool.count * 2) - pool.count
            pool.append(contentsOf: repeatElement(0, count: grown))
        }
        guard slots.count < needed * 2 else { return }
        var capacity = 64
        while capacity < needed * 2 { capacity *= 2 }
        slots = Array(repeating: 0, count: capacity)
        for index in 0..<count {
            var slot = Int(truncatingIfNeeded: hashes[index]) & (capacity - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = UInt32(index + 1)
        }
    }
}

/// Some byte strings of a vector, for kernels: either consecutive ones or those that a list of positions names.
///
/// Lives no longer than the call that lends the vector's memory; positions and offsets were checked where it is made.
struct ByteRows {
    let offsets: UnsafePointer<Int32>
    let pool: UnsafeRawPointer
    let poolCount: Int
    /// Positions in the vector; `nil` for consecutive ones.
    let positions: UnsafePointer<Int32>?
    let start: Int
    let count: Int

    /// Where string `index` begins and how long it is.
    @inline(__always)
    subscript(index: Int) -> (UnsafeRawPointer, Int) {
        let (offset, length) = place(index)
        return (pool + offset, length)
    }

    @inline(__always)
    func place(_ index: Int) -> (Int, Int) {
        let position: Int
        if let positions { position = Int(positions[index]) } else { position = start &+ index }
        let offset = Int(offsets[position])
        return (offset, Int(offsets[position &+ 1]) &- offset)
    }

    @inline(__always)
    func buffer(_ index: Int) -> UnsafeRawBufferPointer {
        let (offset, length) = place(index)
        return UnsafeRawBufferPointer(start: pool + offset, count: length)
    }

    /// The bytes of all strings together.
    var byteCount: Int {
        if positions == nil { return Int(offsets[start + count]) - Int(offsets[start]) }
        var sum = 0
        for index in 0..<count { sum += place(index).1 }
        return sum
    }

    /// Whether each of the strings is UTF-8 by itself.
    var areUTF8: Bool {
        for index in 0..<count {
            let (bytes, length) = self[index]
            if !ByteMixing.isUTF8(bytes, length) { return false }
        }
        return true
    }

    /// All but the first `count` of the strings.
    func dropFirst(_ dropped: Int) -> ByteRows {
        ByteRows(
            offsets: offsets,
            pool: pool,
            poolCount: poolCount,
            positions: positions.map { $0 + dropped },
            start: positions == nil ? start + dropped : 0,
            count: count - dropped
        )
    }
}
