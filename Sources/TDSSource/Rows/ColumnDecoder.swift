import CFreeTDS
import Columnar

/// Knows what a column of a result set is, and appends its cells to a builder.
struct ColumnDecoder {
    let field: Field
    /// The column's place in the row, counted from 1.
    private let number: Int32
    private let conversion: Conversion
    /// Digits after the second of a `time`.
    private let scale: Int
    /// Of a decimal: how many bytes its magnitude has, and what the magnitude stays below.
    private let magnitudeBytes: Int
    private let limit: UInt128
    /// Bytes that a value takes beside what ``append(_:_:)`` counts.
    let fixedBytes: Int

    /// What is done with a cell.
    private enum Conversion {
        case bit, tinyint, smallint, int, bigint, real, float
        case money, smallmoney, decimal64, decimal128
        case datetime, smalldatetime, date, time, instant
        case uniqueIdentifier
        /// Text that FreeTDS made from UTF-16 and that therefore is UTF-8; text that may be what the server sent; XML.
        case unicode, text, xml
        case bytes
    }

    /// Asks db-lib about column `number`, counted from 1.
    ///
    /// - Throws: ``TDSError`` with code `unsupportedType`, which names the column.
    init(_ handle: OpaquePointer, number: Int32) throws(TDSError) {
        var info = DBCOL2()
        info.SizeOfStruct = DBINT(MemoryLayout<DBCOL2>.size)
        // It returns FAIL for types that it has no declaration for, and has filled in what is used here even so.
        withUnsafeMutablePointer(to: &info) { pointer in
            _ = dbtablecolinfo(handle, number, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: DBCOL.self))
        }
        try self.init(
            name: dbcolname(handle, number).map { String(cString: $0) } ?? "",
            number: number,
            cellType: Int(dbcoltype(handle, number)),
            serverType: Int(info.ServerType) & 0xFF,
            precision: Int(info.Precision),
            scale: Int(info.Scale),
            isNullable: info.Null != 0
        )
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
        let digits = min(max(precision, 1), 38)
        magnitudeBytes = CellDecoding.decimalBytes[digits]
        var limit: UInt128 = 1
        for _ in 0..<digits { limit *= 10 }
        self.limit = limit
        fixedBytes =
            switch type.vectorKind {
            case .bits: 1
            case .int32, .float, .bytes: 4
            case .int128: 16
            default: 8
            }
    }

    private static let nvarchar = 231
    private static let nchar = 239

    /// Appends the cell of the current row.
    ///
    /// - Returns: How many bytes of text it took.
    @inline(__always)
    func append(_ handle: OpaquePointer, _ builder: inout ColumnBuilder) throws(TDSError) -> Int {
        guard let start = dbdata(handle, number) else {
            builder.appendNull()
            return 0
        }
        return try append(CellDecoding.Cell(start: start, count: Int(dbdatlen(handle, number))), &builder)
    }

    /// Appends a cell that is not null.
    @inline(__always)
    func append(_ cell: CellDecoding.Cell, _ builder: inout ColumnBuilder) throws(TDSError) -> Int {
        switch conversion {
        case .bit: builder.append(try known(CellDecoding.load(UInt8.self, cell)) != 0)
        case .tinyint: builder.append(Int32(try known(CellDecoding.load(UInt8.self, cell))))
        case .smallint: builder.append(Int32(try known(CellDecoding.load(Int16.self, cell))))
        case .int: builder.append(try known(CellDecoding.load(Int32.self, cell)))
        case .bigint: builder.append(try known(CellDecoding.load(Int64.self, cell)))
        case .real: builder.append(Float(bitPattern: try known(CellDecoding.load(UInt32.self, cell))))
        case .float: builder.append(Double(bitPattern: try known(CellDecoding.load(UInt64.self, cell))))
        case .money: builder.append(Int128(try known(CellDecoding.money(cell))))
        case .smallmoney: builder.append(Int64(try known(CellDecoding.load(Int32.self, cell))))
        case .decimal64: builder.append(try known(CellDecoding.decimal64(cell, bytes: magnitudeBytes, limit: limit)))
        case .decimal128: builder.append(try known(CellDecoding.decimal128(cell, bytes: magnitudeBytes, limit: limit)))
        case .datetime: builder.append(try known(CellDecoding.datetime(cell)))
        case .smalldatetime: builder.append(try known(CellDecoding.smallDatetime(cell)))
        case .date: builder.append(try known(CellDecoding.date(cell)))
        case .instant: builder.append(try known(CellDecoding.datetime2(cell)))
        case .time:
            let ticks = try known(CellDecoding.time(cell))
            return try append(capacity: 16, &builder) { CellDecoding.writeTime(ticks, scale: scale, $0) }
        case .uniqueIdentifier:
            return try append(capacity: 36, &builder) { CellDecoding.writeUniqueIdentifier(cell, $0) }
        case .unicode, .bytes: return try append(bytes: cell, &builder)
        case .text: return try append(text: cell, &builder)
        case .xml: return try append(bytes: CellDecoding.withoutByteOrderMark(cell), &builder)
        }
        return 0
    }

    // MARK: Pieces

    @inline(__always)
    private func append(bytes: CellDecoding.Cell, _ builder: inout ColumnBuilder) throws(TDSError) -> Int {
        do { try builder.append(bytes) } catch { throw tooLarge() }
        return bytes.count
    }

    /// Appends text of which it is not known that it is UTF-8: with a UTF-8 collation the server's bytes come as they are.
    @inline(__always)
    private func append(text: CellDecoding.Cell, _ builder: inout ColumnBuilder) throws(TDSError) -> Int {
        if CellDecoding.isASCII(text) { return try append(bytes: text, &builder) }
        let repaired = String(decoding: text, as: UTF8.self)
        do { try builder.append(repaired) } catch { throw tooLarge() }
        return repaired.utf8.count
    }

    /// Appends text that `write` writes into a buffer on the stack.
    private func append(
        capacity: Int,
        _ builder: inout ColumnBuilder,
        _ write: (UnsafeMutableRawBufferPointer) -> Int?
    ) throws(TDSError) -> Int {
        let length = withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) { buffer -> Int? in
            guard let length = write(buffer), length <= capacity else { return nil }
            do { try builder.append(UnsafeRawBufferPointer(rebasing: buffer[..<length])) } catch { return -1 }
            return length
        }
        let written = try known(length)
        guard written >= 0 else { throw tooLarge() }
        return written
    }

    @inline(__always)
    private func known<T>(_ value: T?) throws(TDSError) -> T {
        guard let value else { throw malformed() }
        return value
    }

    @inline(never)
    private func malformed() -> TDSError {
        TDSError(.unexpectedResult, "\(Self.title(field.name, number)) holds a value that its type cannot have")
    }

    @inline(never)
    private func tooLarge() -> TDSError {
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
