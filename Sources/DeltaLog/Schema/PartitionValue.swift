public import Columnar

/// The values of partition columns, which the log keeps as text.
///
/// Source: Delta protocol, "Partition Value Serialization".
public enum PartitionValue {
    /// The value that a text of the log stands for; `nil` and the empty text are null.
    ///
    /// A timestamp without a zone is taken as UTC.
    ///
    /// - Throws: ``DeltaError`` with code `invalidValue`.
    public static func parse(_ text: String?, _ type: DataType) throws(DeltaError) -> Value {
        guard let text, !text.isEmpty else { return .null }
        switch type {
        case .string: return .string(text)
        case .binary: return .binary(Array(text.utf8))
        case .boolean:
            if text == "true" { return .boolean(true) }
            if text == "false" { return .boolean(false) }
        case .byte: if let value = Int8(text) { return .integer(Int64(value)) }
        case .short: if let value = Int16(text) { return .integer(Int64(value)) }
        case .integer: if let value = Int32(text) { return .integer(Int64(value)) }
        case .long: if let value = Int64(text) { return .integer(value) }
        case .float: if let value = Float(text) { return .float(value) }
        case .double: if let value = Double(text) { return .double(value) }
        case .date: if let day = CivilTime.parse(day: text) { return .date(day) }
        case .timestamp:
            if let time = CivilTime.parse(timestamp: text) { return .timestamp(time.microseconds) }
        case .timestampNTZ:
            if let time = CivilTime.parse(timestamp: text), !time.hasZone { return .timestampNTZ(time.microseconds) }
        case .decimal(let precision, let scale):
            do {
                let (unscaled, own) = try DecimalText.parse(text)
                let value = try DecimalText.rescale(unscaled, from: own, to: scale, precision: precision)
                return .decimal(unscaled: value, scale: scale)
            } catch {
                throw refusal(text, type)
            }
        case .structure, .list, .map: break
        }
        throw refusal(text, type)
    }

    /// The text of the log for a value; `nil` for null, and for the empty text, which the log cannot tell from null.
    ///
    /// - Throws: ``DeltaError`` with code `invalidValue` where the value is none of the type, or bytes that are no UTF-8.
    public static func text(_ value: Value, _ type: DataType) throws(DeltaError) -> String? {
        switch (type, value) {
        case (_, .null): return nil
        case (.string, .string(let text)): return text.isEmpty ? nil : text
        case (.binary, .binary(let bytes)):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw DeltaError(
                    .invalidValue,
                    "bytes that are no UTF-8 cannot be a partition value; partition by another column"
                )
            }
            return text.isEmpty ? nil : text
        case (.boolean, .boolean(let value)): return value ? "true" : "false"
        case (.byte, .integer(let value)) where Int8(exactly: value) != nil: return String(value)
        case (.short, .integer(let value)) where Int16(exactly: value) != nil: return String(value)
        case (.integer, .integer(let value)) where Int32(exactly: value) != nil: return String(value)
        case (.long, .integer(let value)): return String(value)
        case (.float, .float(let value)): return value.isFinite ? "\(value)" : name(ofNonFinite: Double(value))
        case (.double, .double(let value)): return value.isFinite ? "\(value)" : name(ofNonFinite: value)
        case (.date, .date(let day)): return CivilTime.format(day: day)
        case (.timestamp, .timestamp(let time)): return CivilTime.format(microseconds: time) + "Z"
        case (.timestampNTZ, .timestampNTZ(let time)):
            return String(CivilTime.format(microseconds: time).map { $0 == "T" ? " " : $0 })
        case (.decimal(let precision, let scale), .decimal(let unscaled, let own)):
            do {
                let value = try DecimalText.rescale(unscaled, from: own, to: scale, precision: precision)
                return DecimalText.format(value, scale: scale)
            } catch {
                throw DeltaError(.invalidValue, error.message, underlying: error)
            }
        default: throw DeltaError(.invalidValue, "\(value) is no value of the type \(type)")
        }
    }

    private static func name(ofNonFinite value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }

    private static func refusal(_ text: String, _ type: DataType) -> DeltaError {
        DeltaError(.invalidValue, "the partition value '\(text.prefix(100))' is no value of the type \(type)")
    }
}
