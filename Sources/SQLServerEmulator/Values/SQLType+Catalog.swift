/// A row of `sys.types`, or the type columns of a row of `sys.columns`.
package struct CatalogType: Hashable, Sendable {
    package var name: String
    package var systemTypeID: Int
    package var userTypeID: Int
    /// Bytes; −1 for `max` and `xml`.
    package var maximumLength: Int
    package var precision: Int
    package var scale: Int
}

extension SQLType {
    /// The name as `sys.types` has it: `decimal`, `timestamp`.
    package var name: String {
        switch self {
        case .null: "NULL"
        case .bit: "bit"
        case .tinyint: "tinyint"
        case .smallint: "smallint"
        case .int: "int"
        case .bigint: "bigint"
        case .decimal: "decimal"
        case .smallmoney: "smallmoney"
        case .money: "money"
        case .real: "real"
        case .float: "float"
        case .date: "date"
        case .time: "time"
        case .smalldatetime: "smalldatetime"
        case .datetime: "datetime"
        case .datetime2: "datetime2"
        case .datetimeoffset: "datetimeoffset"
        case .char: "char"
        case .varchar: "varchar"
        case .nchar: "nchar"
        case .nvarchar: "nvarchar"
        case .text: "text"
        case .ntext: "ntext"
        case .binary: "binary"
        case .varbinary: "varbinary"
        case .image: "image"
        case .uniqueidentifier: "uniqueidentifier"
        case .xml: "xml"
        case .sqlVariant: "sql_variant"
        case .rowversion: "timestamp"
        case .hierarchyid: "hierarchyid"
        case .geometry: "geometry"
        case .geography: "geography"
        }
    }

    /// The name that messages of conversions use: a decimal is called numeric there.
    var messageName: String { if case .decimal = self { "numeric" } else { name } }

    /// The name that messages of type clashes use: large types say so.
    var clashName: String {
        switch self {
        case .varchar(.max, _), .nvarchar(.max, _), .varbinary(.max): "\(name)(max)"
        default: messageName
        }
    }

    /// The type as it is declared: `decimal(18,2)`, `nvarchar(max)`.
    package var declaration: String {
        switch self {
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .time(let scale), .datetime2(let scale), .datetimeoffset(let scale): "\(name)(\(scale))"
        case .char, .varchar, .nchar, .nvarchar, .binary, .varbinary:
            "\(name)(\(length?.units.map(String.init) ?? "max"))"
        default: name
        }
    }

    /// The type as the catalog views describe it; `nil` for an untyped NULL.
    ///
    /// Source: Microsoft, "sys.types (Transact-SQL)".
    package var catalog: CatalogType? {
        func row(_ id: Int, _ length: Int, _ precision: Int = 0, _ scale: Int = 0, user: Int? = nil) -> CatalogType {
            CatalogType(
                name: name,
                systemTypeID: id,
                userTypeID: user ?? id,
                maximumLength: length,
                precision: precision,
                scale: scale
            )
        }
        switch self {
        case .null: return nil
        case .image: return row(34, 16)
        case .text: return row(35, 16)
        case .uniqueidentifier: return row(36, 16)
        case .date: return row(40, 3, 10)
        case .time(let scale): return row(41, scale < 3 ? 3 : scale < 5 ? 4 : 5, scale == 0 ? 8 : 9 + scale, scale)
        case .datetime2(let scale):
            return row(42, scale < 3 ? 6 : scale < 5 ? 7 : 8, scale == 0 ? 19 : 20 + scale, scale)
        case .datetimeoffset(let scale):
            return row(43, scale < 3 ? 8 : scale < 5 ? 9 : 10, scale == 0 ? 26 : 27 + scale, scale)
        case .tinyint: return row(48, 1, 3)
        case .smallint: return row(52, 2, 5)
        case .int: return row(56, 4, 10)
        case .smalldatetime: return row(58, 4, 16)
        case .real: return row(59, 4, 24)
        case .money: return row(60, 8, 19, 4)
        case .datetime: return row(61, 8, 23, 3)
        case .float: return row(62, 8, 53)
        case .sqlVariant: return row(98, 8016)
        case .ntext: return row(99, 16)
        case .bit: return row(104, 1, 1)
        case .decimal(let precision, let scale):
            return row(106, precision < 10 ? 5 : precision < 20 ? 9 : precision < 29 ? 13 : 17, precision, scale)
        case .smallmoney: return row(122, 4, 10, 4)
        case .bigint: return row(127, 8, 19)
        case .varbinary(let length): return row(165, length.units ?? -1)
        case .varchar(let length, _): return row(167, length.units ?? -1)
        case .binary(let length): return row(173, length)
        case .char(let length, _): return row(175, length)
        case .rowversion: return row(189, 8)
        case .nvarchar(let length, _): return row(231, length.units.map { 2 * $0 } ?? -1)
        case .nchar(let length, _): return row(239, 2 * length)
        case .hierarchyid: return row(240, 892, user: 128)
        case .geometry: return row(240, -1, user: 129)
        case .geography: return row(240, -1, user: 130)
        case .xml: return row(241, -1)
        }
    }

    /// The types of `sys.types` in the order of their user type ids, as the largest of each.
    package static func catalogTypes(_ collation: Collation) -> [SQLType] {
        [
            .image, .text(collation), .uniqueidentifier, .date, .time(7), .datetime2(7), .datetimeoffset(7), .tinyint,
            .smallint, .int, .smalldatetime, .real, .money, .datetime, .float, .sqlVariant, .ntext(collation), .bit,
            .decimal(38, 38), .smallmoney, .bigint, .hierarchyid, .geometry, .geography, .varbinary(8000),
            .varchar(8000, collation), .binary(8000), .char(8000, collation), .rowversion, .nvarchar(4000, collation),
            .nchar(4000, collation), .xml,
        ]
    }
}
