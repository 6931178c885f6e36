/// A place in a database's log: the virtual log file, the block in it and the record in the block.
///
/// Compared as its ten bytes are: most significant first.
struct LogSequenceNumber: Hashable, Comparable, Sendable {
    var file: UInt32
    var block: UInt32
    var slot: UInt16

    /// Ten zero bytes: no place.
    static let zero = LogSequenceNumber(file: 0, block: 0, slot: 0)
    /// Where the log of a database begins.
    static let first = LogSequenceNumber(file: 0x25, block: 0x10, slot: 1)

    /// How many records a block of this emulator holds, how far blocks are apart, and where a file ends.
    private static let slots: UInt64 = 250
    private static let blockStep: UInt64 = 8
    private static let blocks: UInt64 = 0x400

    init(file: UInt32, block: UInt32, slot: UInt16) {
        self.file = file
        self.block = block
        self.slot = slot
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 10 else { return nil }
        file = UInt32(truncatingIfNeeded: BigEndian.number(bytes[0..<4]))
        block = UInt32(truncatingIfNeeded: BigEndian.number(bytes[4..<8]))
        slot = UInt16(truncatingIfNeeded: BigEndian.number(bytes[8...]))
    }

    init?(_ stored: StoredValue) {
        guard case .blob(let bytes) = stored else { return nil }
        self.init(bytes)
    }

    var bytes: [UInt8] {
        BigEndian.bytes(UInt64(file), count: 4) + BigEndian.bytes(UInt64(block), count: 4)
            + BigEndian.bytes(UInt64(slot), count: 2)
    }

    var stored: StoredValue { .blob(bytes) }
    var value: SQLValue { .binary(bytes) }

    /// As views show it: `0000002d:00000580:001d`.
    var text: String {
        func hex(_ number: UInt64, _ digits: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return "\(hex(UInt64(file), 8)):\(hex(UInt64(block), 8)):\(hex(UInt64(slot), 4))"
    }

    static func < (a: LogSequenceNumber, b: LogSequenceNumber) -> Bool {
        (a.file, a.block, a.slot) < (b.file, b.block, b.slot)
    }

    // MARK: The log's own steps

    /// The record that comes so many records later.
    func advanced(by count: Int) -> LogSequenceNumber {
        let records = UInt64(slot) - 1 + UInt64(max(0, count))
        return Self.place(file, UInt64(block) / Self.blockStep + records / Self.slots, UInt16(records % Self.slots) + 1)
    }

    /// The first record of the next block: transactions do not share blocks here.
    var nextBlock: LogSequenceNumber { Self.place(file, UInt64(block) / Self.blockStep + 1, 1) }

    private static func place(_ file: UInt32, _ block: UInt64, _ slot: UInt16) -> LogSequenceNumber {
        var (file, block) = (file, block)
        // A new file begins with its header.
        while block >= blocks {
            file &+= 1
            block = block - blocks + 2
        }
        return LogSequenceNumber(file: file, block: UInt32(block * blockStep), slot: slot)
    }

    // MARK: Arithmetic of `fn_cdc_increment_lsn`

    /// The ten bytes as a number plus or minus one.
    func offset(by step: Int) -> LogSequenceNumber {
        var bytes = bytes
        for index in bytes.indices.reversed() {
            bytes[index] = step > 0 ? bytes[index] &+ 1 : bytes[index] &- 1
            if bytes[index] != (step > 0 ? 0 : 0xFF) { break }
        }
        return LogSequenceNumber(bytes) ?? .zero
    }
}
