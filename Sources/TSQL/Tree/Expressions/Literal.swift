/// A constant, with the kind and the digits that it was written with.
package enum Literal: Hashable, Sendable {
    case null
    /// Digits without a point, however many: above 2147483647 SQL Server takes them as `numeric`.
    case integer(String)
    /// Digits with a point: `1.50`, `.5`, `1.`
    case decimal(String)
    /// With an exponent: `1e5`, `1.5E-3`; digits may be missing after the `e`.
    case float(String)
    /// `$1.5`, without the sign of the currency.
    case money(String)
    /// The hexadecimal digits after `0x`; may be an odd number, or none.
    case binary(String)
    /// `'…'`, of the code page of the database.
    case string(String)
    /// `N'…'`
    case nationalString(String)
}
