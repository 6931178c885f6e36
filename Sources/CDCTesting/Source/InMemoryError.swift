public import CDCCore

/// Why the in-memory database refuses what was asked.
public struct InMemoryError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        case unknownTable, unknownColumn, duplicateKey, missingRow, foreignKey, nullValue, badDefinition
    }

    public var code: Code
    public var table: TableName
    public var message: String

    public var description: String { "\(message) [\(code), table \(table)]" }
}
