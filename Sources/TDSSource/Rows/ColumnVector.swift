import CFreeTDS
import Columnar

/// The values of one column while a batch is filled.
///
/// Memory of its own in place of a ``ColumnBuilder``: a cell is a handful of nanoseconds there, and reference counts, checks for
/// uniqueness and calls into another module took as long as the whole of db-lib. It is bitwise copyable, so that nothing of
/// that happens here. ``RowReader`` owns it, frees it, and gives every row that it passes a place.
struct ColumnVector: BitwiseCopyable {
    private let number: Int32
    private let conversion: ColumnDecoder.Conversion
    private let scale: Int
    /// Of a decimal: how many bytes its magnitude has, and what the magnitude stays below.
    private let magnitudeBytes: Int
    private let limit: UInt128
    /// Bytes of a value in `values`.
    let stride: Int
    /// Bytes of a cell in db-lib's memory; 0 where they differ from cell to cell.
    private let cellBytes: Int
    /// Rows that there is memory for.
    private var capacity = 0
    /// One value of `stride` bytes for each row; of texts where they end in the pool.
    private var values: UnsafeMutableRawPointer?
    /// One bit for each row, 64 to a word.
    private var validity: UnsafeMutablePointer<UInt64>?
    private var hasNulls = false
    private var pool: UnsafeMutableRawPointer?
    /// Bytes of the texts.
    private(set) var poolCount = 0
    private var poolCapacity = 0

    /// What can become of a cell.
    enum Outcome {
        case appended
        /// The cell cannot be what its type says.
        case malformed
        /// The texts of the batch exceed 2 GiB.
        case tooLarge
    }

    init(_ decoder: ColumnDecoder) {
        number = decoder.number
        conversion = decoder.conversion
        scale = decoder.scale
        magnitudeBytes = CellDecoding.decimalBytes[decoder.precision]
        var limit: UInt128 = 1
        for _ in 0..<decoder.precision { limit *= 10 }
        self.limit = limit
        stride =
            switch decoder.field.type.vectorKind {
            case .bits: 1
            case .int32, .float, .bytes: 4
            case .int128: 16
            default: 8
            }
        cellBytes = decoder.conversion.cellBytes
    }

    // MARK: Memory

    /// Makes room for `rows` rows, of which the first `count` are there already.
    mutating func reserve(_ rows: Int, keeping count: Int) {
        guard rows > capacity else { return }
        let values = UnsafeMutableRawPointer.allocate(byteCount: rows * stride, alignment: 16)
        let words = (rows + 63) / 64
        let validity = UnsafeMutablePointer<UInt64>.allocate(capacity: words)
        validity.initialize(repeating: .max, count: words)
        if let old = self.values { values.copyMemory(from: old, byteCount: count * stride) }
        if let old = self.validity { validity.update(from: old, count: (count + 63) / 64) }
        self.values?.deallocate()
        self.validity?.deallocate()
        (self.values, self.validity, capacity) = (values, validity, rows)
    }

    /// Forgets all rows.
    mutating func removeAll() {
        if hasNulls { validity?.update(repeating: .max, count: (capacity + 63) / 64) }
        hasNulls = false
        poolCount = 0
    }

    mutating func deallocate() {
        values?.deallocate()
        validity?.deallocate()
        pool?.deallocate()
        (values, validity, pool, capacity, poolCapacity) = (nil, nil, nil, 0, 0)
    }

    // MARK: Appending

    /// Puts the cell of db-lib's current row into row `row`.
    @inline(__always)
    mutating func append(_ handle: OpaquePointer, row: Int) -> Outcome {
        guard let start = dbdata(handle, number) else {
            appendNull(row)
            return .appended
        }
        // That the cells are as wide as their type says was looked at before; only the lengths of texts have to be asked for.
        let count = cellBytes > 0 ? cellBytes : Int(dbdatlen(handle, number))
        return append(CellDecoding.Cell(start: start, count: count), row: row)
    }

