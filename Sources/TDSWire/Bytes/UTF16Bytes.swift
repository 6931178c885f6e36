/// Text as the wire has it: UTF-16, little-endian.
enum UTF16Bytes {
    /// The code units of an even number of bytes. An odd last byte is dropped: callers check before.
    static func units(of bytes: ArraySlice<UInt8>) -> [UInt16] {
        let count = bytes.count / 2
        return [UInt16](unsafeUninitializedCapacity: count) { units, initialized in
            bytes.withUnsafeBytes { raw in
                for index in 0..<count {
                    units[index] = UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
                }
            }
            initialized = count
        }
    }

    static func text(of bytes: ArraySlice<UInt8>) -> String { String(decoding: units(of: bytes), as: UTF16.self) }
}
