/// What binders and statements ask of the rules of values.
enum ValueRules {
    /// Whether a value of one type is stored as the same value of another type is, so that nothing needs to be converted.
    static func keepsStoredValue(from: SQLType, to: SQLType) -> Bool {
        switch (from, to) {
        case (.null, _): true
        case (.bit, .tinyint), (.bit, .smallint), (.bit, .int), (.bit, .bigint), (.tinyint, .smallint),
            (.tinyint, .int),
            (.tinyint, .bigint), (.smallint, .int), (.smallint, .bigint), (.int, .bigint):
            true
        case (.decimal(let p, let s), .decimal(let q, let t)): s == t && p <= q && (p <= 18) == (q <= 18)
        case (.smallmoney, .money), (.real, .float): true
        case (.varchar(let a, let x), .varchar(let b, let y)), (.nvarchar(let a, let x), .nvarchar(let b, let y)):
            fits(a, b) && x.isUTF8 == y.isUTF8
        case (.varchar(let a, _), .nvarchar(let b, _)): fits(a, b)
        case (.char(let a, let x), .varchar(let b, let y)): fits(.units(a), b) && x.isUTF8 == y.isUTF8
        case (.nchar(let a, _), .nvarchar(let b, _)): fits(.units(a), b)
        case (.char(let a, _), .nvarchar(let b, _)): fits(.units(a), b)
        case (.varbinary(let a), .varbinary(let b)): fits(a, b)
        case (.binary(let a), .varbinary(let b)): fits(.units(a), b)
        case (.rowversion, .varbinary(let b)): fits(.units(8), b)
        default: false
        }
    }

    private static func fits(_ a: TypeLength, _ b: TypeLength) -> Bool {
        guard let y = b.units else { return true }
        return a.units.map { $0 <= y } ?? false
    }

    /// A value as the text that `PRINT` and messages show; `nil` for NULL.
    static func text(_ value: SQLValue, _ type: SQLType) throws(SQLError) -> String? {
        if value.isNull { return nil }
        if case .variant(let inner, let held) = value { return try text(held, inner) }
        guard case .text(let bytes) = try Conversion.convert(value, from: type, to: .nvarchar(.max)) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