    mutating func appendNull(_ row: Int) {
        guard row < capacity, let validity else { return }
        validity[row &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: row & 63))
        hasNulls = true
        switch conversion {
        case .time, .uniqueIdentifier, .unicode, .text, .xml, .bytes: endText(row)
        default: clear(row)
        }
    }

    @inline(__always)
    mutating func append(_ cell: CellDecoding.Cell, row: Int) -> Outcome {
        switch conversion {
        case .bit: store(CellDecoding.load(UInt8.self, cell), row)
        case .tinyint: store(CellDecoding.load(UInt8.self, cell).map { Int32($0) }, row)
        case .smallint: store(CellDecoding.load(Int16.self, cell).map { Int32($0) }, row)
        case .int: store(CellDecoding.load(Int32.self, cell), row)
        case .bigint: store(CellDecoding.load(Int64.self, cell), row)
        case .real: store(CellDecoding.load(UInt32.self, cell), row)
        case .float: store(CellDecoding.load(UInt64.self, cell), row)
        case .money: store(CellDecoding.money(cell).map { Int128($0) }, row)
        case .smallmoney: store(CellDecoding.load(Int32.self, cell).map { Int64($0) }, row)
        case .decimal64: store(CellDecoding.decimal64(cell, bytes: magnitudeBytes, limit: limit), row)
        case .decimal128: store(CellDecoding.decimal128(cell, bytes: magnitudeBytes, limit: limit), row)
        case .datetime: store(CellDecoding.datetime(cell), row)
        case .smalldatetime: store(CellDecoding.smallDatetime(cell), row)
        case .date: store(CellDecoding.date(cell), row)
        case .instant: store(CellDecoding.datetime2(cell), row)
        case .time: appendTime(cell, row)
        case .uniqueIdentifier: appendUniqueIdentifier(cell, row)
        case .unicode, .bytes: appendBytes(cell, row)
        case .text: CellDecoding.isASCII(cell) ? appendBytes(cell, row) : appendRepaired(cell, row)
        case .xml: appendBytes(CellDecoding.withoutByteOrderMark(cell), row)
        }
    }

    @inline(__always)
    private func store<T: BitwiseCopyable>(_ value: T?, _ row: Int) -> Outcome {
        guard let value, row < capacity, let values, MemoryLayout<T>.size == stride else { return .malformed }
        values.storeBytes(of: value, toByteOffset: row &* stride, as: T.self)
        return .appended
    }

    /// Puts zeros where there is no value: memory that was never written must not reach a batch.
    private func clear(_ row: Int) {
        guard row < capacity, let values else { return }
        values.advanced(by: row &* stride).initializeMemory(as: UInt8.self, repeating: 0, count: stride)
    }

    // MARK: Texts

    private func endText(_ row: Int) {
        guard row < capacity, let values else { return }
        values.storeBytes(of: Int32(truncatingIfNeeded: poolCount), toByteOffset: row &* 4, as: Int32.self)
    }

    @inline(__always)
    private mutating func appendBytes(_ bytes: CellDecoding.Cell, _ row: Int) -> Outcome {
        guard let place = makeRoom(bytes.count) else { return .tooLarge }
        if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
        poolCount &+= bytes.count
        endText(row)
        return .appended
    }

    /// Appends text of which it is not known that it is UTF-8: with a UTF-8 collation the server's bytes come as they are.
    private mutating func appendRepaired(_ text: CellDecoding.Cell, _ row: Int) -> Outcome {
        var repaired = String(decoding: text, as: UTF8.self)
        return repaired.withUTF8 { appendBytes(UnsafeRawBufferPointer($0), row) }
    }

    private mutating func appendTime(_ cell: CellDecoding.Cell, _ row: Int) -> Outcome {
        guard let ticks = CellDecoding.time(cell) else { return .malformed }
        guard let place = makeRoom(16) else { return .tooLarge }
        let buffer = UnsafeMutableRawBufferPointer(start: place, count: 16)
        guard let written = CellDecoding.writeTime(ticks, scale: scale, buffer) else { return .malformed }
        poolCount += written
        endText(row)
        return .appended
    }

    private mutating func appendUniqueIdentifier(_ cell: CellDecoding.Cell, _ row: Int) -> Outcome {
        guard let place = makeRoom(36) else { return .tooLarge }
        let buffer = UnsafeMutableRawBufferPointer(start: place, count: 36)
        guard let written = CellDecoding.writeUniqueIdentifier(cell, buffer) else { return .malformed }
        poolCount += written
        endText(row)
        return .appended
    }

    /// Where `bytes` more bytes of text go; `nil` where they would exceed 2 GiB.
    @inline(__always)
    private mutating func makeRoom(_ bytes: Int) -> UnsafeMutableRawPointer? {
        if let pool, bytes <= poolCapacity &- poolCount { return pool.advanced(by: poolCount) }
        return grow(by: bytes)
    }

    @inline(never)
    private mutating func grow(by bytes: Int) -> UnsafeMutableRawPointer? {
        let needed = poolCount + bytes
        guard bytes >= 0, needed <= Int(Int32.max) else { return nil }
        poolCapacity = min(max(needed, poolCapacity * 2, 4096), Int(Int32.max))
        let grown = UnsafeMutableRawPointer.allocate(byteCount: poolCapacity, alignment: 16)
        if let pool { grown.copyMemory(from: pool, byteCount: poolCount) }
        pool?.deallocate()
        pool = grown
        return grown.advanced(by: poolCount)
    }

    // MARK: Handing out

    /// The first `count` rows, copied.
    func column(_ type: DataType, count: Int) -> Column {
        precondition(count <= capacity, "more rows than were appended")
        let values: Column.Values =
            switch type.vectorKind {
            case .bits: .bits(Bitmap(copy(UInt8.self, count).lazy.map { $0 != 0 }))
            case .int32: .int32(copy(Int32.self, count))
            case .int64: .int64(copy(Int64.self, count))
            case .int128: .int128(copy(Int128.self, count))
            case .float: .float(copy(Float.self, count))
            case .double: .double(copy(Double.self, count))
            default: .bytes(ByteVector(trusted: copyOffsets(count), pool: copyPool()))
            }
        return Column(trusted: type, values, validity: hasNulls ? copyValidity(count) : nil)
    }

    private func copy<T: BitwiseCopyable>(_ type: T.Type, _ count: Int) -> [T] {
        guard let values else { return [] }
        return Array(UnsafeRawBufferPointer(start: values, count: count * stride).bindMemory(to: T.self))
    }

    /// Where the texts begin and end: the first begins at 0.
    private func copyOffsets(_ count: Int) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: count + 1) { offsets, initialized in
            offsets.initializeElement(at: 0, to: 0)
            if let values, count > 0, let start = offsets.baseAddress {
                UnsafeMutableRawPointer(start + 1).copyMemory(from: values, byteCount: count * stride)
            }
            initialized = count + 1
        }
    }

    private func copyPool() -> [UInt8] {
        guard let pool else { return [] }
        return Array(UnsafeRawBufferPointer(start: pool, count: poolCount))
    }

    private func copyValidity(_ count: Int) -> Bitmap? {
        guard let validity else { return nil }
        return Bitmap(words: Array(UnsafeBufferPointer(start: validity, count: (count + 63) / 64)), count: count)
    }
}
