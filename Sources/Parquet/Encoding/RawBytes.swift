/// Bytes of a file, seen through checks: every access that outside data steers goes through one of these.
extension UnsafeRawBufferPointer {
    /// The bytes `offset..<offset + length`.
    ///
    /// - Throws: ``ParquetError`` with code `corrupt` where they are not all there.
    @inline(__always)
    func part(_ offset: Int, _ length: Int, _ what: StaticString) throws(ParquetError) -> UnsafeRawBufferPointer {
        guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
            throw .corrupt("\(what) is \(length) bytes long at byte \(offset) of \(count)")
        }
        return UnsafeRawBufferPointer(rebasing: self[offset..<offset + length])
    }

    /// The bytes from `offset` on.
    @inline(__always)
    func rest(_ offset: Int, _ what: StaticString) throws(ParquetError) -> UnsafeRawBufferPointer {
        try part(offset, count - offset, what)
    }

    /// The 32 bits at `offset`, lowest byte first, as a length.
    @inline(__always)
    func length32(at offset: Int, _ what: StaticString) throws(ParquetError) -> Int {
        guard offset >= 0, offset <= count - 4 else { throw .corrupt("\(what) has no length: the bytes end") }
        return Int(UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
}

extension [UInt8] {
    /// Lends the bytes to `body`, which may throw nothing but a ``ParquetError``.
    @inline(__always)
    func withRawBytes<R>(_ body: (UnsafeRawBufferPointer) throws(ParquetError) -> R) throws(ParquetError) -> R {
        try withUnsafeBufferPointer { (buffer) throws(ParquetError) -> R in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
