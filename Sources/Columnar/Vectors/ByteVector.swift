/// Texts or byte strings, one behind the other in one pool.
///
/// Element `i` is `pool[offsets[i]..<offsets[i + 1]]`; there is one offset more than there are elements, the first is 0.
public struct ByteVector: Hashable, Sendable {
    /// Where each element begins, and where the last ends.
    public private(set) var offsets: [Int32]
    /// The bytes of all elements.
    public private(set) var pool: [UInt8]

    public init() {
        offsets = [0]
        pool = []
    }

    /// Takes over offsets and pool.
    ///
    /// - Throws: ``ColumnarError`` where the offsets descend or point outside the pool.
    public init(offsets: [Int32], pool: [UInt8]) throws(ColumnarError) {
        guard let first = offsets.first, first == 0, let last = offsets.last, Int(last) == pool.count else {
            throw ColumnarError(.mismatch, "offsets must begin with 0 and end with the length of the pool")
        }
        var previous: Int32 = 0
        var descends = false
        for offset in offsets {
            descends = descends || offset < previous
            previous = offset
        }
        if descends { throw ColumnarError(.mismatch, "offsets must not descend") }
        self.init(trusted: offsets, pool: pool)
    }

    /// Takes over offsets that the caller made itself, without looking at them again.
    package init(trusted offsets: [Int32], pool: [UInt8]) {
        self.offsets = offsets
        self.pool = pool
    }

    /// How many elements there are.
    @inlinable public var count: Int { offsets.count - 1 }

    /// Where element `index` lies in the pool.
    @inlinable
    public func range(of index: Int) -> Range<Int> {
        Int(offsets[index])..<Int(offsets[index + 1])
    }

    /// Element `index`.
    @inlinable
    public subscript(index: Int) -> ArraySlice<UInt8> { pool[range(of: index)] }

    /// Element `index` as text; bytes that are not UTF-8 are repaired.
    public func string(at index: Int) -> String {
        String(decoding: self[index], as: UTF8.self)
    }

    /// Appends an element.
    ///
    /// - Throws: ``ColumnarError`` with code `tooLarge` where the pool would exceed 2 GiB; so do all that append.
    public mutating func append(_ bytes: some Collection<UInt8>) throws(ColumnarError) {
        guard pool.count + bytes.count <= Int32.max else { throw .poolOverflow }
        pool.append(contentsOf: bytes)
        offsets.append(Int32(truncatingIfNeeded: pool.count))
    }

    /// The same for the kind of collection that comes most often, without the cost of a generic call.
    public mutating func append(_ bytes: [UInt8]) throws(ColumnarError) {
        guard pool.count + bytes.count <= Int32.max else { throw .poolOverflow }
        pool.append(contentsOf: bytes)
        offsets.append(Int32(truncatingIfNeeded: pool.count))
    }

    /// Appends an element.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ColumnarError) {
        guard pool.count + bytes.count <= Int32.max else { throw .poolOverflow }
        pool.append(contentsOf: bytes)
        offsets.append(Int32(truncatingIfNeeded: pool.count))
    }

    /// Appends a text as an element.
    public mutating func append(_ text: String) throws(ColumnarError) {
        guard pool.count + text.utf8.count <= Int32.max else { throw .poolOverflow }
        pool.append(contentsOf: text.utf8)
        offsets.append(Int32(truncatingIfNeeded: pool.count))
    }

    /// Appends an empty element, as stands where a value is null.
    public mutating func appendEmpty() {
        offsets.append(Int32(truncatingIfNeeded: pool.count))
    }

    /// Appends the elements `range` of `other`.
    public mutating func append(_ other: ByteVector, _ range: Range<Int>) throws(ColumnarError) {
        let from = Int(other.offsets[range.lowerBound])
        let to = Int(other.offsets[range.upperBound])
        guard pool.count + (to - from) <= Int32.max else { throw .poolOverflow }
        let shift = Int32(truncatingIfNeeded: pool.count - from)
        pool.append(contentsOf: other.pool[from..<to])
        for index in range { offsets.append(other.offsets[index + 1] + shift) }
    }

    /// Makes room for `elements` elements of `bytes` bytes altogether.
    public mutating func reserveCapacity(_ elements: Int, bytes: Int) {
        offsets.reserveCapacity(elements + 1)
        pool.reserveCapacity(bytes)
    }

    /// Removes all elements.
    public mutating func removeAll(keepingCapacity: Bool = false) {
        offsets.removeAll(keepingCapacity: keepingCapacity)
        offsets.append(0)
        pool.removeAll(keepingCapacity: keepingCapacity)
    }
}
