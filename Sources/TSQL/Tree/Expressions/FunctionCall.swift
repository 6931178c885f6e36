/// A call of a function, of SQL Server or of a schema.
package struct FunctionCall: Equatable, Sendable {
    package enum NullTreatment: String, Hashable, Sendable {
        case ignore, respect
    }

    /// `dbo.f`, or one part for a built-in function, as it was written.
    package var name: Name
    package var arguments: [Expression] = []
    /// `CURRENT_USER`: a function that is called without parentheses.
    package var isNiladic = false
    /// `COUNT(*)`
    package var isStar = false
    /// `COUNT(DISTINCT a)`
    package var isDistinct = false
    /// The type that is the first argument of `IDENTITY(int, 1, 1)` in `SELECT INTO`.
    package var type: DataType?
    /// `WITHIN GROUP (ORDER BY …)`
    package var withinGroup: [OrderItem] = []
    package var nullTreatment: NullTreatment?
    package var over: Window?
}
