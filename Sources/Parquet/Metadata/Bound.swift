internal import Columnar

/// The smallest or largest value of a column, in an order that belongs to its type.
enum Bound: Hashable, Sendable {
    /// Whole numbers, dates, instants, decimals up to 18 digits, and booleans as 0 and 1.
    case integer(Int64)
    case wide(Int128)
    /// Never NaN.
    case floating(Double)
    /// Texts and byte strings, compared byte by byte without sign.
    case bytes([UInt8])

    /// Whether `self` comes before `other`; `false` where they are of different kinds.
    func isLess(than other: Bound) -> Bool {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): a < b
        case (.wide(let a), .wide(let b)): a < b
        case (.floating(let a), .floating(let b)): a < b
        case (.bytes(let a), .bytes(let b)): a.lexicographicallyPrecedes(b)
        default: false
        }
    }

    static func smaller(_ a: Bound, _ b: Bound) -> Bound { b.isLess(than: a) ? b : a }
    static func larger(_ a: Bound, _ b: Bound) -> Bound { a.isLess(than: b) ? b : a }

    /// The bound as a value of `type`.
    func value(_ type: DataType) -> Value? {
        switch (self, type) {
        case (.integer(let number), .boolean): .boolean(number != 0)
        case (.integer(let number), .byte), (.integer(let number), .short), (.integer(let number), .integer),
            (.integer(let number), .long):
            .integer(number)
        case (.integer(let number), .date): Int32(exactly: number).map(Value.date)
        case (.integer(let number), .timestamp): .timestamp(number)
        case (.integer(let number), .timestampNTZ): .timestampNTZ(number)
        case (.integer(let number), .decimal(_, let scale)): .decimal(unscaled: Int128(number), scale: scale)
        case (.wide(let number), .decimal(_, let scale)): .decimal(unscaled: number, scale: scale)
        case (.floating(let number), .float): .float(Float(number))
        case (.floating(let number), .double): .double(number)
        case (.bytes(let bytes), .string): .string(String(decoding: bytes, as: UTF8.self))
        case (.bytes(let bytes), .binary): .binary(bytes)
        default: nil
        }
    }

    /// A value of `type` as a bound; `nil` where the value is not of that type or has no place in its order.
    init?(_ value: Value, _ type: DataType) {
        switch (value, type) {
        case (.boolean(let flag), .boolean): self = .integer(flag ? 1 : 0)
        case (.integer(let number), .byte), (.integer(let number), .short), (.integer(let number), .integer),
            (.integer(let number), .long):
            self = .integer(number)
        case (.date(let day), .date): self = .integer(Int64(day))
        case (.timestamp(let micros), .timestamp), (.timestampNTZ(let micros), .timestampNTZ): self = .integer(micros)
        case (.decimal(let unscaled, let scale), .decimal(let precision, let own)):
            let most = DataType.maximumDecimalPrecision
            guard let rescaled = try? DecimalText.rescale(unscaled, from: scale, to: own, precision: most) else {
                return nil
            }
            if precision > 18 {
                self = .wide(rescaled)
            } else {
                guard let fits = Int64(exactly: rescaled) else { return nil }
                self = .integer(fits)
            }
        case (.integer(let number), .decimal):
            self.init(.decimal(unscaled: Int128(number), scale: 0), type)
        case (.float(let number), .float): self.init(floating: Double(number))
        case (.double(let number), .double): self.init(floating: number)
        case (.string(let text), .string): self = .bytes(Array(text.utf8))
        case (.binary(let bytes), .binary): self = .bytes(bytes)
        default: return nil
        }
    }

    private init?(floating number: Double) {
        if number.isNaN { return nil }
        self = .floating(number)
    }
}

