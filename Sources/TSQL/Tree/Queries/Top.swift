/// `TOP (n) PERCENT WITH TIES`
package struct Top: Equatable, Sendable {
    package var count: Expression
    package var isPercent = false
    package var withTies = false
}
