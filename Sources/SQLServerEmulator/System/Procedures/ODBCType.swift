/// A type as the catalogue procedures describe it to ODBC.
///
/// Source: Microsoft, "sp_columns (Transact-SQL)", "sp_datatype_info (Transact-SQL)" and ODBC's "Data types".
struct ODBCType {
    var code: Int
    var precision: Int
    /// Bytes of a transfer buffer.
    var length: Int
    var scale: Int?
    var radix: Int?
    var sqlType: Int
    /// Which of the dates and times, for those that ODBC groups under one type.
    var subtype: Int?
    var octets: Int?
    /// The type of TDS.
    var serverType: Int

    /// - Parameters:
    ///   - isNew: Whether the procedure is one of those whose names end in `_100`, which know the types of SQL Server 2008.
    ///   - version: 2 or 3: that of ODBC.
    init(_ type: SQLType, isNew: Bool, version: Int, isNullable: Bool = true) {
        let catalog = type.catalog
        let bytes = catalog?.maximumLength ?? 0
        code = 0
        precision = catalog?.precision ?? 0
        length = bytes
        sqlType = 0
        serverType = catalog?.systemTypeID ?? 0
        func exact(_ code: Int, _ fixed: Int, _ nullable: Int, scale: Int = 0) {
            self.code = code
            self.scale = scale
            radix = 10
            serverType = isNullable ? nullable : fixed
        }
        func sized(_ code: Int, _ server: Int, characters: Int = 1) {
            self.code = code
            serverType = server
            precision = bytes < 0 ? 0 : bytes / characters
            length = bytes < 0 ? 0 : bytes
            octets = length
        }
        func large(_ code: Int, _ server: Int, _ precision: Int, _ length: Int) {
            self.code = code
            serverType = server
            self.precision = precision
            self.length = length
            octets = length
        }
        /// The types of 2008 are texts for older clients.
        func date(_ code: Int, _ digits: Int, _ length: Int, _ scale: Int?, _ subtype: Int?) {
            precision = digits
            if isNew {
                (self.code, self.length, self.scale, self.subtype) = (code, length, scale, subtype)
            } else {
                self.code = -9
                self.length = 2 * digits
                octets = 2 * digits
            }
            serverType = 0
        }
        switch type {
        case .null: break
        case .bit: exact(-7, 50, 50)
        case .tinyint: exact(-6, 48, 38)
        case .smallint: exact(5, 52, 38)
        case .int: exact(4, 56, 38)
        case .bigint: exact(-5, 63, 108)
        case .decimal(let digits, let scale):
            exact(3, 106, 106, scale: scale)
            length = digits + 2
        case .smallmoney:
            exact(3, 122, 110, scale: 4)
            length = 12
        case .money:
            exact(3, 60, 110, scale: 4)
            length = 21
        case .real: (code, precision, radix, serverType) = (7, 24, 2, isNullable ? 109 : 59)
        case .float: (code, precision, radix, serverType) = (6, 53, 2, isNullable ? 109 : 62)
        case .smalldatetime:
            (code, length, scale, subtype, serverType) = (version >= 3 ? 93 : 11, 16, 0, 3, isNullable ? 111 : 58)
        case .datetime:
            (code, length, scale, subtype, serverType) = (version >= 3 ? 93 : 11, 16, 3, 3, isNullable ? 111 : 61)
        case .date: date(version >= 3 ? 91 : 9, 10, 6, 0, 1)
        case .time(let scale): date(-154, catalog?.precision ?? 16, 12, scale, 0)
        case .datetime2(let scale): date(version >= 3 ? 93 : 11, catalog?.precision ?? 27, 16, scale, 3)
        case .datetimeoffset(let scale): date(-155, catalog?.precision ?? 34, 20, scale, 0)
        case .char: sized(1, 39)
        case .varchar(.max, _): large(12, 39, 0, 0)
        case .varchar: sized(12, 39)
        case .nchar: sized(-8, 39, characters: 2)
        case .nvarchar(.max, _): large(-9, 39, 0, 0)
        case .nvarchar: sized(-9, 39, characters: 2)
        case .binary: sized(-2, 37)
        case .varbinary(.max): large(-3, 37, 0, 0)
        case .varbinary: sized(-3, 37)
        case .rowversion: sized(-2, isNullable ? 37 : 45)
        case .text: large(-1, 35, 2_147_483_647, 2_147_483_647)
        case .ntext: large(-10, 35, 1_073_741_823, 2_147_483_646)
        case .image: large(-4, 34, 2_147_483_647, 2_147_483_647)
        case .uniqueidentifier: (code, precision, length, serverType) = (-11, 36, 16, 37)
        case .xml: large(-152, 0, 0, 0)
        case .sqlVariant: (code, precision, length, scale, radix, serverType) = (-150, 8000, 8000, 0, 10, 39)
        case .hierarchyid, .geometry, .geography: large(-151, 0, 0, 23)
        }
        // ODBC groups dates and times under 9.
        sqlType = subtype != nil && subtype != 0 ? 9 : code
        if subtype == 0 { sqlType = code }
    }

    /// The characters that stand around a literal, and what its declaration takes.
    static func literal(_ type: SQLType) -> (prefix: String?, suffix: String?, parameters: String?) {
        switch type {
        case .char, .varchar: ("'", "'", type == .varchar(.max) ? nil : "length")
        case .nchar, .nvarchar: ("N'", "'", "length")
        case .text, .smalldatetime, .datetime, .uniqueidentifier, .date: ("'", "'", nil)
        case .ntext, .xml: ("N'", "'", nil)
        case .time, .datetime2, .datetimeoffset: ("'", "'", "scale")
        case .binary, .varbinary: ("0x", nil, "length")
        case .rowversion, .image: ("0x", nil, nil)
        case .decimal: (nil, nil, "precision,scale")
        case .money, .smallmoney: ("$", nil, nil)
        default: (nil, nil, nil)
        }
    }
}
