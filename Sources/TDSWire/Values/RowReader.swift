/// Decodes the values of a row, column by column.
///
/// Each method reads the value of the next column; `nil` is null. The method has to be the one for the type of the column:
/// otherwise it throws an error with code `typeMismatch`, and the reader stays where it is. Not to be shared between threads.
public struct RowReader {
    /// The column whose value comes next, counted from 0.
    public private(set) var column = 0
    /// The layout of the value that was read last.
    public var layout: ValueLayout { unusualLayout ?? .standard }

    private var unusualLayout: ValueLayout?
    private let forms: [ValueForm]
    private let hasNullBitmap: Bool
    private let bitmapStart: Int
    private var reader: ByteReader

    public init(_ row: Row) {
        forms = row.columns.forms
        hasNullBitmap = row.hasNullBitmap
        bitmapStart = row.range.lowerBound
        // A row from a TokenReader has its bitmap; one that had not would end at the first value.
        let start = min(row.range.upperBound, bitmapStart + (hasNullBitmap ? row.columns.bitmapBytes : 0))
        reader = ByteReader(row.bytes, start..<row.range.upperBound, endIsAnnounced: true)
    }

    /// Whether all columns have been read.
    public var isAtEnd: Bool { column == forms.count }

    /// The next value, whatever its type.
    public mutating func value() throws(TDSWireError) -> TDSValue {
        try decode { (form, frame) throws(TDSWireError) in try TDSValue(form, in: &frame) }
    }

    public mutating func skip() throws(TDSWireError) {
        try decode { (_, frame) throws(TDSWireError) in frame.content = nil }
    }

    // MARK: By type

    public mutating func bit() throws(TDSWireError) -> Bool? {
        try content(.bit) { (_, content) throws(TDSWireError) in try content.byte() != 0 }
    }

    /// A `tinyint`, `smallint`, `int` or `bigint`.
    public mutating func integer() throws(TDSWireError) -> Int64? {
        try content(.integer) { (_, content) throws(TDSWireError) in
            switch content.remaining {
            case 1: Int64(try content.byte())
            case 2: Int64(try content.number(Int16.self))
            case 4: Int64(try content.number(Int32.self))
            default: try content.number(Int64.self)
            }
        }
    }

    /// A `real` or `float`.
    public mutating func double() throws(TDSWireError) -> Double? {
        try content(.float) { (_, content) throws(TDSWireError) in
            content.remaining == 4
                ? Double(Float(bitPattern: try content.number())) : Double(bitPattern: try content.number())
        }
    }

    /// A `smallmoney` or `money`, in ten-thousandths.
    public mutating func money() throws(TDSWireError) -> Int64? {
        try content(.money) { (_, content) throws(TDSWireError) in
            content.remaining == 4 ? Int64(try content.number(Int32.self)) : try content.money()
        }
    }

    public mutating func decimal() throws(TDSWireError) -> TDSDecimal? {
        try content(.decimal) { (form, content) throws(TDSWireError) in try content.decimal(scale: form.scale) }
    }

    /// Days since 0001-01-01.
    public mutating func date() throws(TDSWireError) -> Int32? {
        try content(.date) { (_, content) throws(TDSWireError) in try content.date() }
    }

    /// Ticks of 100 ns since midnight.
    public mutating func time() throws(TDSWireError) -> UInt64? {
        try content(.time) { (form, content) throws(TDSWireError) in
            try content.time(scale: form.scale, within: content.remaining)
        }
    }

    /// Days since 0001-01-01 and ticks of 100 ns since midnight.
    public mutating func datetime2() throws(TDSWireError) -> (days: Int32, ticks: UInt64)? {
        try content(.datetime2) { (form, content) throws(TDSWireError) in
            let ticks = try content.time(scale: form.scale, within: content.remaining - 3)
            return (try content.date(), ticks)
        }
    }

    /// As ``datetime2()``, in UTC, and the minutes that local time is later.
    public mutating func datetimeoffset() throws(TDSWireError) -> (days: Int32, ticks: UInt64, offset: Int16)? {
        try content(.datetimeoffset) { (form, content) throws(TDSWireError) in
            let ticks = try content.time(scale: form.scale, within: content.remaining - 5)
            let days = try content.date()
            return (days, ticks, try content.number())
        }
    }

