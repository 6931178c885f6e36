package struct FetchStatement: Equatable, Sendable {
    package enum Orientation: Equatable, Sendable {
        case next, prior, first, last
        case absolute(Expression)
        case relative(Expression)
    }

    package var orientation: Orientation
    package var cursor: NameOrVariable
    package var isGlobal: Bool
    package var into: [String]
}
