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

    package init(
        name: Name,
        arguments: [Expression] = [],
        isNiladic: Bool = false,
        isStar: Bool = false,
        isDistinct: Bool = false,
        type: DataType? = nil,
        withinGroup: [OrderItem] = [],
        nullTreatment: NullTreatment? = nil,
        over: Window? = nil
    ) {
        self.name = name
        self.arguments = arguments
        self.isNiladic = isNiladic
        self.isStar = isStar
        self.isDistinct = isDistinct
        self.type = type
        self.withinGroup = withinGroup
        self.nullTreatment = nullTreatment
        self.over = over
    }
}
