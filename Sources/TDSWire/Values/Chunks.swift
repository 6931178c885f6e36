/// Walks over the chunks of a large value.
///
/// It can stop where the bytes end and go on when there are more: what it has seen is not looked at again.
///
/// Source: MS-TDS 2.2.5.2.3.
struct Chunks: Sendable {
    /// The length that the value announces; `nil` where it says that it does not know.
    private(set) var announced: UInt64?
    /// The bytes in the chunks seen so far.
    private(set) var count = 0
    /// The bytes of the first chunk.
    private(set) var firstCount: Int?

    static let null: UInt64 = .max
    static let unknown: UInt64 = .max - 1

    /// Reads the first eight bytes of a value; `nil` for null.
    init?(_ reader: inout ByteReader) throws(TDSWireError) {
        let total = try reader.number(UInt64.self)
        if total == Chunks.null { return nil }
        announced = total == Chunks.unknown ? nil : total
    }

    /// Steps over all chunks and the end. After an error the reader stands before the chunk that is not whole.
    mutating func walk(_ reader: inout ByteReader) throws(TDSWireError) {
        while true {
            var ahead = reader
            let length = Int(try ahead.number(UInt32.self))
            _ = try ahead.skip(length)
            // The sum is at most the number of bytes there are.
            count += length
            if let announced, UInt64(count) > announced || length == 0 && UInt64(count) < announced {
                throw .malformed(
                    "a large value announces \(announced) bytes and its chunks have another number",
                    at: reader.position
                )
            }
            reader = ahead
            if length == 0 { return }
            if firstCount == nil { firstCount = length }
        }
    }

    /// The bytes of all chunks, `count` in number, of a value whose first chunk begins at `position`.
    static func joined(_ bytes: [UInt8], at position: Int, count: Int) throws(TDSWireError) -> [UInt8] {
        var joined: [UInt8] = []
        joined.reserveCapacity(count)
        var reader = ByteReader(bytes, at: position)
        while joined.count < count {
            let length = Int(try reader.number(UInt32.self))
            let range = try reader.skip(length)
            joined.append(contentsOf: bytes[range])
        }
        return joined
    }
}
