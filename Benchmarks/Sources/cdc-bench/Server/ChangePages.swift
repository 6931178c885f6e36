import Columnar
import Foundation
import TDSWire

/// Pages of a change table that holds one transaction of five million inserts.
///
/// A page is encoded once; for each that is asked for, positions and keys are put into it, the rest of the rows repeats.
struct ChangePages: Sendable {
    static let instance = "dbo_bulk_orders"
    private let template: [UInt8]
    private let rows: [Row]
    private let empty: [UInt8]

    /// Where the parts of a row stand that differ from page to page.
    private struct Row {
        var startLSN: Int
        var sequence: Int
        var key: Int
    }

    init() throws {
        let columns = ResultColumns(
            [
                ColumnDescription("__$start_lsn", .binary(10)), ColumnDescription("__$command_id", .int),
                ColumnDescription("__$seqval", .binary(10)), ColumnDescription("__$operation", .int),
                ColumnDescription("__$update_mask", .varbinary(128)),
                ColumnDescription("__$commit_time", .datetimeoffset(scale: 3)),
            ] + OrdersOnTheWire.captured
        )
        let zeros = [UInt8](repeating: 0, count: 10)
        var writer = RowWriter(columns)
        try writer.append(.columns(columns))
        var rows: [Row] = []
        let batch = try Orders.rows(1...Workbench.rowsPerPage, seed: 11)
        for row in 0..<batch.rowCount {
            try writer.beginRow()
            let start = writer.bytes.count + 2  // behind the length
            try writer.bytes(zeros)
            try writer.integer(1)
            let sequence = writer.bytes.count + 2
            try writer.bytes(zeros)
            try writer.integer(2)
            try writer.bytes([0xFF, 0x01])
            try writer.datetimeoffset(days: 738_000, ticks: 432_000_000_000, offset: 0)
            rows.append(Row(startLSN: start, sequence: sequence, key: writer.bytes.count + 1))
            try OrdersOnTheWire.writeValues(batch, row, into: &writer)
            try writer.endRow()
        }
        try writer.append(.done(PreparedReplies.done(rows.count)))
        template = writer.takeBytes()
        self.rows = rows
        try writer.append(.columns(columns))
        try writer.append(.done(PreparedReplies.done(0)))
        empty = writer.takeBytes()
    }

    /// The page that a statement asks for; `nil` where it asks for something else.
    func answer(_ statement: String) -> [UInt8]? {
        guard statement.contains("FROM cdc.[\(Self.instance)_CT] AS c"), let lsn = Self.binary("through", statement)
        else { return nil }
        precondition(statement.contains("@rows = \(rows.count)"), "pages have \(rows.count) rows")
        // The sequence of the row that was read last is its number, counted from 1.
        let done = Self.binary("sequence", statement)?.suffix(8).reduce(0) { $0 << 8 | Int($1) } ?? 0
        if done >= Workbench.changesOfOneTransaction { return empty }
        var page = template
        page.withUnsafeMutableBytes { bytes in
            for (index, row) in rows.enumerated() {
                let number = done + index + 1
                bytes[row.startLSN..<row.startLSN + lsn.count].copyBytes(from: lsn)
                bytes.storeBytes(of: UInt64(number).bigEndian, toByteOffset: row.sequence + 2, as: UInt64.self)
                bytes.storeBytes(of: Int32(number).littleEndian, toByteOffset: row.key, as: Int32.self)
            }
        }
        return page
    }

    /// The bytes of an argument that is written as `@name = 0x…`.
    private static func binary(_ name: String, _ statement: String) -> [UInt8]? {
        guard let start = statement.range(of: "@\(name) = 0x")?.upperBound else { return nil }
        let digits = statement[start...].prefix { $0.isHexDigit }
        guard digits.count == 20 else { return nil }
        var bytes: [UInt8] = []
        var rest = digits[...]
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
