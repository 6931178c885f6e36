/// Reads structures in Thrift's compact protocol, the language of Parquet's footer and page headers.
///
/// Everything that is read is outside data: lengths are checked against the bytes that are left, nesting is limited, and an
/// unknown field is skipped.
///
/// Source: Apache Thrift, "Thrift Compact protocol encoding".
struct ThriftReader {
    private let bytes: UnsafeRawBufferPointer
    /// How many bytes have been read.
    private(set) var position = 0
    private var depth = 0

    /// Far more than Parquet's own structures need.
    private static let maximumDepth = 64

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    struct Field {
        var id: Int16
        fileprivate var type: UInt8
    }

    // MARK: Structures

    /// Reads a structure field by field: `body` reads the value of the fields it knows and returns `true`, or returns
    /// `false` for those it does not, which are then skipped.
    @inline(__always)
    mutating func structure(
        _ body: (inout ThriftReader, Field) throws(ParquetError) -> Bool
    ) throws(ParquetError) {
        try enter()
        var last: Int16 = 0
        while let field = try nextField(after: last) {
            last = field.id
            if try !body(&self, field) { try skip(field.type) }
        }
        depth -= 1
    }

    /// Reads the structure that is the value of `field`.
    @inline(__always)
    mutating func structure(
        _ field: Field,
        _ body: (inout ThriftReader, Field) throws(ParquetError) -> Bool
    ) throws(ParquetError) {
        try expect(field.type, 12)
        try structure(body)
    }

    /// Reads a list of structures; `body` reads one of them, through ``structure(_:)``.
    mutating func structures(
        _ field: Field,
        _ body: (inout ThriftReader) throws(ParquetError) -> Void
    ) throws(ParquetError) {
        let count = try listHeader(field, of: 12)
        for _ in 0..<count { try body(&self) }
    }

    private mutating func nextField(after last: Int16) throws(ParquetError) -> Field? {
        let header = try byte()
        if header == 0 { return nil }
        let delta = Int16(header >> 4)
        let (id, overflow) = delta == 0 ? (try zigzag16(), false) : last.addingReportingOverflow(delta)
        if overflow { throw .corrupt("the footer or a page header has a field number out of range") }
        return Field(id: id, type: header & 0x0F)
    }

    // MARK: Values

    mutating func boolean(_ field: Field) throws(ParquetError) -> Bool {
        guard field.type == 1 || field.type == 2 else { throw unexpected(field.type) }
        return field.type == 1
    }

    /// A whole number of any width.
    mutating func integer(_ field: Field) throws(ParquetError) -> Int64 {
        switch field.type {
        case 3: return Int64(Int8(bitPattern: try byte()))
        case 4, 5, 6: return try zigzag()
        default: throw unexpected(field.type)
        }
    }

    mutating func int32(_ field: Field) throws(ParquetError) -> Int32 {
        guard let value = Int32(exactly: try integer(field)) else {
            throw .corrupt("the footer or a page header has a number beyond 32 bits")
        }
        return value
    }

    /// A size, a count or a place: not negative.
    mutating func size(_ field: Field) throws(ParquetError) -> Int {
        let value = try integer(field)
        guard value >= 0, let size = Int(exactly: value) else {
            throw .corrupt("the footer or a page header has \(value) as a size")
        }
        return size
    }

    mutating func binary(_ field: Field) throws(ParquetError) -> [UInt8] {
        try expect(field.type, 8)
        return try binary()
    }

    /// Text; bytes that are not UTF-8 are repaired.
    mutating func string(_ field: Field) throws(ParquetError) -> String {
        String(decoding: try binary(field), as: UTF8.self)
    }

    mutating func strings(_ field: Field) throws(ParquetError) -> [String] {
        let count = try listHeader(field, of: 8)
        var values: [String] = []
        for _ in 0..<count { values.append(String(decoding: try binary(), as: UTF8.self)) }
        return values
    }

    mutating func binaries(_ field: Field) throws(ParquetError) -> [[UInt8]] {
        let count = try listHeader(field, of: 8)
        var values: [[UInt8]] = []
        for _ in 0..<count { values.append(try binary()) }
        return values
    }

