/// A 64-bit hash for each row of some key columns, computed a column at a time.
enum KeyHashes {
    /// The hashes of all rows. Columns of equal length without nesting only.
    static func hash(_ columns: [Column]) throws(ColumnarError) -> [UInt64] {
        let rows = columns.first?.count ?? 0
        guard columns.allSatisfy({ $0.count == rows }) else {
            throw ColumnarError(.mismatch, "key columns of different lengths belong to no rows")
        }
        var hashes = [UInt64](repeating: 0, count: rows)
        for column in columns {
            switch column.values {
            case .bits(let bits): combine(&hashes, column.validity) { bits[$0] ? 1 : 0 }
            case .int32(let values): combine(&hashes, column.validity) { UInt64(bitPattern: Int64(values[$0])) }
            case .int64(let values): combine(&hashes, column.validity) { UInt64(bitPattern: values[$0]) }
            case .int128(let values):
                combine(&hashes, column.validity) {
                    mix(UInt64(truncatingIfNeeded: values[$0])) ^ UInt64(truncatingIfNeeded: values[$0] >> 64)
                }
            case .float(let values): combine(&hashes, column.validity) { UInt64(canonical(values[$0]).bitPattern) }
            case .double(let values): combine(&hashes, column.validity) { canonical(values[$0]).bitPattern }
            case .bytes(let vector):
                vector.pool.withUnsafeBytes { pool in
                    combine(&hashes, column.validity) {
                        hash(UnsafeRawBufferPointer(rebasing: pool[vector.range(of: $0)]))
                    }
                }
            case .structure, .list, .map:
                throw ColumnarError(.mismatch, "a column of type \(column.type) cannot be part of a key")
            }
        }
        return hashes
    }

    @inline(__always)
    private static func combine(_ hashes: inout [UInt64], _ validity: Bitmap?, _ value: (Int) -> UInt64) {
        for row in hashes.indices {
            let isNull = validity.map { !$0[row] } ?? false
            hashes[row] = mix(hashes[row] &+ (isNull ? 0x9E37_79B9_7F4A_7C15 : value(row)))
        }
    }

    /// Spreads a value over 64 bits: one multiplication to 128 bits, halves folded.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }

    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < bytes.count {
            tail = tail << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return mix(hash ^ tail)
    }

    /// One pattern for both zeros and for all NaN: they are equal as keys.
    @inline(__always)
    static func canonical<T: BinaryFloatingPoint>(_ value: T) -> T { value.isNaN ? .nan : value == 0 ? 0 : value }
}
