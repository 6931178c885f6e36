import CFreeTDS

/// Reads single cells as db-lib lays them out in the machine's byte order; `nil` where a cell cannot be what its type says.
///
/// Source: `sybdb.h`, MS-TDS 2.2.5.5.
enum CellDecoding {
    typealias Cell = UnsafeRawBufferPointer

    /// Microseconds from 1900-01-01 back to the epoch, and the days between.
    private static let daysFrom1900To1970: Int32 = 25_567
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    // MARK: Numbers

    @inline(__always)
    static func load<T: BitwiseCopyable>(_ type: T.Type, _ cell: Cell) -> T? {
        guard cell.count >= MemoryLayout<T>.size else { return nil }
        return cell.loadUnaligned(as: T.self)
    }

    /// Ten-thousandths of a `money`: the upper half stands first.
    @inline(__always)
    static func money(_ cell: Cell) -> Int64? {
        guard cell.count >= 8 else { return nil }
        let high = Int64(cell.loadUnaligned(as: Int32.self))
        return high << 32 | Int64(cell.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }

    /// How many bytes of magnitude a decimal of 0…38 digits has in `DBNUMERIC`, which ends with sign and 32 bytes.
    static let decimalBytes: [Int] = (0...38).map { digits in
        // The fewest bytes that hold 10^digits − 1.
        var limit: UInt128 = 1
        for _ in 0..<digits { limit *= 10 }
        return max(1, (128 - (limit - 1).leadingZeroBitCount + 7) / 8)
    }

    /// The unscaled value of a decimal of at most 18 digits, of which `bytes` bytes are magnitude.
    @inline(__always)
    static func decimal64(_ cell: Cell, bytes: Int, limit: UInt128) -> Int64? {
        guard cell.count >= 11, (1...8).contains(bytes) else { return nil }
        let read = UInt64(bigEndian: cell.loadUnaligned(fromByteOffset: 3, as: UInt64.self))
        let magnitude = read &>> UInt64(64 - 8 * bytes)
        guard magnitude < UInt64(truncatingIfNeeded: limit) else { return nil }
        return cell[2] == 0 ? Int64(magnitude) : -Int64(magnitude)
    }

    /// The unscaled value of a decimal of up to 38 digits.
    @inline(__always)
    static func decimal128(_ cell: Cell, bytes: Int, limit: UInt128) -> Int128? {
        guard cell.count >= 19, (1...16).contains(bytes) else { return nil }
        let read = UInt128(bigEndian: cell.loadUnaligned(fromByteOffset: 3, as: UInt128.self))
        let magnitude = read &>> UInt128(128 - 8 * bytes)
        guard magnitude < limit else { return nil }
        return cell[2] == 0 ? Int128(magnitude) : -Int128(magnitude)
    }

    // MARK: Times

    /// Microseconds since 1970 of a `datetime`, which counts 1/300 s and is shown by the server to .000, .003 or .007.
    @inline(__always)
    static func datetime(_ cell: Cell) -> Int64? {
        guard cell.count >= 8 else { return nil }
        let ticks = Int64(cell.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard let midnight = midnight(cell.loadUnaligned(as: Int32.self)), ticks < 86_400 * 300 else { return nil }
        return midnight + (ticks * 1000 + 150) / 300 * 1000
    }

    /// Microseconds since 1970 of a `smalldatetime`, which counts minutes.
    @inline(__always)
    static func smallDatetime(_ cell: Cell) -> Int64? {
        guard cell.count >= 4 else { return nil }
        let minutes = Int64(cell.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        guard let midnight = midnight(Int32(cell.loadUnaligned(as: UInt16.self))), minutes < 1440 else { return nil }
        return midnight + minutes * 60_000_000
    }

    /// Days since 1970 of a `date`.
    @inline(__always)
    static func date(_ cell: Cell) -> Int32? {
        guard cell.count >= 12 else { return nil }
        return day(cell.loadUnaligned(fromByteOffset: 8, as: Int32.self))
    }

    /// Microseconds since 1970 of a `datetime2`, or in UTC of a `datetimeoffset`; the seventh digit is cut off.
    @inline(__always)
    static func datetime2(_ cell: Cell) -> Int64? {
        guard let ticks = time(cell), let midnight = midnight(cell.loadUnaligned(fromByteOffset: 8, as: Int32.self))
        else {
            return nil
        }
        return midnight + ticks / 10
    }

    /// 100 ns since midnight of a `time`, `datetime2` or `datetimeoffset`.
    @inline(__always)
    static func time(_ cell: Cell) -> Int64? {
        guard cell.count >= 16 else { return nil }
        let ticks = cell.loadUnaligned(as: UInt64.self)
        return ticks < 864_000_000_000 ? Int64(ticks) : nil
    }

    @inline(__always)
    private static func midnight(_ daysSince1900: Int32) -> Int64? {
        day(daysSince1900).map { Int64($0) * microsecondsPerDay }
    }

    /// Days since 1970, for the years 1 to 9999.
    @inline(__always)
    private static func day(_ daysSince1900: Int32) -> Int32? {
        (-693_595...2_958_463).contains(daysSince1900) ? daysSince1900 - daysFrom1900To1970 : nil
    }

    // MARK: Text

    /// Writes `13:14:15.1234567` with `scale` (0…7) digits of the second's fraction.
    ///
    /// - Returns: How many bytes were written; `nil` where the buffer has fewer than 16.
    static func writeTime(_ ticks: Int64, scale: Int, _ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard buffer.count >= 16, (0...7).contains(scale) else { return nil }
        let seconds = ticks / 10_000_000
        put(seconds / 3600, 2, at: 0, buffer)
        buffer[2] = UInt8(ascii: ":")
        put(seconds / 60 % 60, 2, at: 3, buffer)
        buffer[5] = UInt8(ascii: ":")
        put(seconds % 60, 2, at: 6, buffer)
        if scale == 0 { return 8 }
        buffer[8] = UInt8(ascii: ".")
        put(ticks % 10_000_000, 7, at: 9, buffer)
        return 9 + scale
    }

    private static func put(_ value: Int64, _ width: Int, at place: Int, _ buffer: UnsafeMutableRawBufferPointer) {
        var value = value
        for index in (place..<place + width).reversed() {
            buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }

    /// Writes a `uniqueidentifier` as SQL Server prints it, in capitals; its first three groups lie in little-endian order.
    ///
    /// - Returns: How many bytes were written; `nil` where the cell is too short or the buffer has fewer than 36.
    static func writeUniqueIdentifier(_ cell: Cell, _ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard cell.count >= 16, buffer.count >= 36 else { return nil }
        var place = 0
        for (position, index) in uniqueIdentifierOrder.enumerated() {
            if [4, 6, 8, 10].contains(position) {
                buffer[place] = UInt8(ascii: "-")
                place += 1
            }
            buffer[place] = hexDigits[Int(cell[index] >> 4)]
            buffer[place + 1] = hexDigits[Int(cell[index] & 15)]
            place += 2
        }
        return place
    }

    private static let uniqueIdentifierOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    /// The cell without the byte order mark that `xml` begins with.
    static func withoutByteOrderMark(_ cell: Cell) -> Cell {
        cell.starts(with: [0xEF, 0xBB, 0xBF]) ? Cell(rebasing: cell[3...]) : cell
    }

    /// Whether all bytes are ASCII, and so UTF-8.
    @inline(__always)
    static func isASCII(_ cell: Cell) -> Bool {
        var position = 0
        while position + 8 <= cell.count {
            if cell.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                return false
            }
            position += 8
        }
        // What is left is looked at together with bytes before it, or in ever smaller pieces.
        if position == cell.count { return true }
        if cell.count >= 8 {
            return cell.loadUnaligned(fromByteOffset: cell.count - 8, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        }
        var bits: UInt32 = 0
        if cell.count & 4 != 0 {
            bits = cell.loadUnaligned(fromByteOffset: position, as: UInt32.self)
            position += 4
        }
        if cell.count & 2 != 0 {
            bits |= UInt32(cell.loadUnaligned(fromByteOffset: position, as: UInt16.self))
            position += 2
        }
        if cell.count & 1 != 0 { bits |= UInt32(cell[position]) }
        return bits & 0x8080_8080 == 0
    }
}
