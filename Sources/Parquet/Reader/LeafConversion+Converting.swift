internal import Columnar

extension LeafConversion {
    /// Turns stored values into those of the column's vector.
    func convert(
        _ stored: Column.Values,
        _ leaf: LeafColumn,
        _ validity: Bitmap?
    ) throws(ParquetError) -> Column.Values {
        switch (self, stored) {
        case (.none, _): return stored
        case (.widen, .int32(let values)): return .int64(values.map { Int64($0) })
        case (.widenUnsigned, .int32(let values)): return .int64(values.map { Int64(UInt32(bitPattern: $0)) })
        case (.widenTo128, .int32(let values)): return .int128(values.map { Int128($0) })
        case (.widenTo128, .int64(let values)): return .int128(values.map { Int128($0) })
        case (.widenUnsignedTo128, .int64(let values)): return .int128(values.map { Int128(UInt64(bitPattern: $0)) })
        case (.fromMillis, .int64(let values)):
            var overflows = false
            let micros = values.map { value -> Int64 in
                let (micros, overflow) = value.multipliedReportingOverflow(by: 1000)
                overflows = overflows || overflow
                return micros
            }
            if overflows { throw LeafConversion.beyond64Bits }
            return .int64(micros)
        case (.fromNanos, .int64(let values)):
            return .int64(values.map { $0 >= 0 ? $0 / 1000 : -((-($0 + 1)) / 1000) - 1 })
        case (.fromInt96, .bytes(let vector)): return .int64(try LeafConversion.int96(vector))
        case (.bigEndianTo64, .bytes(let vector)):
            return .int64(
                try LeafConversion.bigEndian(vector, validity) { (value) throws(ParquetError) -> Int64 in
                    guard let fits = Int64(exactly: value) else { throw LeafConversion.tooManyDigits(leaf) }
                    return fits
                }
            )
        case (.bigEndianTo128, .bytes(let vector)):
            return .int128(try LeafConversion.bigEndian(vector, validity) { $0 })
        default: throw .corrupt("values of \(leaf.physicalType) cannot become \(leaf.type)")
        }
    }

    private static var beyond64Bits: ParquetError {
        ParquetError(.invalidValue, "an instant beyond 64 bits of microseconds")
    }

    private static func tooManyDigits(_ leaf: LeafColumn) -> ParquetError {
        ParquetError(.invalidValue, "a number with more digits than \(leaf.type) has")
    }

    /// Two's complement, highest byte first, of any length.
    @inline(__always)
    private static func bigEndian<T>(
        _ vector: ByteVector,
        _ validity: Bitmap?,
        _ narrow: (Int128) throws(ParquetError) -> T
    ) throws(ParquetError) -> [T] {
        var result: [T] = []
        result.reserveCapacity(vector.count)
        let pool = vector.pool
        for index in 0..<vector.count {
            let range = vector.range(of: index)
            guard let first = range.first else {
                // No bytes: a null, or a decimal that was never written.
                guard validity.map({ !$0[index] }) ?? false else { throw .corrupt("a decimal without bytes") }
                result.append(try narrow(0))
                continue
            }
            let isNegative = pool[first] >= 0x80
            var high: UInt64 = isNegative ? .max : 0
            var low = high
            for position in range {
                if range.upperBound - position > 16 {
                    guard pool[position] == (isNegative ? 0xFF : 0) else {
                        throw ParquetError(.invalidValue, "a decimal of more than 128 bits")
                    }
                    continue
                }
                high = high << 8 | low >> 56
                low = low << 8 | UInt64(pool[position])
            }
            let value = Int128(truncatingIfNeeded: high) << 64 | Int128(low)
            guard (value < 0) == isNegative else {
                throw ParquetError(.invalidValue, "a decimal of more than 128 bits")
            }
            result.append(try narrow(value))
        }
        return result
    }

    /// Nanoseconds of the day in eight bytes, Julian day in four; day 2,440,588 is 1970-01-01.
    private static func int96(_ vector: ByteVector) throws(ParquetError) -> [Int64] {
        try vector.pool.withRawBytes { (pool) throws(ParquetError) -> [Int64] in
            var result: [Int64] = []
            result.reserveCapacity(vector.count)
            for index in 0..<vector.count {
                let range = vector.range(of: index)
                guard range.count == 12 else {
                    result.append(0)
                    continue
                }
                let nanos = Int64(
                    littleEndian: pool.loadUnaligned(fromByteOffset: range.lowerBound, as: Int64.self)
                )
                let day = Int32(
                    littleEndian: pool.loadUnaligned(fromByteOffset: range.lowerBound + 8, as: Int32.self)
                )
                // Spark let days of far years wrap around when it wrote them; wrapping back gives what it meant.
                let ofDay = nanos >= 0 ? nanos / 1000 : -((-(nanos + 1)) / 1000) - 1
                let sum = (Int64(day) - 2_440_588) &* 86_400_000_000 &+ ofDay
                result.append(sum)
            }
            return result
        }
    }
}
