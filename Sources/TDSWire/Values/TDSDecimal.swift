/// A number of up to 38 digits, as `decimal` has it: sign, digits, and where the point is.
///
/// Two are equal if they have the same digits at the same scale: 1.0 and 1.00 are not.
public struct TDSDecimal: Hashable, Sendable, CustomStringConvertible {
    public var isNegative: Bool
    /// The number without sign and point.
    public var magnitude: UInt128
    /// How many of the digits are behind the point.
    public var scale: UInt8

    public init(isNegative: Bool = false, magnitude: UInt128, scale: UInt8) {
        self.isNegative = isNegative
        self.magnitude = magnitude
        self.scale = scale
    }

    public init(unscaled: Int128, scale: UInt8) {
        self.init(isNegative: unscaled < 0, magnitude: unscaled.magnitude, scale: scale)
    }

    public var description: String {
        var digits = String(magnitude)
        if scale > 0 {
            digits = String(repeating: "0", count: max(0, Int(scale) + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -Int(scale)))
        }
        return isNegative ? "-" + digits : digits
    }

    /// Powers of ten up to the 38th.
    static let powersOfTen: [UInt128] = {
        var powers: [UInt128] = [1]
        for _ in 0..<38 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()
}
