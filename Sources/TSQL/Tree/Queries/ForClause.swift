/// `FOR XML` or `FOR JSON`: the result as one text.
package struct ForClause: Equatable, Sendable {
    package enum Format: String, Hashable, Sendable {
        case xml, json
    }

    package struct Directive: Equatable, Sendable {
        /// `ROOT`, `TYPE`, `ELEMENTS XSINIL`: in upper case.
        package var name: String
        package var argument: Literal?
    }

    package var format: Format
    /// `RAW`, `AUTO`, `PATH` or `EXPLICIT`.
    package var mode: String
    /// `PATH('row')`
    package var elementName: Literal?
    package var directives: [Directive] = []
}
