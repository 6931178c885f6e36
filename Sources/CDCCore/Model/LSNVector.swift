import Columnar

/// A column of LSNs, read without taking each apart into an array of bytes.
struct LSNVector {
    private let pool: [UInt8]
    let count: Int

    /// `nil` where the column does not hold ten bytes, not null, in every row.
    init?(_ column: Column) {
        guard let vector = column.values.bytes, column.validity == nil else { return nil }
        let offsets = vector.offsets
        for index in 0..<vector.count where offsets[index + 1] - offsets[index] != Int32(LSN.byteCount) { return nil }
        pool = vector.pool
        count = vector.count
    }

    subscript(row: Int) -> LSN {
        let start = row * LSN.byteCount
        return pool.withUnsafeBytes { bytes in
            LSN(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)),
                low: UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt16.self))
            )
        }
    }
}
