/// Writes structures in Thrift's compact protocol.
///
/// Source: Apache Thrift, "Thrift Compact protocol encoding".
struct ThriftWriter {
    private(set) var bytes: [UInt8] = []
    private var last: Int16 = 0

    /// Writes a structure: `body` writes its fields, with ascending numbers.
    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        let outer = last
        last = 0
        body(&self)
        bytes.append(0)
        last = outer
    }

    mutating func structure(_ id: Int16, _ body: (inout ThriftWriter) -> Void) {
        field(id, 12)
        structure(body)
    }

    mutating func boolean(_ id: Int16, _ value: Bool) {
        field(id, value ? 1 : 2)
    }

    mutating func int8(_ id: Int16, _ value: Int8) {
        field(id, 3)
        bytes.append(UInt8(bitPattern: value))
    }

    mutating func int16(_ id: Int16, _ value: Int16) {
        field(id, 4)
        zigzag(Int64(value))
    }

    mutating func int32(_ id: Int16, _ value: Int32) {
        field(id, 5)
        zigzag(Int64(value))
    }

    mutating func int64(_ id: Int16, _ value: Int) {
        field(id, 6)
        zigzag(Int64(value))
    }

    mutating func binary(_ id: Int16, _ value: [UInt8]) {
        field(id, 8)
        binary(value)
    }

    mutating func string(_ id: Int16, _ value: String) {
        binary(id, Array(value.utf8))
    }

    mutating func structures<T>(_ id: Int16, _ values: [T], _ body: (inout ThriftWriter, T) -> Void) {
        list(id, of: 12, values.count)
        for value in values { structure { body(&$0, value) } }
    }

    mutating func strings(_ id: Int16, _ values: [String]) {
        list(id, of: 8, values.count)
        for value in values { binary(Array(value.utf8)) }
    }

    mutating func binaries(_ id: Int16, _ values: [[UInt8]]) {
        list(id, of: 8, values.count)
        for value in values { binary(value) }
    }

    mutating func int32s(_ id: Int16, _ values: [Int32]) {
        list(id, of: 5, values.count)
        for value in values { zigzag(Int64(value)) }
    }

    mutating func int64s(_ id: Int16, _ values: [Int]) {
        list(id, of: 6, values.count)
        for value in values { zigzag(Int64(value)) }
    }

    mutating func booleans(_ id: Int16, _ values: [Bool]) {
        list(id, of: 1, values.count)
        for value in values { bytes.append(value ? 1 : 2) }
    }

    private mutating func list(_ id: Int16, of type: UInt8, _ count: Int) {
        field(id, 9)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | type)
        } else {
            bytes.append(0xF0 | type)
            varint(UInt64(count))
        }
    }

    private mutating func binary(_ value: [UInt8]) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func field(_ id: Int16, _ type: UInt8) {
        let delta = id - last
        if delta > 0, delta < 16 {
            bytes.append(UInt8(delta) << 4 | type)
        } else {
            bytes.append(type)
            zigzag(Int64(id))
        }
        last = id
    }

    private mutating func zigzag(_ value: Int64) {
        varint(UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63))
    }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }
}
