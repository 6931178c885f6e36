/// Encodes rows into one buffer of bytes, column by column.
///
/// Between ``beginRow()`` and ``endRow()`` each column gets its value, in order, from the method for its type or from
/// ``null()``. Between rows other tokens can be appended, so that a whole reply stands in one buffer. After an error the row
/// can be taken back with ``cancelRow()``. Not to be shared between threads.
public struct RowWriter {
    public let columns: ResultColumns
    /// All that was written and not taken.
    public private(set) var bytes: [UInt8] = []
    /// The column whose value comes next, counted from 0.
    public private(set) var column = 0

    private enum State {
        case betweenRows
        case inRow
        /// Between the chunks of a large value, with the bytes that are still to come, if they are known.
        case inLargeValue(missing: Int?)
    }

    private var state = State.betweenRows
    /// Where the row begins, and where its bitmap does; the row is taken back to the first.
    private var rowStart = 0
    private var bitmapStart: Int?
    /// Whether some of the row was taken already.
    private var rowIsCut = false

    public init(_ columns: ResultColumns) { self.columns = columns }

    /// Takes the bytes that are final: all, but in the middle of an NBCROW only those before it, whose bitmap is not known yet.
    public mutating func takeBytes() -> [UInt8] {
        guard bitmapStart != nil else {
            if case .betweenRows = state {} else { rowIsCut = true }
            rowStart = 0
            defer { bytes = [] }
            return bytes
        }
        let taken = Array(bytes[..<rowStart])
        bytes.removeFirst(rowStart)
        bitmapStart = bitmapStart.map { $0 - rowStart }
        rowStart = 0
        return taken
    }

