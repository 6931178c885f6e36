import CSQLite

extension StoredValue {
    /// The value of an argument of a function.
    init(_ value: OpaquePointer?) {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(sqlite3_value_double(value))
        case SQLITE_TEXT:
            // The text is asked for before its length: asking converts.
            let start = sqlite3_value_text(value)
            self = .text(Self.bytes(UnsafeRawPointer(start), count: Int(sqlite3_value_bytes(value))))
        case SQLITE_BLOB:
            let start = sqlite3_value_blob(value)
            self = .blob(Self.bytes(start, count: Int(sqlite3_value_bytes(value))))
        default: self = .null
        }
    }

    /// The value in a column of the row on which a statement stands.
    init(_ statement: OpaquePointer?, column: Int32) {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: self = .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            let start = sqlite3_column_text(statement, column)
            self = .text(Self.bytes(UnsafeRawPointer(start), count: Int(sqlite3_column_bytes(statement, column))))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            self = .blob(Self.bytes(start, count: Int(sqlite3_column_bytes(statement, column))))
        default: self = .null
        }
    }

    private static func bytes(_ start: UnsafeRawPointer?, count: Int) -> [UInt8] {
        guard let start, count > 0 else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Gives the value to a parameter of a statement.
    func bind(to statement: OpaquePointer?, at index: Int32) -> Int32 {
        switch self {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .real(let number): sqlite3_bind_double(statement, index, number)
        case .text(let bytes):
            Self.withCharacters(bytes) { start, count in
                sqlite3_bind_text64(statement, index, start, count, Self.transient, UInt8(SQLITE_UTF8))
            }
        case .blob(let bytes):
            bytes.withUnsafeBytes { buffer in
                buffer.isEmpty
                    ? sqlite3_bind_zeroblob(statement, index, 0)
                    : sqlite3_bind_blob64(statement, index, buffer.baseAddress, UInt64(buffer.count), Self.transient)
            }
        }
    }

    /// Makes the value the result of a function.
    func give(to context: OpaquePointer?) {
        switch self {
        case .null: sqlite3_result_null(context)
        case .integer(let number): sqlite3_result_int64(context, number)
        case .real(let number): sqlite3_result_double(context, number)
        case .text(let bytes):
            Self.withCharacters(bytes) { start, count in
                sqlite3_result_text64(context, start, count, Self.transient, UInt8(SQLITE_UTF8))
            }
        case .blob(let bytes):
            bytes.withUnsafeBytes { buffer in
                buffer.isEmpty
                    ? sqlite3_result_zeroblob(context, 0)
                    : sqlite3_result_blob64(context, buffer.baseAddress, UInt64(buffer.count), Self.transient)
            }
        }
    }

    /// Tells SQLite to copy what it is given.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// The bytes as C sees characters. An empty text is not NULL, so its pointer must not be.
    private static func withCharacters<T>(_ bytes: [UInt8], _ work: (UnsafePointer<CChar>?, UInt64) -> T) -> T {
        (bytes + [0]).withUnsafeBytes { work($0.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count)) }
    }
}
