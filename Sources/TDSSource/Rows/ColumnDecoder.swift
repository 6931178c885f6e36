import CFreeTDS
import Columnar

/// What a column of a result set is, in db-lib's terms and in those of ``Columnar``.
struct ColumnDecoder {
    let field: Field
    /// The column's place in the row, counted from 1.
    let number: Int32
    let conversion: Conversion
    /// Digits after the second of a `time`, after the point of a decimal.
    let scale: Int
    /// Digits of a decimal.
    let precision: Int

    /// What is done with a cell.
    enum Conversion {
        case bit, tinyint, smallint, int, bigint, real, float
        case money, smallmoney, decimal64, decimal128
        case datetime, smalldatetime, date, time, instant
        case uniqueIdentifier
        /// Text that FreeTDS made from UTF-16 and that therefore is UTF-8; text that may be what the server sent; XML.
        case unicode, text, xml
        case bytes

        /// Bytes of a cell in db-lib's memory; 0 where they differ from cell to cell.
        var cellBytes: Int {
            switch self {
            case .bit, .tinyint: 1
            case .smallint: 2
            case .int, .real, .smallmoney, .smalldatetime: 4
            case .bigint, .float, .money, .datetime: 8
            case .date, .time, .instant, .uniqueIdentifier: 16
            case .decimal64, .decimal128: MemoryLayout<DBNUMERIC>.size
            case .unicode, .text, .xml, .bytes: 0
            }
        }
    }

    /// Asks db-lib about column `number`, counted from 1.
    ///
    /// - Throws: ``TDSError`` with code `unsupportedType`, which names the column.
    init(_ handle: OpaquePointer, number: Int32) throws(TDSError) {
        // A nullable type of a width that there is not stays as it is. dbtablecolinfo would end the process for it.
        let cellType = Int(dbcoltype(handle, number))
        guard ![SYBINTN, SYBFLTN, SYBMONEYN, SYBDATETIMN, SYBBITN].contains(cellType) else {
            let name = dbcolname(handle, number).map { String(cString: $0) } ?? ""
            throw TDSError(
                .unexpectedResult,
                "\(Self.title(name, number)) is said to be of a width that its type cannot have"
            )
        }
        var info = DBCOL2()
        info.SizeOfStruct = DBINT(MemoryLayout<DBCOL2>.size)
        // It returns FAIL for types that it has no declaration for, and has filled in what is used here even so.
        withUnsafeMutablePointer(to: &info) { pointer in
            _ = dbtablecolinfo(handle, number, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: DBCOL.self))
        }
        try self.init(
            name: dbcolname(handle, number).map { String(cString: $0) } ?? "",
            number: number,
            cellType: cellType,
            serverType: Int(info.ServerType) & 0xFF,
            precision: Int(info.Precision),
            scale: Int(info.Scale),
            isNullable: info.Null != 0
        )
        // For these db-lib keeps as much memory as the server says that they need, not as much as they do need.
        let bytes = Int(dbcollen(handle, number))
        switch conversion {
        case .bit, .tinyint, .smallint, .int, .bigint, .real, .float, .money, .smallmoney, .datetime, .smalldatetime,
            .uniqueIdentifier:
            guard bytes >= conversion.cellBytes else {
                let title = Self.title(field.name, number)
                throw TDSError(.unexpectedResult, "\(title) is said to have \(bytes) bytes, which its type cannot have")
            }
        case .decimal64, .decimal128, .date, .time, .instant, .unicode, .text, .xml, .bytes: break
        }
    }

    init(
        name: String,
        number: Int32,
        cellType: Int,
        serverType: Int,
        precision: Int = 0,
        scale: Int = 0,
        isNullable: Bool = true
    ) throws(TDSError) {
        let type: DataType
        switch cellType {
        case _ where serverType == CellType.userDefined || serverType == CellType.variant:
            throw Self.unsupported(name, number, serverType)
        case SYBBIT: (type, conversion) = (.boolean, .bit)
        // SQL Server's tinyint is 0…255, Delta's −128…127.
        case SYBINT1: (type, conversion) = (.short, .tinyint)
        case SYBINT2: (type, conversion) = (.short, .smallint)
        case SYBINT4: (type, conversion) = (.integer, .int)
        case SYBINT8: (type, conversion) = (.long, .bigint)
        case SYBREAL: (type, conversion) = (.float, .real)
        case SYBFLT8: (type, conversion) = (.double, .float)
        case SYBMONEY: (type, conversion) = (.decimal(precision: 19, scale: 4), .money)
        case SYBMONEY4: (type, conversion) = (.decimal(precision: 10, scale: 4), .smallmoney)
        case SYBDECIMAL, SYBNUMERIC:
            guard (1...38).contains(precision), (0...precision).contains(scale) else {
                throw TDSError(
                    .unexpectedResult,
                    "\(Self.title(name, number)) is said to be a decimal(\(precision),\(scale)), which there is not"
                )
            }
            type = .decimal(precision: precision, scale: scale)
            conversion = precision <= 18 ? .decimal64 : .decimal128
        case SYBDATETIME: (type, conversion) = (.timestampNTZ, .datetime)
        case SYBDATETIME4: (type, conversion) = (.timestampNTZ, .smalldatetime)
        case SYBMSDATE: (type, conversion) = (.date, .date)
        case SYBMSTIME: (type, conversion) = (.string, .time)
        case SYBMSDATETIME2: (type, conversion) = (.timestampNTZ, .instant)
        case SYBMSDATETIMEOFFSET: (type, conversion) = (.timestamp, .instant)
        case CellType.uniqueIdentifier: (type, conversion) = (.string, .uniqueIdentifier)
        case SYBCHAR, SYBVARCHAR, SYBTEXT, SYBNTEXT, SYBNVARCHAR:
            type = .string
            switch serverType {
            case CellType.xml: conversion = .xml
            case Self.nvarchar, Self.nchar, SYBNTEXT: conversion = .unicode
            default: conversion = .text
            }
        case SYBBINARY, SYBVARBINARY, SYBIMAGE: (type, conversion) = (.binary, .bytes)
        default: throw Self.unsupported(name, number, serverType)
        }
        field = Field(name, type, isNullable: isNullable)
        self.number = number
        self.scale = scale
        self.precision = min(max(precision, 1), 38)
    }

    private static let nvarchar = 231
    private static let nchar = 239

    /// The error for a cell that cannot be what its type says.
    func malformed() -> TDSError {
        TDSError(.unexpectedResult, "\(Self.title(field.name, number)) holds a value that its type cannot have")
    }

    func tooLarge() -> TDSError {
        let title = Self.title(field.name, number)
        return TDSError(
            .unexpectedResult,
            "\(title) has more than 2 GiB in one batch of rows; read fewer rows at a time"
        )
    }

    private static func title(_ name: String, _ number: Int32) -> String {
        name.isEmpty ? "column \(number)" : "column '\(name)'"
    }

    private static func unsupported(_ name: String, _ number: Int32, _ serverType: Int) -> TDSError {
        let kind =
            switch serverType {
            case CellType.variant: "a sql_variant"
            case CellType.userDefined: "of a CLR type, such as hierarchyid or geography"
            default: "of the unknown type \(serverType)"
            }
        return TDSError(
            .unsupportedType,
            "\(title(name, number)) is \(kind); convert it in the SELECT, for instance to nvarchar(max)"
        )
    }
}
