/// A row as the log keeps it: the values of its columns by their ids.
struct RowImage {
    private(set) var values: [Int: StoredValue] = [:]

    init(_ values: [StoredValue], of table: TableObject) {
        for (column, value) in zip(table.columns, values) where value != .null && column.computation == nil {
            self.values[column.id] = value
        }
    }

    func value(_ column: Int) -> StoredValue { values[column] ?? .null }

    // MARK: Bytes

    /// For each column its id and kind, then a number or a length and bytes, all most significant byte first.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for (column, value) in values.sorted(by: { $0.key < $1.key }) {
            bytes += BigEndian.bytes(UInt64(column), count: 4)
            switch value {
            case .null: bytes.append(0)
            case .integer(let number): bytes += [1] + BigEndian.bytes(UInt64(bitPattern: number), count: 8)
            case .real(let number): bytes += [2] + BigEndian.bytes(number.bitPattern, count: 8)
            case .text(let text): bytes += [3] + BigEndian.bytes(UInt64(text.count), count: 8) + text
            case .blob(let blob): bytes += [4] + BigEndian.bytes(UInt64(blob.count), count: 8) + blob
            }
        }
        return bytes
    }

    init(bytes: [UInt8]) throws(SQLError) {
        var rest = bytes[...]
        func take(_ count: Int) throws(SQLError) -> ArraySlice<UInt8> {
            guard count >= 0, rest.count >= count else { throw Self.damaged }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func number() throws(SQLError) -> UInt64 { BigEndian.number(try take(8)) }
        while !rest.isEmpty {
            let column = Int(BigEndian.number(try take(4)))
            switch try take(1).first {
            case 0: values[column] = .null
            case 1: values[column] = .integer(Int64(bitPattern: try number()))
            case 2: values[column] = .real(Double(bitPattern: try number()))
            case 3: values[column] = .text(Array(try take(Int(clamping: try number()))))
            case 4: values[column] = .blob(Array(try take(Int(clamping: try number()))))
            default: throw Self.damaged
            }
        }
    }

    /// The image that a log entry has; `nil` where it has none.
    init?(_ stored: StoredValue) throws(SQLError) {
        guard case .blob(let bytes) = stored else { return nil }
        try self.init(bytes: bytes)
    }

    static let damaged = SQLError(
        9004,
        "An error occurred while processing the log: a row image is damaged.",
        severity: 21
    )
}

/// The ids of columns as the log keeps them.
enum ColumnSet {
    static func bytes(_ columns: Set<Int>) -> [UInt8] {
        columns.sorted().flatMap { BigEndian.bytes(UInt64($0), count: 4) }
    }

    static func columns(_ stored: StoredValue) -> Set<Int> {
        guard case .blob(let bytes) = stored else { return [] }
        return Set(
            stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { Int(BigEndian.number(bytes[$0..<$0 + 4])) }
        )
    }
}

/// `__$update_mask`: a bit for each captured column, those of the first eight in the last byte.
enum UpdateMask {
    /// - Parameter ordinals: From 1.
    static func bytes(_ ordinals: some Sequence<Int>, count: Int) -> [UInt8] {
        var mask = [UInt8](repeating: 0, count: (count + 7) / 8)
        for ordinal in ordinals where 1...max(1, count) ~= ordinal {
            mask[mask.count - 1 - (ordinal - 1) / 8] |= 1 << UInt8((ordinal - 1) % 8)
        }
        return mask
    }

    static func all(_ count: Int) -> [UInt8] { bytes(1...max(1, count), count: count) }

    static func isSet(_ ordinal: Int, in mask: [UInt8]) -> Bool {
        guard ordinal > 0, (ordinal - 1) / 8 < mask.count else { return false }
        return mask[mask.count - 1 - (ordinal - 1) / 8] & 1 << UInt8((ordinal - 1) % 8) != 0
    }
}
