internal import Columnar

/// The smallest and largest of the values seen so far, found in tight loops.
struct RunningBounds: Sendable {
    private(set) var lower: Bound?
    private(set) var upper: Bound?
    /// Once there was a NaN nothing is said of the values: readers disagree on where it stands.
    private(set) var hasNaN = false

    mutating func include(_ other: RunningBounds) {
        hasNaN = hasNaN || other.hasNaN
        if let low = other.lower, let high = other.upper { include(low, high) }
    }

    mutating func include(_ low: Bound, _ high: Bound) {
        lower = lower.map { Bound.smaller($0, low) } ?? low
        upper = upper.map { Bound.larger($0, high) } ?? high
    }

    mutating func include(_ values: UnsafeBufferPointer<Float>) {
        guard var low = values.first else { return }
        var high = low
        var isNaN = false
        for value in values {
            isNaN = isNaN || value != value
            if value < low { low = value }
            if value > high { high = value }
        }
        include(Double(low), Double(high), isNaN)
    }

    mutating func include(_ values: UnsafeBufferPointer<Double>) {
        guard var low = values.first else { return }
        var high = low
        var isNaN = false
        for value in values {
            isNaN = isNaN || value != value
            if value < low { low = value }
            if value > high { high = value }
        }
        include(low, high, isNaN)
    }

    private mutating func include(_ low: Double, _ high: Double, _ isNaN: Bool) {
        if isNaN {
            hasNaN = true
        } else {
            // The two zeros are equal: as a bound stands the one that lies further out.
            include(.floating(low == 0 ? -0.0 : low), .floating(high == 0 ? 0.0 : high))
        }
    }

    /// Booleans, of which some are true.
    mutating func include(trues: Int, of count: Int) {
        if count > 0 { include(.integer(trues < count ? 0 : 1), .integer(trues > 0 ? 1 : 0)) }
    }

    /// Byte strings: their first eight bytes decide nearly always.
    mutating func include(_ rows: ByteRows) {
        if rows.count == 0 { return }
        var low = 0
        var high = 0
        var lowPrefix = rows.prefixWord(0)
        var highPrefix = lowPrefix
        for index in 0..<rows.count {
            let prefix = rows.prefixWord(index)
            if prefix <= lowPrefix {
                if prefix < lowPrefix || ByteMixing.precedes(rows.buffer(index), rows.buffer(low)) {
                    low = index
                    lowPrefix = prefix
                }
            }
            if prefix >= highPrefix {
                if prefix > highPrefix || ByteMixing.precedes(rows.buffer(high), rows.buffer(index)) {
                    high = index
                    highPrefix = prefix
                }
            }
        }
        let smallest = rows.buffer(low)
        let largest = rows.buffer(high)
        if case .bytes(let known)? = lower {
            if known.withUnsafeBytes({ ByteMixing.precedes(smallest, $0) }) { lower = .bytes(Array(smallest)) }
        } else {
            lower = .bytes(Array(smallest))
        }
        if case .bytes(let known)? = upper {
            if known.withUnsafeBytes({ ByteMixing.precedes($0, largest) }) { upper = .bytes(Array(largest)) }
        } else {
            upper = .bytes(Array(largest))
        }
    }
}

extension UnsafeBufferPointer where Element: FixedWidthInteger {
    /// The smallest and the largest of the numbers; `nil` where there are none.
    @inline(__always)
    var extremes: (Element, Element)? {
        guard var low = first else { return nil }
        var high = low
        for value in self {
            low = value < low ? value : low
            high = value > high ? value : high
        }
        return (low, high)
    }
}

extension ByteRows {
    @inline(__always)
    fileprivate func prefixWord(_ index: Int) -> UInt64 {
        let (offset, length) = place(index)
        return ByteMixing.prefix(pool + offset, length, available: poolCount &- offset)
    }
}