extension Bound {
    /// A bound from the bytes of a statistic; `nil` where they are not those of one value, or the values have no order.
    init?(_ bytes: [UInt8], _ leaf: LeafColumn) {
        switch leaf.physicalType {
        case .boolean:
            guard bytes.count == 1 else { return nil }
            self = .integer(bytes[0] == 0 ? 0 : 1)
        case .int32:
            guard let number = Bound.littleEndian(bytes, 4) else { return nil }
            let value = Int64(Int32(truncatingIfNeeded: number))
            switch leaf.conversion {
            case .widenUnsigned: self = .integer(Int64(number))
            case .widenTo128: self = .wide(Int128(value))
            default: self = .integer(value)
            }
        case .int64:
            guard let number = Bound.littleEndian(bytes, 8) else { return nil }
            let value = Int64(bitPattern: number)
            switch leaf.conversion {
            case .widenTo128: self = .wide(Int128(value))
            case .widenUnsignedTo128: self = .wide(Int128(number))
            case .fromMillis:
                let (micros, overflow) = value.multipliedReportingOverflow(by: 1000)
                if overflow { return nil }
                self = .integer(micros)
            case .fromNanos: self = .integer(value >= 0 ? value / 1000 : -((-(value + 1)) / 1000) - 1)
            default: self = .integer(value)
            }
        case .int96: return nil
        case .float:
            guard let bits = Bound.littleEndian(bytes, 4) else { return nil }
            self.init(floating: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
        case .double:
            guard let bits = Bound.littleEndian(bytes, 8) else { return nil }
            self.init(floating: Double(bitPattern: bits))
        case .byteArray, .fixedLengthByteArray:
            switch leaf.conversion {
            case .bigEndianTo64:
                guard let number = Bound.bigEndian(bytes), let fits = Int64(exactly: number) else { return nil }
                self = .integer(fits)
            case .bigEndianTo128:
                guard let number = Bound.bigEndian(bytes) else { return nil }
                self = .wide(number)
            default: self = .bytes(bytes)
            }
        }
    }

    /// The bytes of a statistic for values of `leaf`, as PLAIN stores one, without a length in front.
    func bytes(_ leaf: LeafColumn) -> [UInt8] {
        switch self {
        case .integer(let number):
            switch leaf.physicalType {
            case .boolean: [number == 0 ? 0 : 1]
            case .int32: Bound.littleEndian(UInt64(bitPattern: number), 4)
            default: Bound.littleEndian(UInt64(bitPattern: number), 8)
            }
        case .wide(let number):
            (0..<leaf.typeLength).map { UInt8(truncatingIfNeeded: number >> Int128((leaf.typeLength - 1 - $0) * 8)) }
        case .floating(let number):
            leaf.physicalType == .float
                ? Bound.littleEndian(UInt64(Float(number).bitPattern), 4)
                : Bound.littleEndian(number.bitPattern, 8)
        case .bytes(let bytes): bytes
        }
    }

    private static func littleEndian(_ bytes: [UInt8], _ count: Int) -> UInt64? {
        if bytes.count != count { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func littleEndian(_ number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
    }

    private static func bigEndian(_ bytes: [UInt8]) -> Int128? {
        guard let first = bytes.first else { return nil }
        var number: Int128 = first >= 0x80 ? -1 : 0
        for (index, byte) in bytes.enumerated() {
            // Bytes beyond sixteen must be nothing but sign.
            if bytes.count - index > 16, byte != (number < 0 ? 0xFF : 0) { return nil }
            number = number << 8 | Int128(byte)
        }
        return (number < 0) == (first >= 0x80) ? number : nil
    }
}

extension Bound {
    /// The most bytes of a text that the footer and the page index carry.
    static let truncationLength = 64

    /// A shorter text that comes before all that the bound comes before, and whether it is still the value itself.
    func truncatedDown(_ leaf: LeafColumn) -> (Bound, isExact: Bool) {
        guard case .bytes(let bytes) = self, bytes.count > Bound.truncationLength else { return (self, true) }
        return (.bytes(Array(bytes[..<Bound.cut(bytes, leaf)])), false)
    }

    /// A shorter text that comes after all that the bound comes after, and whether it is still the value itself; `nil`
    /// where there is none.
    func truncatedUp(_ leaf: LeafColumn) -> (Bound, isExact: Bool)? {
        guard case .bytes(let bytes) = self, bytes.count > Bound.truncationLength else { return (self, true) }
        var kept = Array(bytes[..<Bound.cut(bytes, leaf)])
        let text = String(decoding: kept, as: UTF8.self)
        guard leaf.type == .string, text.utf8.elementsEqual(kept) else {
            while let last = kept.popLast() {
                if last < 0xFF { return (.bytes(kept + [last + 1]), false) }
            }
            return nil
        }
        var scalars = Array(text.unicodeScalars)
        while let last = scalars.popLast() {
            // After the last scalar before the surrogates comes the first after them.
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            guard let larger = Unicode.Scalar(next) else { continue }
            kept = []
            for scalar in scalars + [larger] { kept.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? []) }
            return (.bytes(kept), false)
        }
        return nil
    }

    /// Where a long text is cut: not inside a character's bytes.
    private static func cut(_ bytes: [UInt8], _ leaf: LeafColumn) -> Int {
        var length = truncationLength
        if leaf.type == .string {
            while length > truncationLength - 4, bytes[length] & 0xC0 == 0x80 { length -= 1 }
        }
        return length
    }
}
