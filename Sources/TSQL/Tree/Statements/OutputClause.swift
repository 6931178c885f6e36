/// `OUTPUT … INTO …`
package struct OutputClause: Equatable, Sendable {
    package var items: [SelectItem]
    package var into: NameOrVariable?
    package var columns: [String] = []
}
