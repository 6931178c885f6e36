/// Conversions to characters.
extension Conversion {
    func characters(_ value: SQLValue) throws(SQLError) -> SQLValue {
        switch value {
        case .text(let text): return to.fitted(text)
        case .integer(let number):
            let text = Array(String(number).utf8)
            guard isTooShort(for: text.count) else { return to.fitted(text) }
            if to.isWide || from == .bigint { throw .overflow(to) }
            // The old way of saying that a number does not fit.
            return to.fitted([UInt8(ascii: "*")])
        case .decimal(let unscaled):
            let text = Array(exactText(unscaled).utf8)
            guard isTooShort(for: text.count) else { return to.fitted(text) }
            if from.family == .money {
                throw SQLError(
                    234,
                    "There is insufficient result space to convert a money value to \(to.name).",
                    state: 2
                )
            }
            throw SQLError(
                8115,
                "Arithmetic overflow error converting numeric to data type \(to.name).",
                state: 5
            )
        case .double(let number):
            let text = Array(try floatText(number).utf8)
            guard isTooShort(for: text.count) else { return to.fitted(text) }
            throw .overflow(to, value: number)
        case .guid(let bytes):
            if isTooShort(for: 36) {
                throw SQLError(8170, "Insufficient result space to convert uniqueidentifier value to char.", state: 2)
            }
            return to.fitted(Self.guidText(bytes))
        case .binary(let bytes): return try text(binary: bytes)
        default:
            guard let moment = Moment(value) else { throw .errorConverting(from, to) }
            return to.fitted(Array(try DateText.text(moment, from, style: style, to: to).utf8))
        }
    }

    private func isTooShort(for count: Int) -> Bool { to.length?.units.map { $0 < count } ?? false }

    private func exactText(_ unscaled: Int128) -> String {
        guard from.family == .money else { return DecimalMath.text(unscaled, scale: from.scale) }
        switch style ?? 0 {
        case 2, 126: return DecimalMath.text(unscaled, scale: 4)
        case 1:
            let text = DecimalMath.text(DecimalMath.divide(unscaled, 100, truncating: false), scale: 2)
            return NumberFormat.grouped(text)
        default: return DecimalMath.text(DecimalMath.divide(unscaled, 100, truncating: false), scale: 2)
        }
    }

    private func floatText(_ number: Double) throws(SQLError) -> String {
        switch style ?? 0 {
        case 1: return FloatText.scientific(number, digits: 8)
        case 2: return FloatText.scientific(number, digits: 16)
        case 3: return FloatText.scientific(number, digits: 17)
        case 126, 128, 129: throw .unsupported("CONVERT(\(to.name), \(from.name), \(style ?? 0))")
        default: return FloatText.general(number, digits: 6)
        }
    }

    private func text(binary bytes: [UInt8]) throws(SQLError) -> SQLValue {
        switch style ?? 0 {
        case 1, 2:
            let prefix = style == 1 ? Array("0x".utf8) : []
            let text = prefix + Self.hexadecimalText(bytes)
            // Only whole bytes are shown where there is not room for all.
            guard let limit = to.length?.units, text.count > limit else { return to.fitted(text) }
            return to.fitted(Array(text.prefix(limit - (limit - prefix.count) % 2)))
        case 0: return to.fitted(to.text(storageBytes: bytes))
        default: throw .unsupportedStyle(style ?? 0, from, to)
        }
    }
}
