public import Columnar

/// What is known of the values of a column without reading them.
public struct ColumnStatistics: Sendable, Hashable {
    /// A value that none is smaller than; `nil` where none is known. Nulls and NaN do not count.
    public var min: Value? { lower.flatMap { $0.value(type) } }
    /// A value that none is larger than; `nil` where none is known. Nulls and NaN do not count.
    public var max: Value? { upper.flatMap { $0.value(type) } }
    /// Whether ``min`` is itself one of the values, as far as the file says so.
    public internal(set) var isMinExact = false
    /// Whether ``max`` is itself one of the values, as far as the file says so.
    public internal(set) var isMaxExact = false
    /// How many values are null; `nil` where the file does not say.
    public internal(set) var nullCount: Int?

    let type: DataType
    var lower: Bound?
    var upper: Bound?

    init(_ type: DataType) { self.type = type }
}

extension ColumnStatistics {
    /// Whether a value between `lower` and `upper` (both inclusive, `nil` is open) may be among the column's.
    ///
    /// `true` where nothing is known, or where a bound is not of the column's type.
    public func mayContain(from lower: Value?, through upper: Value?) -> Bool {
        if let lower = lower.flatMap({ Bound($0, type) }), let largest = self.upper, largest.isLess(than: lower) {
            return false
        }
        if let upper = upper.flatMap({ Bound($0, type) }), let smallest = self.lower, upper.isLess(than: smallest) {
            return false
        }
        return true
    }

    /// What is known of the values of several parts of a column together.
    static func merging(_ parts: [(statistics: ColumnStatistics, valueCount: Int)], _ type: DataType)
        -> ColumnStatistics
    {
        var merged = ColumnStatistics(type)
        merged.nullCount = 0
        merged.isMinExact = true
        merged.isMaxExact = true
        var knowsLower = true
        var knowsUpper = true
        for (part, valueCount) in parts {
            merged.nullCount = merged.nullCount.flatMap { sum in
                part.nullCount.flatMap { count in
                    let (total, overflow) = sum.addingReportingOverflow(count)
                    return overflow ? nil : total
                }
            }
            // A part of nothing but nulls has no bounds and changes none.
            if part.nullCount == valueCount { continue }
            knowsLower = knowsLower && part.lower != nil
            knowsUpper = knowsUpper && part.upper != nil
            if let bound = part.lower, merged.lower.map({ bound.isLess(than: $0) }) ?? true {
                merged.lower = bound
                merged.isMinExact = part.isMinExact
            }
            if let bound = part.upper, merged.upper.map({ $0.isLess(than: bound) }) ?? true {
                merged.upper = bound
                merged.isMaxExact = part.isMaxExact
            }
        }
        if !knowsLower { merged.lower = nil }
        if !knowsUpper { merged.upper = nil }
        merged.isMinExact = merged.isMinExact && merged.lower != nil
        merged.isMaxExact = merged.isMaxExact && merged.upper != nil
        return merged
    }
}

extension ColumnStatistics {
    /// What a footer says of a column, as far as it can be relied on.
    ///
    /// Source: parquet-format, parquet.thrift, `Statistics` and `ColumnOrder`.
    init(
        _ reader: inout ThriftReader,
        _ field: ThriftReader.Field,
        _ leaf: LeafColumn,
        hasTypeOrder: Bool
    ) throws(ParquetError) {
        self.init(leaf.type)
        var signedMin: [UInt8]?
        var signedMax: [UInt8]?
        var minimum: [UInt8]?
        var maximum: [UInt8]?
        var minimumIsExact: Bool?
        var maximumIsExact: Bool?
        var nulls: Int?
        try reader.structure(field) { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 1: signedMax = try reader.binary(field)
            case 2: signedMin = try reader.binary(field)
            case 3: nulls = Int(exactly: try reader.integer(field))
            case 5: maximum = try reader.binary(field)
            case 6: minimum = try reader.binary(field)
            case 7: maximumIsExact = try reader.boolean(field)
            case 8: minimumIsExact = try reader.boolean(field)
            default: return false
            }
            return true
        }
        nullCount = nulls.flatMap { $0 >= 0 ? $0 : nil }
        let isSigned = leaf.physicalType != .byteArray && leaf.physicalType != .fixedLengthByteArray
        // The old pair was compared with sign whatever the type, the new one in an order that the footer must state.
        let usesOld = isSigned && !leaf.conversion.isUnsigned && minimum == nil && maximum == nil
        let low = usesOld ? signedMin : isSigned || hasTypeOrder ? minimum : nil
        let high = usesOld ? signedMax : isSigned || hasTypeOrder ? maximum : nil
        lower = low.flatMap { Bound($0, leaf) }
        upper = high.flatMap { Bound($0, leaf) }
        if let low = lower, let high = upper, high.isLess(than: low) { (lower, upper) = (nil, nil) }
        // A writer that meets both zeros may have kept either.
        if case .floating(0)? = lower { lower = .floating(-0.0) }
        if case .floating(0)? = upper { upper = .floating(0.0) }
        let isText = leaf.type == .string || leaf.type == .binary
        isMinExact = lower != nil && (minimumIsExact ?? !isText)
        isMaxExact = upper != nil && (maximumIsExact ?? !isText)
    }

    /// The footer's shape, long texts cut.
    func write(_ id: Int16, _ writer: inout ThriftWriter, _ leaf: LeafColumn) {
        writer.structure(id) { writer in
            if let nullCount { writer.int64(3, nullCount) }
            let low = lower?.truncatedDown(leaf)
            let high = upper.flatMap { $0.truncatedUp(leaf) }
            if let high { writer.binary(5, high.0.bytes(leaf)) }
            if let low { writer.binary(6, low.0.bytes(leaf)) }
            if let high { writer.boolean(7, high.isExact) }
            if let low { writer.boolean(8, low.isExact) }
        }
    }
}
