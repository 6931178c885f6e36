/// A sequence of bits, 64 to a word, the first in the lowest place.
///
/// Bits beyond ``count`` in the last word are always 0.
public struct Bitmap: Hashable, Sendable {
    @usableFromInline package internal(set) var words: [UInt64]
    /// How many bits there are, set or not.
    public private(set) var count: Int

    public init() {
        words = []
        count = 0
    }

    /// `count` times the same bit.
    public init(repeating bit: Bool, count: Int) {
        words = Array(repeating: bit ? .max : 0, count: (count + 63) / 64)
        self.count = count
        clearTail()
    }

    public init(_ bits: some Sequence<Bool>) {
        self.init()
        for bit in bits { append(bit) }
    }

    /// Takes over `words`; bits beyond `count` are ignored.
    package init(words: [UInt64], count: Int) {
        precondition(words.count == (count + 63) / 64, "a bitmap of \(count) bits has \((count + 63) / 64) words")
        self.words = words
        self.count = count
        clearTail()
    }

    /// Bit `index`, counted from 0.
    @inlinable
    public subscript(index: Int) -> Bool {
        get {
            assert(index < count, "a bit outside the bitmap")
            return words[index &>> 6] &>> UInt64(truncatingIfNeeded: index & 63) & 1 != 0
        }
        set {
            assert(index < count, "a bit outside the bitmap")
            let mask: UInt64 = 1 &<< UInt64(truncatingIfNeeded: index & 63)
            if newValue { words[index &>> 6] |= mask } else { words[index &>> 6] &= ~mask }
        }
    }

    /// How many bits are set.
    public var setCount: Int {
        words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Whether no bit is clear; so it is where there are none.
    public var allSet: Bool { setCount == count }

    /// Appends a bit.
    public mutating func append(_ bit: Bool) {
        if count & 63 == 0 { words.append(0) }
        if bit { words[count &>> 6] |= 1 &<< UInt64(count & 63) }
        count += 1
    }

    /// Appends the same bit `added` times.
    public mutating func append(repeating bit: Bool, count added: Int) {
        guard added > 0 else { return }
        let old = count
        count += added
        words.append(contentsOf: repeatElement(bit ? .max : 0, count: (count + 63) / 64 - words.count))
        if bit, old & 63 != 0 { words[old &>> 6] |= UInt64.max &<< UInt64(old & 63) }
        clearTail()
    }

    /// Appends the bits `range` of `other`.
    public mutating func append(_ other: Bitmap, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= other.count, "a range outside the bitmap")
        var position = range.lowerBound
        while position < range.upperBound {
            // Up to 64 bits at a time: gather them from two source words, spread them over two words here.
            let take = min(64, range.upperBound - position)
            let shift = UInt64(position & 63)
            var bits = other.words[position &>> 6] &>> shift
            if shift != 0, position &>> 6 + 1 < other.words.count {
                bits |= other.words[position &>> 6 + 1] &<< (64 - shift)
            }
            appendBits(bits, take)
            position += take
        }
    }

    /// Appends the lowest `added` (at most 64) bits.
    package mutating func appendBits(_ bits: UInt64, _ added: Int) {
        if added == 0 { return }
        let bits = added == 64 ? bits : bits & (1 &<< UInt64(added) &- 1)
        let shift = count & 63
        if shift == 0 {
            words.append(bits)
        } else {
            words[words.count - 1] |= bits &<< UInt64(shift)
            if shift + added > 64 { words.append(bits &>> UInt64(64 - shift)) }
        }
        count += added
    }

    /// Makes room for `bits` bits altogether.
    public mutating func reserveCapacity(_ bits: Int) {
        words.reserveCapacity((bits + 63) / 64)
    }

    public mutating func removeAll(keepingCapacity: Bool = false) {
        words.removeAll(keepingCapacity: keepingCapacity)
        count = 0
    }

    /// Turns every bit over.
    public mutating func invert() {
        for index in words.indices { words[index] = ~words[index] }
        clearTail()
    }

    /// Keeps the bits that are set in both.
    public mutating func formIntersection(_ other: Bitmap) {
        precondition(count == other.count, "bitmaps of different length")
        for index in words.indices { words[index] &= other.words[index] }
    }

    /// Sets the bits that are set in either.
    public mutating func formUnion(_ other: Bitmap) {
        precondition(count == other.count, "bitmaps of different length")
        for index in words.indices { words[index] |= other.words[index] }
    }

    /// Calls `body` with the place of every set bit, ascending.
    @inlinable
    public func forEachSet(_ body: (Int) throws -> Void) rethrows {
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                try body(index &<< 6 &+ word.trailingZeroBitCount)
                word &= word &- 1
            }
        }
    }

    private mutating func clearTail() {
        let used = count & 63
        if used != 0 { words[words.count - 1] &= 1 &<< UInt64(used) &- 1 }
    }
}
