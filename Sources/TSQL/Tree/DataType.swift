/// A data type as it was written: `decimal(10, 2)`, `dbo.Phone`, `varbinary(max)`.
///
/// Of the names in several words, the one word for the same type is kept: `national character varying` is `nvarchar`.
package struct DataType: Hashable, Sendable {
    package var name: Name
    /// Length, precision, scale: digits, or `max`.
    package var parameters: [String]

    package init(
        name: Name,
        parameters: [String]
    ) {
        self.name = name
        self.parameters = parameters
    }
}
