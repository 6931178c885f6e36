/// Writes the first bytes of all values, then their second bytes, and so on: exponents compress well among themselves.
///
/// Source: parquet-format, Encodings.md, "Byte Stream Split (BYTE_STREAM_SPLIT = 9)".
enum ByteStreamSplitEncoder {
    /// Appends the values of `width` bytes each that lie in `values` one behind the other.
    static func encode(_ values: UnsafeRawBufferPointer, width: Int, into target: inout ByteBuffer) {
        let count = values.count / width
        target.append(atMost: count * width) { memory in
            for place in 0..<width {
                let stream = memory + place * count
                for index in 0..<count {
                    stream.storeBytes(of: values[index &* width &+ place], toByteOffset: index, as: UInt8.self)
                }
            }
            return count * width
        }
    }
}
