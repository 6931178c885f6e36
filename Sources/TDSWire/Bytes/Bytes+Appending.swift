/// What the encoders append to a message. Numbers are little-endian unless a name says otherwise.
extension [UInt8] {
    @inline(__always)
    mutating func append<T: FixedWidthInteger>(number: T) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append<T: FixedWidthInteger>(bigEndian number: T) { append(number: number.byteSwapped) }

    /// The lowest `count` bytes of a number, at most eight.
    @inline(__always)
    mutating func append(_ number: UInt64, bytes count: Int) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0.prefix(count)) }
    }

    mutating func append(units: some Sequence<UInt16>) {
        for unit in units { append(number: unit) }
    }

    mutating func append(units: [UInt16]) {
        #if _endian(little)
        units.withUnsafeBytes { append(contentsOf: $0) }
        #else
        for unit in units { append(number: unit) }
        #endif
    }

    /// A B_VARCHAR: at most 255 code units.
    mutating func append(shortText text: String, _ what: String) throws(TDSWireError) {
        let units = Swift.Array(text.utf16)
        guard let count = UInt8(exactly: units.count) else {
            throw .invalidValue("\(what) is longer than 255 UTF-16 code units; shorten it")
        }
        append(count)
        append(units: units)
    }

    /// A US_VARCHAR: at most 65535 code units.
    mutating func append(longText text: String, _ what: String) throws(TDSWireError) {
        let units = Swift.Array(text.utf16)
        guard let count = UInt16(exactly: units.count) else {
            throw .invalidValue("\(what) is longer than 65535 UTF-16 code units; shorten it")
        }
        append(number: count)
        append(units: units)
    }

    /// A B_VARBYTE: at most 255 bytes.
    mutating func append(shortBytes bytes: [UInt8], _ what: String) throws(TDSWireError) {
        guard let count = UInt8(exactly: bytes.count) else {
            throw .invalidValue("\(what) is longer than 255 bytes; shorten it")
        }
        append(count)
        append(contentsOf: bytes)
    }

    /// A two-byte length that is written once what it measures is there.
    mutating func beginMeasured() -> Int {
        append(number: UInt16(0))
        return count
    }

    /// Writes the length of what was appended since ``beginMeasured()``.
    mutating func endMeasured(_ start: Int, _ what: String) throws(TDSWireError) {
        guard let length = UInt16(exactly: count - start) else {
            throw .invalidValue("\(what) is longer than 65535 bytes; shorten its texts")
        }
        self[start - 2] = UInt8(truncatingIfNeeded: length)
        self[start - 1] = UInt8(truncatingIfNeeded: length >> 8)
    }
}
