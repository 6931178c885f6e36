/// `EXECUTE AS …` as a statement.
package struct ExecuteAsStatement: Equatable, Sendable {
    package enum Context: Equatable, Sendable {
        case caller
        case login(Expression)
        case user(Expression)
    }

    package var context: Context
    package var isNoRevert: Bool
    package var cookie: String?
}
