/// Reads values whose first bytes lie together, then their second bytes, and so on.
///
/// Source: parquet-format, Encodings.md, "Byte Stream Split (BYTE_STREAM_SPLIT = 9)".
enum ByteStreamSplitDecoder {
    /// Decodes `count` values of `width` bytes each.
    ///
    /// - Parameter target: has room for as many.
    @inline(__always)
    static func decode(
        _ bytes: UnsafeRawBufferPointer,
        count: Int,
        width: Int,
        into target: UnsafeMutableRawPointer
    ) throws(ParquetError) {
        let (total, overflow) = count.multipliedReportingOverflow(by: width)
        // Where the bytes of a value lie follows from the number of values: there may be neither fewer nor more.
        guard !overflow, bytes.count == total else {
            throw .corrupt("\(count) values of \(width) bytes, split by their bytes, in \(bytes.count) bytes")
        }
        guard let source = bytes.baseAddress else { return }
        switch width {
        case 4:
            for index in 0..<count {
                target.storeBytes(
                    of: UInt32(truncatingIfNeeded: gather(source + index, count, 4)).littleEndian,
                    toByteOffset: index &* 4,
                    as: UInt32.self
                )
            }
        case 8:
            for index in 0..<count {
                target.storeBytes(
                    of: gather(source + index, count, 8).littleEndian,
                    toByteOffset: index &* 8,
                    as: UInt64.self
                )
            }
        default:
            for place in 0..<width {
                let stream = source + place &* count
                for index in 0..<count {
                    target.storeBytes(
                        of: stream.load(fromByteOffset: index, as: UInt8.self),
                        toByteOffset: index &* width &+ place,
                        as: UInt8.self
                    )
                }
            }
        }
    }

    /// The bytes that lie `stride` apart, lowest first.
    @inline(__always)
    private static func gather(_ first: UnsafeRawPointer, _ stride: Int, _ width: Int) -> UInt64 {
        var word: UInt64 = 0
        for place in 0..<width {
            let byte = UInt64(first.load(fromByteOffset: place &* stride, as: UInt8.self))
            word |= byte &<< UInt64(truncatingIfNeeded: place &* 8)
        }
        return word
    }
}