    public mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }

    /// Appends a token that is no row.
    public mutating func append(_ token: Token) throws(TDSWireError) {
        guard case .betweenRows = state else {
            throw TDSWireError(.misuse, "a token is to be written in the middle of a row; end the row first")
        }
        try token.encode(into: &bytes)
    }

    // MARK: Rows

    /// Begins a ROW.
    public mutating func beginRow() throws(TDSWireError) { try begin(TokenCode.row) }

    /// Begins an NBCROW: nulls cost a bit and nothing else.
    public mutating func beginNullBitmapRow() throws(TDSWireError) {
        try begin(TokenCode.nbcRow)
        bitmapStart = bytes.count
        for _ in 0..<columns.bitmapBytes { bytes.append(0) }
    }

    private mutating func begin(_ code: UInt8) throws(TDSWireError) {
        guard case .betweenRows = state else {
            throw TDSWireError(.misuse, "a row begins in the middle of another; end that first")
        }
        state = .inRow
        rowStart = bytes.count
        rowIsCut = false
        bitmapStart = nil
        column = 0
        bytes.append(code)
    }

    public mutating func endRow() throws(TDSWireError) {
        guard case .inRow = state, column == columns.count else {
            throw TDSWireError(.misuse, "a row ends before its last column; write the rest", column: column)
        }
        state = .betweenRows
        bitmapStart = nil
    }

    /// Takes back the row that was begun.
    /// - Throws: ``TDSWireError`` with code `misuse` where a part of it was taken already.
    public mutating func cancelRow() throws(TDSWireError) {
        if case .betweenRows = state { return }
        guard !rowIsCut else {
            throw TDSWireError(.misuse, "a row is to be taken back of which a part was sent; close the connection")
        }
        bytes.removeLast(bytes.count - rowStart)
        state = .betweenRows
        bitmapStart = nil
    }

    // MARK: Values

    public mutating func null() throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in
            guard let bitmap = writer.bitmapStart else { return try writer.bytes.appendNull(form) }
            guard form.framing != .fixed else {
                throw .invalidValue("null in a type that has none; use the nullable form of the type")
            }
            writer.bytes[bitmap + writer.column / 8] |= 1 << UInt8(writer.column % 8)
        }
    }

    /// Any value; see the methods by type for what each has to be.
    public mutating func value(
        _ value: TDSValue,
        layout: ValueLayout = .standard
    ) throws(TDSWireError) {
        if case .null = value { return try null() }
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(value, form, layout) }
    }

    public mutating func bit(_ value: Bool) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(bit: value, form) }
    }

    /// For `tinyint`, `smallint`, `int` and `bigint`, whose range it must be in.
    public mutating func integer(_ value: Int64) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(integer: value, form) }
    }

    /// For `real`, rounded, and `float`.
    public mutating func double(_ value: Double) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(double: value, form) }
    }

    /// For `smallmoney` and `money`, in ten-thousandths.
    public mutating func money(_ value: Int64) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(money: value, form) }
    }

    /// Must have the scale of the column and no more digits than it.
    public mutating func decimal(_ value: TDSDecimal) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(decimal: value, form) }
    }

    /// Days since 0001-01-01.
    public mutating func date(days: Int32) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(date: days, form) }
    }

    /// Ticks of 100 ns since midnight, a multiple of the unit of the column.
    public mutating func time(ticks: UInt64) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(time: ticks, form) }
    }

    /// Days since 0001-01-01 and ticks as in ``time(ticks:)``.
    public mutating func datetime2(days: Int32, ticks: UInt64) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(datetime2: days, ticks, form) }
    }

    /// Date and time in UTC, and the minutes that local time is later.
    public mutating func datetimeoffset(days: Int32, ticks: UInt64, offset: Int16) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in
            try writer.bytes.append(datetimeoffset: days, ticks, offset: offset, form)
        }
    }

    /// Days since 1900-01-01, negative before it, and three-hundredths of a second since midnight.
    public mutating func datetime(days: Int32, threeHundredths: UInt32) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in
            try writer.bytes.append(datetime: days, threeHundredths, form)
        }
    }

    /// Days since 1900-01-01 and minutes since midnight.
    public mutating func smalldatetime(days: UInt16, minutes: UInt16) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in
            try writer.bytes.append(smalldatetime: days, minutes, form)
        }
    }

    public mutating func guid(_ value: GUID) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(guid: value, form) }
    }

    /// The UTF-16 code units of an `nchar`, `nvarchar` or `ntext`. `nchar` is not padded.
    public mutating func units(_ value: [UInt16]) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(units: value, form) }
    }

    /// A text of any type of text: as UTF-16, or converted to the code page of the column. `char` and `nchar` are not padded.
    /// - Throws: Also ``TDSWireError`` with code `unsupported`, for a code page that is not converted.
    public mutating func text(_ value: String) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in try writer.bytes.append(text: value, form) }
    }

    /// The bytes of any type that has no fixed size, but `sql_variant`: of text in the code page of the column or UTF-16.
    public mutating func bytes(
        _ value: [UInt8],
        layout: ValueLayout = .standard
    ) throws(TDSWireError) {
        try write { (writer, form) throws(TDSWireError) in
            try form.expectContent(of: value.count)
            try writer.bytes.append(content: value, form, layout)
        }
    }

    // MARK: Large values

    /// Begins a value of a (max), `xml` or CLR type, that comes in chunks.
    /// - Parameter byteCount: The length of the value; `nil` for "unknown".
    public mutating func beginLargeValue(byteCount: Int?) throws(TDSWireError) {
        guard case .inRow = state, column < columns.count, columns.forms[column].framing == .chunked else {
            throw TDSWireError(.misuse, "a value in chunks is begun where the column has none", column: column)
        }
        if let byteCount, byteCount < 0 { throw .invalidValue("a value has \(byteCount) bytes") }
        bytes.append(number: byteCount.map { UInt64($0) } ?? Chunks.unknown)
        state = .inLargeValue(missing: byteCount)
    }

    /// Appends a chunk; one of no bytes is left out.
    public mutating func chunk(_ chunk: [UInt8]) throws(TDSWireError) {
        guard case .inLargeValue(let missing) = state else {
            throw TDSWireError(.misuse, "a chunk is written outside of a large value; begin it first", column: column)
        }
        if let missing {
            guard chunk.count <= missing else {
                throw .invalidValue("a large value has more bytes than it was begun with").located(column: column)
            }
            state = .inLargeValue(missing: missing - chunk.count)
        }
        bytes.appendChunks(chunk, of: .max)
    }

    public mutating func endLargeValue() throws(TDSWireError) {
        guard case .inLargeValue(let missing) = state, missing ?? 0 == 0 else {
            throw TDSWireError(.misuse, "a large value ends that has not begun or is not whole", column: column)
        }
        bytes.append(number: UInt32(0))
        state = .inRow
        column += 1
    }

    // MARK: Columns

    /// Writes the value of the next column. Where that fails, nothing of it stays.
    @inline(__always)
    private mutating func write(
        _ body: (inout RowWriter, ValueForm) throws(TDSWireError) -> Void
    ) throws(TDSWireError) {
        guard case .inRow = state, column < columns.count else { throw unexpectedValue() }
        let start = bytes.count
        do {
            try body(&self, columns.forms[column])
        } catch {
            bytes.removeLast(bytes.count - start)
            throw error.located(column: column)
        }
        column += 1
    }

    private func unexpectedValue() -> TDSWireError {
        TDSWireError(
            .misuse,
            "a value is written where no column waits for one; begin a row, or end it",
            column: column
        )
    }
}

extension ValueForm {
    /// Bytes given as such must be possible content of the type.
    fileprivate func expectContent(of count: Int) throws(TDSWireError) {
        switch kind {
        case .char, .binary, .xml, .udt: break
        case .nchar:
            guard count.isMultiple(of: 2) else { throw .invalidValue("UTF-16 text has half a code unit") }
        default: throw mismatch(with: .binary)
        }
    }
}
