import CDCCore
import Columnar

/// Answers small questions about the server: a connection, or a pool of them.
protocol MetadataSource: Sendable {
    /// All rows of the one result of a batch.
    func metadata(_ batch: String) async throws -> MetadataRows
}

/// A small result, whose values are had by the names of their columns.
struct MetadataRows: Sendable {
    private let batch: RecordBatch

    init(_ batch: RecordBatch) { self.batch = batch }

    var count: Int { batch.rowCount }

    func string(_ row: Int, _ column: String) throws -> String {
        try present(optionalString(row, column), column)
    }

    func optionalString(_ row: Int, _ column: String) throws -> String? {
        switch try value(row, column) {
        case .null: nil
        case .string(let text): text
        default: throw mismatch(column)
        }
    }

    func integer(_ row: Int, _ column: String) throws -> Int {
        try present(optionalInteger(row, column), column)
    }

    func optionalInteger(_ row: Int, _ column: String) throws -> Int? {
        switch try value(row, column) {
        case .null: nil
        case .integer(let number): Int(number)
        case .boolean(let flag): flag ? 1 : 0
        default: throw mismatch(column)
        }
    }

    func bool(_ row: Int, _ column: String) throws -> Bool { try integer(row, column) != 0 }
    func optionalBool(_ row: Int, _ column: String) throws -> Bool? { try optionalInteger(row, column).map { $0 != 0 } }

    /// An LSN of ten bytes; `nil` for NULL and for ten zero bytes, by which SQL Server says "none".
    func optionalLSN(_ row: Int, _ column: String) throws -> LSN? {
        switch try value(row, column) {
        case .null: return nil
        case .binary(let bytes):
            guard let lsn = LSN(bytes) else { throw mismatch(column) }
            return lsn == .zero ? nil : lsn
        default: throw mismatch(column)
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    func optionalTime(_ row: Int, _ column: String) throws -> Int64? {
        switch try value(row, column) {
        case .null: nil
        case .timestamp(let time), .timestampNTZ(let time): time
        default: throw mismatch(column)
        }
    }

    private func value(_ row: Int, _ column: String) throws -> Value {
        try batch.column(column).value(at: row)
    }

    private func present<T>(_ value: T?, _ column: String) throws -> T {
        guard let value else {
            throw TDSError(
                .unexpectedResult,
                "the server's catalogue holds NULL in '\(column)', where a value was expected"
            )
        }
        return value
    }

    private func mismatch(_ column: String) -> TDSError {
        TDSError(.unexpectedResult, "the server's catalogue holds a value of another type in '\(column)'")
    }
}
