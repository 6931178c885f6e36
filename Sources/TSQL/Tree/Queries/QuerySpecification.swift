/// `SELECT … FROM … WHERE … GROUP BY … HAVING …`
package struct QuerySpecification: Equatable, Sendable {
    package var isDistinct = false
    package var top: Top?
    package var items: [SelectItem] = []
    package var into: Name?
    package var intoFilegroup: String?
    package var from: [TableSource] = []
    package var `where`: Expression?
    package var groupBy: [GroupingElement] = []
    package var having: Expression?
    /// The line of the word `SELECT`, counted from 1.
    package var line: Int
}
