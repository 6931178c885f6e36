/// The type in which values of two types meet.
extension SQLType {
    /// The type of CASE, UNION, COALESCE and of comparisons of two types.
    ///
    /// - Parameter operation: As the message of a collation conflict names it: `UNION`, `equal to`.
    /// - Throws: 206 and 257 where one does not become the other by itself, 468 for collations in conflict.
    ///
    /// Source: Microsoft, "Data type precedence", "Collation precedence", "Precision, scale, and length".
    package static func common(
        _ a: SQLType,
        _ b: SQLType,
        operation: String = "equal to"
    ) throws(SQLError) -> SQLType {
        if a == .null { return b }
        if b == .null || a == b { return a }
        switch (a.family, b.family) {
        case (.characters, .characters):
            return commonCharacters(
                a,
                b,
                try Collation.resolve(a.collation ?? .default, b.collation ?? .default, operation: operation)
            )
        case (.binary, .binary): return commonBinary(a, b)
        default: break
        }
        let (low, high) = a.precedence < b.precedence ? (a, b) : (b, a)
        try ConversionRule.checkImplicit(low, high)
        switch high {
        case .decimal(let precision, let scale):
            guard let other = low.decimalEquivalent else { return high }
            let whole = max(precision - scale, other.precision - other.scale)
            return decimal(wholeDigits: whole, scale: max(scale, other.scale))
        case .time(let scale): return .time(low.isTimed ? max(scale, low.scale) : scale)
        case .datetime2(let scale): return .datetime2(low.isTimed ? max(scale, low.scale) : scale)
        case .datetimeoffset(let scale): return .datetimeoffset(low.isTimed ? max(scale, low.scale) : scale)
        default: return high
        }
    }

    /// A decimal with so many digits before and after the point; of those after it, as many as 38 leave room for.
    static func decimal(wholeDigits: Int, scale: Int) -> SQLType {
        let precision = min(wholeDigits + scale, decimalMaximum)
        return .decimal(max(precision, 1), max(min(scale, decimalMaximum - wholeDigits), 0))
    }

    private var isTimed: Bool {
        switch self {
        case .time, .datetime, .datetime2, .datetimeoffset: true
        default: false
        }
    }

    private static func commonCharacters(_ a: SQLType, _ b: SQLType, _ collation: Collation) -> SQLType {
        let isWide = a.isWide || b.isWide
        if a.isOldLarge || b.isOldLarge { return isWide ? .ntext(collation) : .text(collation) }
        let isFixed = a.isFixedLength && b.isFixedLength
        return characters(longest(a, b), isWide: isWide, isFixed: isFixed, collation)
    }

    /// A type of characters from its length, which is cut to the longest there is.
    static func characters(
        _ length: TypeLength,
        isWide: Bool,
        isFixed: Bool = false,
        _ collation: Collation
    ) -> SQLType {
        guard let units = length.units else { return isWide ? .nvarchar(.max, collation) : .varchar(.max, collation) }
        let bounded = max(min(units, isWide ? 4000 : 8000), 1)
        if isFixed { return isWide ? .nchar(bounded, collation) : .char(bounded, collation) }
        return isWide ? .nvarchar(.units(bounded), collation) : .varchar(.units(bounded), collation)
    }

    private static func commonBinary(_ a: SQLType, _ b: SQLType) -> SQLType {
        if a == .image || b == .image { return .image }
        let length = longest(a, b)
        if a.isFixedLength, b.isFixedLength, let units = length.units { return .binary(units) }
        return .varbinary(length)
    }

    private static func longest(_ a: SQLType, _ b: SQLType) -> TypeLength {
        guard let x = a.length?.units, let y = b.length?.units else { return .max }
        return .units(max(x, y))
    }

    var isFixedLength: Bool {
        switch self {
        case .char, .nchar, .binary, .rowversion: true
        default: false
        }
    }
}