    mutating func integers(_ field: Field) throws(ParquetError) -> [Int64] {
        try expect(field.type, 9)
        let (count, type) = try collectionHeader()
        if count > 0, !(4...6).contains(type) { throw unexpected(type) }
        var values: [Int64] = []
        for _ in 0..<count { values.append(try zigzag()) }
        return values
    }

    mutating func booleans(_ field: Field) throws(ParquetError) -> [Bool] {
        try expect(field.type, 9)
        let (count, type) = try collectionHeader()
        if count > 0, type != 1, type != 2 { throw unexpected(type) }
        var values: [Bool] = []
        for _ in 0..<count { values.append(try byte() == 1) }
        return values
    }

    // MARK: The protocol

    private mutating func byte() throws(ParquetError) -> UInt8 {
        guard position < bytes.count else { throw .corrupt("the footer or a page header ends too early") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func varint() throws(ParquetError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = try byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        throw .corrupt("the footer or a page header has a number of more than 64 bits")
    }

    private mutating func zigzag() throws(ParquetError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private mutating func zigzag16() throws(ParquetError) -> Int16 {
        guard let value = Int16(exactly: try zigzag()) else {
            throw .corrupt("the footer or a page header has a field number out of range")
        }
        return value
    }

    private mutating func length() throws(ParquetError) -> Int {
        let value = try varint()
        guard value <= UInt64(bytes.count - position) else {
            throw .corrupt("the footer or a page header names \(value) bytes or elements and has fewer")
        }
        return Int(value)
    }

    private mutating func binary() throws(ParquetError) -> [UInt8] {
        let count = try length()
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// The number of elements, which is never more than the bytes that are left, and their type.
    private mutating func collectionHeader() throws(ParquetError) -> (Int, UInt8) {
        let header = try byte()
        let count = header >> 4 == 15 ? try length() : Int(header >> 4)
        guard count <= bytes.count - position else {
            throw .corrupt("the footer or a page header names \(count) elements and has fewer")
        }
        return (count, header & 0x0F)
    }

    private mutating func listHeader(_ field: Field, of element: UInt8) throws(ParquetError) -> Int {
        try expect(field.type, 9)
        let (count, type) = try collectionHeader()
        if count > 0 { try expect(type, element) }
        return count
    }

    private mutating func skip(_ type: UInt8) throws(ParquetError) {
        switch type {
        case 1, 2: break
        case 3: _ = try byte()
        case 4, 5, 6: _ = try varint()
        case 7: try advance(8)
        case 8: try advance(try length())
        case 9, 10:
            try enter()
            let (count, element) = try collectionHeader()
            for _ in 0..<count { try skipElement(element) }
            depth -= 1
        case 11:
            try enter()
            let count = try length()
            if count > 0 {
                let types = try byte()
                for _ in 0..<count {
                    try skipElement(types >> 4)
                    try skipElement(types & 0x0F)
                }
            }
            depth -= 1
        case 12: try structure { (_, _) throws(ParquetError) -> Bool in false }
        case 13: try advance(16)
        default: throw unexpected(type)
        }
    }

    /// Inside a list or a map a boolean takes a byte; as a field it takes none.
    private mutating func skipElement(_ type: UInt8) throws(ParquetError) {
        if type == 1 || type == 2 { _ = try byte() } else { try skip(type) }
    }

    private mutating func advance(_ count: Int) throws(ParquetError) {
        guard count <= bytes.count - position else {
            throw .corrupt("the footer or a page header ends too early")
        }
        position += count
    }

    private mutating func enter() throws(ParquetError) {
        depth += 1
        if depth > ThriftReader.maximumDepth {
            throw .corrupt("the footer or a page header is nested more than \(ThriftReader.maximumDepth) deep")
        }
    }

    private func expect(_ type: UInt8, _ expected: UInt8) throws(ParquetError) {
        if type != expected { throw unexpected(type) }
    }

    private func unexpected(_ type: UInt8) -> ParquetError {
        .corrupt("the footer or a page header has a value of an unexpected type (\(type))")
    }
}
