internal import Columnar

/// A column of values as the file stores it, and what becomes of it in memory.
struct LeafColumn: Sendable {
    /// The position among all leaves of the file.
    let index: Int
    /// The names from the top-level column down, as the footer has them.
    let path: [String]
    let type: DataType
    let physicalType: PhysicalType
    /// How many bytes a value of fixed length has; 0 for other types.
    let typeLength: Int
    let conversion: LeafConversion
    /// The definition level of a value that is there.
    let maxDefinition: Int
    /// How many lists the column lies in.
    let maxRepetition: Int
    /// The definition level from which on there is an element of the innermost list, null or not; 0 outside lists.
    let slotDefinition: Int

    /// Whether the column is no part of another: its levels say no more than which values are null, or nothing at all.
    var isFlat: Bool { maxRepetition == 0 && maxDefinition <= 1 && path.count == 1 }

    var name: String { path.joined(separator: ".") }

    /// The numbers that the type allows; `nil` where it allows all that its vector can hold.
    var allowedNumbers: ClosedRange<Int128>? {
        switch type {
        case .byte: return -128...127
        case .short: return -32_768...32_767
        case .decimal(let precision, _):
            let largest = DecimalText.powersOfTen[precision] - 1
            return -largest...largest
        default: return nil
        }
    }
}

/// What turns stored values into those of a vector.
enum LeafConversion: Hashable, Sendable {
    /// Nothing: they are the same.
    case none
    /// Whole numbers of 32 bits, signed, into 64 bits.
    case widen
    /// Whole numbers of 32 bits, unsigned, into 64 bits.
    case widenUnsigned
    /// Whole numbers of 32 or 64 bits into 128 bits.
    case widenTo128
    /// Whole numbers of 64 bits, unsigned, into 128 bits.
    case widenUnsignedTo128
    /// Two's complement, highest byte first, into 64 bits.
    case bigEndianTo64
    /// Two's complement, highest byte first, into 128 bits.
    case bigEndianTo128
    /// Milliseconds into microseconds.
    case fromMillis
    /// Nanoseconds into microseconds, rounded down.
    case fromNanos
    /// The twelve bytes of Impala's and old Spark's timestamps: nanoseconds of the day, Julian day.
    case fromInt96

    /// Whether the stored numbers have no sign.
    var isUnsigned: Bool { self == .widenUnsigned || self == .widenUnsignedTo128 }
}

extension LeafConversion {
    /// The type of a stored column and how its values are converted.
    static func resolve(_ element: SchemaElement, _ type: PhysicalType) -> (DataType, LeafConversion) {
        let logical = element.logicalType
        if case .decimal(let precision, let scale)? = logical,
            (1...DataType.maximumDecimalPrecision).contains(precision), (0...precision).contains(scale)
        {
            let decimal = DataType.decimal(precision: precision, scale: scale)
            let isWide = precision > 18
            switch type {
            case .int32: return (decimal, isWide ? .widenTo128 : .widen)
            case .int64: return (decimal, isWide ? .widenTo128 : .none)
            case .byteArray, .fixedLengthByteArray: return (decimal, isWide ? .bigEndianTo128 : .bigEndianTo64)
            default: break
            }
        }
        switch type {
        case .boolean: return (.boolean, .none)
        case .int32:
            switch logical {
            case .date?: return (.date, .none)
            case .integer(8, true)?: return (.byte, .none)
            case .integer(16, true)?, .integer(8, false)?: return (.short, .none)
            case .integer(32, false)?: return (.long, .widenUnsigned)
            default: return (.integer, .none)
            }
        case .int64:
            if logical == .integer(bits: 64, isSigned: false) {
                return (.decimal(precision: 20, scale: 0), .widenUnsignedTo128)
            }
            guard case .timestamp(let unit, let isAdjusted)? = logical else { return (.long, .none) }
            let conversion: LeafConversion =
                switch unit {
                case .millis: .fromMillis
                case .micros: .none
                case .nanos: .fromNanos
                }
            return (isAdjusted ? .timestamp : .timestampNTZ, conversion)
        case .int96: return (.timestamp, .fromInt96)
        case .float: return (.float, .none)
        case .double: return (.double, .none)
        case .byteArray: return (logical == .string ? .string : .binary, .none)
        case .fixedLengthByteArray: return (.binary, .none)
        }
    }
}
