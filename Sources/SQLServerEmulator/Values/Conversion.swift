/// Conversions between types: CAST, CONVERT, TRY_CAST, TRY_CONVERT, and what happens implicitly.
///
/// Source: Microsoft, "CAST and CONVERT (Transact-SQL)".
package struct Conversion: Hashable, Sendable {
    package let from: SQLType
    package let to: SQLType
    /// The third argument of CONVERT; `nil` where there is none.
    package let style: Int?
    package let settings: ConversionSettings

    /// - Throws: 529 where the conversion is not allowed at all.
    package init(
        from: SQLType,
        to: SQLType,
        style: Int? = nil,
        settings: ConversionSettings = .default
    ) throws(SQLError) {
        try ConversionRule.checkExplicit(from, to)
        self.init(unchecked: from, to, style, settings)
    }

    private init(unchecked from: SQLType, _ to: SQLType, _ style: Int?, _ settings: ConversionSettings) {
        self.from = from
        self.to = to
        self.style = style
        self.settings = settings
    }

    /// A conversion that happens by itself, in an operator or an assignment.
    ///
    /// - Throws: 206 or 257 where it does not happen by itself.
    package static func implicit(
        from: SQLType,
        to: SQLType,
        settings: ConversionSettings = .default
    ) throws(SQLError) -> Conversion {
        try ConversionRule.checkImplicit(from, to)
        return Conversion(unchecked: from, to, nil, settings)
    }

    /// Converts one value.
    ///
    /// - Parameter isTry: Whether a value that does not convert becomes NULL, as TRY_CONVERT has it.
    package static func convert(
        _ value: SQLValue,
        from: SQLType,
        to: SQLType,
        style: Int? = nil,
        isTry: Bool = false,
        settings: ConversionSettings = .default
    ) throws(SQLError) -> SQLValue {
        let conversion = try Conversion(from: from, to: to, style: style, settings: settings)
        return isTry ? try conversion.tryConvert(value) : try conversion.convert(value)
    }

    /// Converts a value, or gives NULL where that fails; what is refused or not allowed is still an error.
    package func tryConvert(_ value: SQLValue) throws(SQLError) -> SQLValue {
        do {
            return try convert(value)
        } catch {
            switch error.number {
            case 40517, 529, 206, 257, 281, 9809: throw error
            default: return .null
            }
        }
    }

    package func convert(_ value: SQLValue) throws(SQLError) -> SQLValue {
        if value.isNull { return .null }
        if case .variant(let type, let inner) = value {
            if to == .sqlVariant { return value }
            return try Conversion(from: type, to: to, style: style, settings: settings).convert(inner)
        }
        switch to.family {
        case .null: return value
        case .integer: return try integer(value)
        case .decimal, .money: return try exactNumber(value)
        case .float: return try float(value)
        case .dateTime: return try dateTime(value)
        case .characters: return try characters(value)
        case .binary: return try binary(value)
        case .guid: return try guid(value)
        case .xml: return try xml(value)
        case .userDefined:
            guard case .binary = value else { throw SQLError.unsupported("CONVERT(\(to.name), \(from.name))") }
            return value
        case .variant:
            if from == .null { throw SQLType.sqlVariant.invalidData }
            // Inside a variant nobody's collation wins over another's.
            return .variant(from.collation.map { from.with($0.with(.implicit)) } ?? from, value)
        }
    }

    /// Stores a value into a column: converts it, and refuses to lose characters or bytes.
    ///
    /// - Throws: 2628 where the value is too long, besides the errors of the conversion.
    package static func assign(
        _ value: SQLValue,
        from: SQLType,
        to: SQLType,
        table: String,
        column: String,
        settings: ConversionSettings = .default
    ) throws(SQLError) -> SQLValue {
        let conversion = try implicit(from: from, to: to, settings: settings)
        switch (value, to.family) {
        case (.text(let text), .characters):
            let (fitted, loses) = to.fit(text)
            guard loses else { return .text(fitted) }
            let shown = SQLValue.shown(fitted)
            throw .truncated(table: table, column: column, value: shown)
        case (.binary(let bytes), .binary):
            let (fitted, loses) = to.fit(binary: bytes)
            if loses { throw .truncated(table: table, column: column, value: "") }
            return .binary(fitted)
        default: return try conversion.convert(value)
        }
    }
}

extension SQLValue {
    /// A text as messages show it.
    static func shown(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self) }
}
