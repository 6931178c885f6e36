import CDCCore
import CDCJSON
import CDCTesting
import Columnar
import Foundation

/// Microsoft's sample database: thirteen tables, from CSV files and `schema.json`.
struct Northwind {
    struct Table {
        var definition: SourceTable
        var rows: [[Value]]
        /// How many rows `schema.json` says there are.
        var rowCount: Int
    }

    /// In the order of their names.
    var tables: [Table]

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    init(folder: URL) throws {
        let json = try JSONValue(parsing: Array(Data(contentsOf: folder.appending(path: "schema.json"))))
        let entries = json["tables"]?.object ?? [:]
        tables = try entries.sorted { $0.key < $1.key }.map { try Self.table($0.key, $0.value, folder) }
    }

    /// A database with all rows, from before capture began.
    func source() throws -> InMemorySource {
        let source = try InMemorySource(identity: "northwind", tables: tables.map(\.definition))
        for table in tables where !table.rows.isEmpty {
            try source.load(table.definition.name, RecordBatch(table.definition.schema, rows: table.rows))
        }
        return source
    }

    // MARK: Reading

    private static func table(_ name: String, _ entry: JSONValue, _ folder: URL) throws -> Table {
        var fields: [Field] = []
        var largeObjects: Set<String> = []
        for column in entry["columns"]?.array ?? [] {
            guard let columnName = column["name"]?.string, let type = column["type"]?.string else {
                throw Failure(description: "a column of \(name) has no name or no type")
            }
            fields.append(Field(columnName, try dataType(type), isNullable: column["nullable"]?.boolean ?? true))
            if ["text", "ntext", "image"].contains(type) { largeObjects.insert(columnName) }
        }
        let definition = SourceTable(
            TableName(schema: "dbo", name: name),
            schema: Schema(fields),
            key: entry["primaryKey"]?.array?.compactMap(\.string) ?? [],
            foreignKeys: (entry["foreignKeys"]?.array ?? []).map { key in
                ForeignKey(
                    key["columns"]?.array?.compactMap(\.string) ?? [],
                    references: TableName(schema: "dbo", name: key["references"]?.string ?? "")
                )
            },
            largeObjects: largeObjects
        )
        let text = try String(contentsOf: folder.appending(path: entry["file"]?.string ?? ""), encoding: .utf8)
        let csv = try CSVFile(parsing: text)
        guard csv.header == fields.map(\.name) else {
            throw Failure(description: "\(name).csv has the columns \(csv.header), schema.json \(fields.map(\.name))")
        }
        let rows = try csv.rows.map { row in try zip(row, fields).map { try value($0, $1) } }
        return Table(definition: definition, rows: rows, rowCount: Int(entry["rows"]?.integer ?? -1))
    }

    /// The type that a column of SQL Server becomes.
    private static func dataType(_ type: String) throws -> DataType {
        switch type.prefix(while: { $0 != "(" }) {
        case "bit": .boolean
        case "smallint": .short
        case "int": .integer
        case "real": .float
        case "money": .decimal(precision: 19, scale: 4)
        case "datetime": .timestampNTZ
        case "nchar", "nvarchar", "ntext": .string
        case "image": .binary
        default: throw Failure(description: "the type \(type) does not occur in Northwind")
        }
    }

    private static func value(_ text: String?, _ field: Field) throws -> Value {
        guard let text else { return .null }
        let value: Value? =
            switch field.type {
            case .boolean: text == "true" ? true : text == "false" ? false : nil
            case .short, .integer: Int64(text).map { .integer($0) }
            case .float: Float(text).map { .float($0) }
            case .decimal: try .decimal(text)
            case .timestampNTZ: CivilTime.parse(timestamp: text).map { .timestampNTZ($0.microseconds) }
            case .binary: Data(base64Encoded: text).map { .binary(Array($0)) }
            default: .string(text)
            }
        guard let value else { throw Failure(description: "'\(text.prefix(40))' is no \(field.type) (\(field.name))") }
        return value
    }
}
