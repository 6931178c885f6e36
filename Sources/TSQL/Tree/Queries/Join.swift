/// Two sources of rows and how they belong together.
package struct Join: Equatable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case inner, left, right, full, cross
        case crossApply = "cross-apply"
        case outerApply = "outer-apply"
    }

    package var kind: Kind
    /// `LOOP`, `HASH`, `MERGE` or `REMOTE`.
    package var hint: String?
    package var left: TableSource
    package var right: TableSource
    /// `nil` for the cross join and the two forms of `APPLY`.
    package var condition: Expression?
    package var line: Int
}