    /// A `datetime` or `smalldatetime`: days since 1900-01-01 and three-hundredths of a second since midnight.
    public mutating func datetime() throws(TDSWireError) -> (days: Int32, threeHundredths: UInt32)? {
        try content(.datetime) { (_, content) throws(TDSWireError) in
            if content.remaining != 4 { return try content.datetime() }
            let (days, minutes) = try content.smalldatetime()
            return (Int32(days), UInt32(minutes) * 60 * 300)
        }
    }

    public mutating func guid() throws(TDSWireError) -> GUID? {
        try content(.guid) { (_, content) throws(TDSWireError) in try content.guid() }
    }

    /// The code units of `nchar`, `nvarchar` or `ntext`.
    public mutating func units() throws(TDSWireError) -> [UInt16]? {
        try content(.nchar) { (_, content) throws(TDSWireError) in try content.remainingUnits() }
    }

    /// The text of any type of text; that of `char`, `varchar` and `text` is converted from the code page.
    /// - Throws: Also ``TDSWireError`` with code `unsupported`, for a code page that is not converted; ``bytes()`` then reads the value.
    public mutating func text() throws(TDSWireError) -> String? {
        try expect { $0 == .nchar || $0 == .char || $0 == .xml }
        return try decode { (form, frame) throws(TDSWireError) in
            guard var content = frame.content else { return nil }
            switch form.kind {
            case .char: return try form.collation.requireCodePage().decode(content.rest())
            case .nchar: return String(decoding: try content.remainingUnits(), as: UTF16.self)
            default: return try TDSValue(form, in: &frame).text()
            }
        }
    }

    /// The bytes of any type that has no fixed size, but `sql_variant`: of text in the code page or UTF-16.
    public mutating func bytes() throws(TDSWireError) -> [UInt8]? {
        try expect { [.char, .nchar, .binary, .xml, .udt].contains($0) }
        return try decode { (_, frame) throws(TDSWireError) in frame.content?.rest() }
    }

    // MARK: Columns

    private func expect(_ isExpected: (ValueForm.Kind) -> Bool) throws(TDSWireError) {
        guard column < forms.count else {
            throw TDSWireError(.misuse, "the row has no more columns; begin the next row")
        }
        guard isExpected(forms[column].kind) else {
            throw TDSWireError(
                .typeMismatch,
                "a column of kind \(forms[column].kind) is read as something else; ask for its own type",
                column: column
            )
        }
    }

    @inline(__always)
    private mutating func content<T>(
        _ kind: ValueForm.Kind,
        _ decode: (ValueForm, inout ByteReader) throws(TDSWireError) -> T
    ) throws(TDSWireError) -> T? {
        try expect { $0 == kind }
        return try self.decode { (form, frame) throws(TDSWireError) in
            guard var content = frame.content else { return nil }
            let value = try decode(form, &content)
            try content.expectEnd(of: "value")
            return value
        }
    }

    @inline(__always)
    private mutating func decode<T>(
        _ decode: (ValueForm, inout ValueFrame) throws(TDSWireError) -> T
    ) throws(TDSWireError) -> T {
        guard column < forms.count else {
            throw TDSWireError(.misuse, "the row has no more columns; begin the next row")
        }
        let form = forms[column]
        let start = reader.position
        do {
            var frame = try nextFrame(form)
            unusualLayout = frame.unusualLayout
            let value = try decode(form, &frame)
            column += 1
            return value
        } catch {
            reader = ByteReader(reader.bytes, start..<reader.end, endIsAnnounced: true)
            throw error.located(column: column)
        }
    }

    @inline(__always)
    private mutating func nextFrame(_ form: ValueForm) throws(TDSWireError) -> ValueFrame {
        if hasNullBitmap {
            let place = bitmapStart + column / 8
            guard place < reader.end else {
                throw .malformed("a row is shorter than the bitmap of its nulls", at: place)
            }
            if reader.bytes[place] >> UInt8(column % 8) & 1 != 0 { return .null }
        }
        return try ValueFrame(form, &reader)
    }
}
