/// The comparison of two values.
package enum Comparison {
    /// The type in which `=`, `<` and their like compare.
    ///
    /// - Throws: 402 for types that do not compare, 206, 257 and 468.
    package static func type(
        _ a: SQLType,
        _ b: SQLType,
        operation: String = "equal to"
    ) throws(SQLError) -> SQLType {
        for type in [a, b] where type.isOldLarge || type == .xml || type == .geometry || type == .geography {
            throw .incompatible(a, b, operation)
        }
        return try SQLType.common(a, b, operation: operation)
    }

    /// Negative, 0 or positive; `nil` where a value is NULL.
    ///
    /// Texts compare by the collation of the type, binaries as though the shorter one ended in zeros, identifiers by their last
    /// group first.
    ///
    /// - Parameter type: The type of both values.
    package static func compare(_ a: SQLValue, _ b: SQLValue, _ type: SQLType) throws(SQLError) -> Int? {
        switch (a, b) {
        case (.null, _), (_, .null): return nil
        case (.integer(let x), .integer(let y)): return order(x, y)
        case (.decimal(let x), .decimal(let y)): return order(x, y)
        case (.double(let x), .double(let y)): return order(x, y)
        case (.date(let x), .date(let y)): return order(x, y)
        case (.time(let x), .time(let y)): return order(x, y)
        case (.smallDateTime(let x), .smallDateTime(let y)): return order(x, y)
        case (.dateTime(let x), .dateTime(let y)): return order(x, y)
        case (.dateTime2(let x), .dateTime2(let y)): return order(x, y)
        case (.dateTimeOffset(let x, _), .dateTimeOffset(let y, _)): return order(x, y)
        case (.text(let x), .text(let y)):
            return (type.collation ?? .default).compare(x, y, isWide: type.isWide)
        case (.binary(let x), .binary(let y)): return padded(x, y)
        case (.guid, .guid):
            guard case .blob(let x) = try SQLType.uniqueidentifier.encode(a),
                case .blob(let y) = try SQLType.uniqueidentifier.encode(b)
            else { throw SQLType.uniqueidentifier.invalidData }
            return padded(x, y)
        case (.variant(let typeA, let x), .variant(let typeB, let y)): return try variants(typeA, x, typeB, y)
        default: throw type.invalidData
        }
    }

    /// Whether two values are equal; `nil` where one is NULL.
    package static func equal(_ a: SQLValue, _ b: SQLValue, _ type: SQLType) throws(SQLError) -> Bool? {
        try compare(a, b, type).map { $0 == 0 }
    }

    private static func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a == b ? 0 : 1 }

    private static func padded(_ a: [UInt8], _ b: [UInt8]) -> Int {
        for index in 0..<max(a.count, b.count) {
            let x = index < a.count ? a[index] : 0
            let y = index < b.count ? b[index] : 0
            if x != y { return x < y ? -1 : 1 }
        }
        return 0
    }

    /// By the families of the types first; within one family by value. Texts of two collations compare by the collations.
    ///
    /// Source: Microsoft, "sql_variant (Transact-SQL)", comparing sql_variant values.
    private static func variants(
        _ typeA: SQLType,
        _ a: SQLValue,
        _ typeB: SQLType,
        _ b: SQLValue
    ) throws(SQLError) -> Int? {
        guard let rankA = VariantCoding.rank(typeA), let rankB = VariantCoding.rank(typeB) else {
            throw SQLType.sqlVariant.invalidData
        }
        if rankA != rankB { return order(rankA, rankB) }
        if let x = typeA.collation, let y = typeB.collation, !x.isSame(as: y) { return order(x.name, y.name) }
        // Dates and times of day do not convert into each other, but both into datetime2.
        let common =
            typeA.family == .dateTime && typeA.name != typeB.name
            ? SQLType.datetimeoffset(7)
            : try SQLType.common(
                typeA.collation.map { typeA.with($0.with(.implicit)) } ?? typeA,
                typeB.collation.map { typeB.with($0.with(.implicit)) } ?? typeB
            )
        let x = try Conversion.convert(a, from: typeA, to: common)
        let y = try Conversion.convert(b, from: typeB, to: common)
        return try compare(x, y, common)
    }
}
