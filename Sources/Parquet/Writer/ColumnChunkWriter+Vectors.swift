internal import Columnar
internal import Glibc

extension ByteBuffer {
    /// Appends byte strings, each behind its length in 32 bits or without.
    mutating func append(_ rows: ByteRows, hasLengths: Bool) {
        append(atMost: rows.byteCount + (hasLengths ? rows.count * 4 : 0)) { memory in
            var target = memory
            for index in 0..<rows.count {
                let (bytes, length) = rows[index]
                if hasLengths {
                    target.storeBytes(of: UInt32(truncatingIfNeeded: length).littleEndian, as: UInt32.self)
                    target += 4
                }
                memcpy(target, bytes, length)
                target += length
            }
            return target - memory
        }
    }

    mutating func append(_ other: ByteBuffer) {
        append(atMost: other.count) { target in
            other.copy(to: target)
            return other.count
        }
    }
}

extension Array where Element: BitwiseCopyable {
    /// Lends the elements `range`.
    @inline(__always)
    func withPart<E: Error>(
        _ range: Range<Int>,
        _ body: (UnsafeBufferPointer<Element>) throws(E) -> Void
    ) throws(E) {
        try withUnsafeBufferPointer { (buffer) throws(E) in try body(UnsafeBufferPointer(rebasing: buffer[range])) }
    }

    /// The elements at `positions`.
    @inline(__always)
    func gather(_ positions: [Int32]) -> [Element] {
        [Element](unsafeUninitializedCapacity: positions.count) { buffer, count in
            for (index, position) in positions.enumerated() {
                buffer.initializeElement(at: index, to: self[Int(position)])
            }
            count = positions.count
        }
    }
}

extension ByteVector {
    /// Lends `count` strings from `start` on.
    func withRows(start: Int, count: Int, _ body: (ByteRows) -> Void) {
        precondition(start >= 0 && count >= 0 && start + count <= self.count, "rows outside the vector")
        withMemory { offsets, pool, poolCount in
            body(
                ByteRows(offsets: offsets, pool: pool, poolCount: poolCount, positions: nil, start: start, count: count)
            )
        }
    }

    /// Lends the strings at `positions`.
    func withRows(at positions: [Int32], _ body: (ByteRows) -> Void) {
        let count = count
        precondition(positions.allSatisfy { $0 >= 0 && Int($0) < count }, "rows outside the vector")
        positions.withUnsafeBufferPointer { positions in
            guard let list = positions.baseAddress else { return }
            withMemory { offsets, pool, poolCount in
                body(
                    ByteRows(
                        offsets: offsets,
                        pool: pool,
                        poolCount: poolCount,
                        positions: list,
                        start: 0,
                        count: positions.count
                    )
                )
            }
        }
    }

    private func withMemory(_ body: (UnsafePointer<Int32>, UnsafeRawPointer, Int) -> Void) {
        offsets.withUnsafeBufferPointer { offsets in
            guard let start = offsets.baseAddress else { return }
            pool.withUnsafeBytes { pool in
                // An empty pool may have no address; any will do for no bytes.
                body(start, pool.baseAddress ?? UnsafeRawPointer(start), pool.count)
            }
        }
    }
}

extension Bitmap {
    /// The places of the set bits in `range`, ascending.
    func positions(in range: Range<Int>) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: range.count) { buffer, count in
            var position = range.lowerBound
            while position < range.upperBound {
                let take = min(64 - position & 63, range.upperBound - position)
                var word = words[position >> 6] >> UInt64(position & 63)
                if take < 64 { word &= 1 << UInt64(take) - 1 }
                if word == UInt64.max {
                    for bit in 0..<64 {
                        buffer.initializeElement(at: count + bit, to: Int32(truncatingIfNeeded: position + bit))
                    }
                    count += 64
                } else {
                    while word != 0 {
                        let place = position + word.trailingZeroBitCount
                        buffer.initializeElement(at: count, to: Int32(truncatingIfNeeded: place))
                        count += 1
                        word &= word &- 1
                    }
                }
                position += take
            }
        }
    }
}
