/// Reads numbers, text and runs of bytes from a buffer, each after a check that they are there.
///
/// A reader is a place in a buffer that it shares; to try something, copy it. Numbers are little-endian unless a name says
/// otherwise.
struct ByteReader {
    let bytes: [UInt8]
    private(set) var position: Int
    let end: Int
    /// Whether `end` was announced by a length in the bytes: what does not fit then contradicts that length, and more bytes
    /// would not help.
    private let endIsAnnounced: Bool

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.init(bytes, position..<bytes.count, endIsAnnounced: false)
    }

    init(_ bytes: [UInt8], _ range: Range<Int>, endIsAnnounced: Bool) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
        self.endIsAnnounced = endIsAnnounced
    }

    var remaining: Int { end - position }
    var isAtEnd: Bool { position == end }

    // MARK: Runs of bytes

    /// Steps over `count` bytes and tells where they were.
    @inline(__always)
    mutating func skip(_ count: Int) throws(TDSWireError) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw shortage(of: count) }
        let start = position
        position += count
        return start..<position
    }

    mutating func take(_ count: Int) throws(TDSWireError) -> [UInt8] { Array(bytes[try skip(count)]) }

    mutating func rest() -> [UInt8] {
        defer { position = end }
        return Array(bytes[position..<end])
    }

    /// A reader of the next `count` bytes and no more.
    mutating func part(_ count: Int) throws(TDSWireError) -> ByteReader {
        ByteReader(bytes, try skip(count), endIsAnnounced: true)
    }

    private func shortage(of count: Int) -> TDSWireError {
        if endIsAnnounced || count < 0 {
            return .malformed("a value is longer than the structure around it; close the connection", at: position)
        }
        let (needed, overflow) = position.addingReportingOverflow(count)
        return TDSWireError(
            .truncated,
            "the bytes end within a structure; the sender has to send all of it",
            byteOffset: overflow ? .max : needed - 1
        )
    }

    /// Nothing may be left.
    func expectEnd(of structure: String) throws(TDSWireError) {
        guard isAtEnd else {
            throw TDSWireError(
                .malformed,
                "\(remaining) bytes are left after the end of the structure; close the connection",
                structure: structure,
                byteOffset: position
            )
        }
    }

    // MARK: Numbers

    @inline(__always)
    mutating func number<T: FixedWidthInteger>(_: T.Type = T.self) throws(TDSWireError) -> T {
        let range = try skip(MemoryLayout<T>.size)
        return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: T.self)) }
    }

    @inline(__always)
    mutating func byte() throws(TDSWireError) -> UInt8 {
        let range = try skip(1)
        return bytes[range.lowerBound]
    }

    mutating func bigEndian<T: FixedWidthInteger>(_: T.Type = T.self) throws(TDSWireError) -> T {
        T(bigEndian: T(littleEndian: try number(T.self)))
    }

    /// The next `count` bytes, at most 16, as a number.
    @inline(__always)
    mutating func shortNumber(_ count: Int) throws(TDSWireError) -> UInt64 {
        let range = try skip(count)
        var value: UInt64 = 0
        for index in range.reversed() { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    // MARK: Text

    /// `count` UTF-16 code units; lone surrogates are repaired.
    mutating func text(units count: Int) throws(TDSWireError) -> String {
        String(decoding: try units(count), as: UTF16.self)
    }

    mutating func units(_ count: Int) throws(TDSWireError) -> [UInt16] {
        // A count comes from a field of at most 32 bits, so that twice of it is no overflow.
        let range = try skip(count * 2)
        return UTF16Bytes.units(of: bytes[range])
    }

    /// A B_VARCHAR: a byte with the number of code units, and these.
    mutating func shortText() throws(TDSWireError) -> String { try text(units: Int(try byte())) }

    /// A US_VARCHAR: two bytes with the number of code units, and these.
    mutating func longText() throws(TDSWireError) -> String { try text(units: Int(try number(UInt16.self))) }
}
