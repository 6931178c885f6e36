/// `INSERT BULK t (a int, …) WITH (…)`: what a client sends before the rows of a bulk load.
package struct InsertBulkStatement: Equatable, Sendable {
    package struct Column: Equatable, Sendable {
        package var name: String
        package var type: DataType
        package var collation: String?
    }

    package var table: Name
    package var columns: [Column]
    package var options: [NamedOption]
}
