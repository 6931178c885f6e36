/// What stored values mean, as far as this module tells meanings apart.
///
/// Source: parquet-format, LogicalTypes.md; parquet.thrift, `LogicalType` and the older `ConvertedType`.
enum LogicalType: Hashable, Sendable {
    enum TimeUnit: Int16, Sendable {
        case millis = 1
        case micros = 2
        case nanos = 3
    }

    /// Text: strings, names of enumerations, and JSON.
    case string
    case map
    case list
    case decimal(precision: Int, scale: Int)
    case date
    case timestamp(TimeUnit, isAdjustedToUTC: Bool)
    case integer(bits: Int, isSigned: Bool)
    /// A meaning that this module does not know: the values are read as they are stored.
    case other

    /// The meaning that a file of before 2018 states.
    init?(converted: Int32, precision: Int?, scale: Int?) {
        switch converted {
        case 0, 4, 19: self = .string
        case 1, 2: self = .map
        case 3: self = .list
        case 5: self = .decimal(precision: precision ?? 0, scale: scale ?? 0)
        case 6: self = .date
        case 9: self = .timestamp(.millis, isAdjustedToUTC: true)
        case 10: self = .timestamp(.micros, isAdjustedToUTC: true)
        case 11...14: self = .integer(bits: 8 << Int(converted - 11), isSigned: false)
        case 15...18: self = .integer(bits: 8 << Int(converted - 15), isSigned: true)
        default: self = .other
        }
    }

    init?(_ reader: inout ThriftReader, _ field: ThriftReader.Field) throws(ParquetError) {
        var result: LogicalType?
        try reader.structure(field) { (reader, member) throws(ParquetError) -> Bool in
            switch member.id {
            case 1, 4, 12: result = .string
            case 2: result = .map
            case 3: result = .list
            case 5:
                result = try LogicalType.readDecimal(&reader, member)
                return true
            case 6: result = .date
            case 8:
                result = try LogicalType.readTimestamp(&reader, member)
                return true
            case 10:
                result = try LogicalType.readInteger(&reader, member)
                return true
            default: result = .other
            }
            return false
        }
        guard let result else { return nil }
        self = result
    }

    private static func readDecimal(
        _ reader: inout ThriftReader,
        _ field: ThriftReader.Field
    ) throws(ParquetError) -> LogicalType {
        var precision = 0
        var scale = 0
        try reader.structure(field) { (reader, member) throws(ParquetError) -> Bool in
            switch member.id {
            case 1: scale = Int(try reader.int32(member))
            case 2: precision = Int(try reader.int32(member))
            default: return false
            }
            return true
        }
        return .decimal(precision: precision, scale: scale)
    }

    private static func readTimestamp(
        _ reader: inout ThriftReader,
        _ field: ThriftReader.Field
    ) throws(ParquetError) -> LogicalType {
        var isAdjusted = false
        var unit: TimeUnit?
        try reader.structure(field) { (reader, member) throws(ParquetError) -> Bool in
            switch member.id {
            case 1: isAdjusted = try reader.boolean(member)
            case 2:
                try reader.structure(member) { (_, choice) throws(ParquetError) -> Bool in
                    unit = TimeUnit(rawValue: choice.id)
                    return false
                }
            default: return false
            }
            return true
        }
        guard let unit else { return .other }
        return .timestamp(unit, isAdjustedToUTC: isAdjusted)
    }

    private static func readInteger(
        _ reader: inout ThriftReader,
        _ field: ThriftReader.Field
    ) throws(ParquetError) -> LogicalType {
        var bits = 0
        var isSigned = true
        try reader.structure(field) { (reader, member) throws(ParquetError) -> Bool in
            switch member.id {
            case 1: bits = Int(try reader.int32(member))
            case 2: isSigned = try reader.boolean(member)
            default: return false
            }
            return true
        }
        return .integer(bits: bits, isSigned: isSigned)
    }

    func write(_ id: Int16, _ writer: inout ThriftWriter) {
        writer.structure(id) { writer in
            switch self {
            case .string: writer.structure(1) { _ in }
            case .map: writer.structure(2) { _ in }
            case .list: writer.structure(3) { _ in }
            case .decimal(let precision, let scale):
                writer.structure(5) {
                    $0.int32(1, Int32(scale))
                    $0.int32(2, Int32(precision))
                }
            case .date: writer.structure(6) { _ in }
            case .timestamp(let unit, let isAdjusted):
                writer.structure(8) {
                    $0.boolean(1, isAdjusted)
                    $0.structure(2) { $0.structure(unit.rawValue) { _ in } }
                }
            case .integer(let bits, let isSigned):
                writer.structure(10) {
                    $0.int8(1, Int8(bits))
                    $0.boolean(2, isSigned)
                }
            case .other: break
            }
        }
    }

    /// The number of the older way to state the meaning, where there is one.
    var converted: Int32? {
        switch self {
        case .string: 0
        case .map: 1
        case .list: 3
        case .decimal: 5
        case .date: 6
        // The older way knows instants only.
        case .timestamp(let unit, let isAdjusted):
            isAdjusted ? (unit == .millis ? 9 : unit == .micros ? 10 : nil) : nil
        case .integer(let bits, let isSigned):
            switch bits {
            case 8: isSigned ? 15 : 11
            case 16: isSigned ? 16 : 12
            case 32: isSigned ? 17 : 13
            case 64: isSigned ? 18 : 14
            default: nil
            }
        case .other: nil
        }
    }
}
