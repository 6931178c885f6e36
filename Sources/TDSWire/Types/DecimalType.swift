/// Precision and scale of a `decimal` or `numeric`.
public struct DecimalType: Hashable, Sendable {
    /// The number of digits, 1 to 38.
    public var precision: UInt8
    /// How many of the digits are behind the point.
    public var scale: UInt8
    /// Whether the type is called `numeric`.
    public var isNumeric: Bool
    /// The largest number of bytes of a value, sign included, that the type announces: 5, 9, 13 or 17.
    public var maximumBytes: UInt8

    /// - Parameter maximumBytes: What the type announces; by default what the precision needs.
    public init(precision: UInt8, scale: UInt8, isNumeric: Bool = false, maximumBytes: UInt8? = nil) {
        self.precision = precision
        self.scale = scale
        self.isNumeric = isNumeric
        self.maximumBytes = maximumBytes ?? DecimalType.valueBytes(precision: precision)
    }

    /// The number of bytes, sign included, of a value of this precision. Source: MS-TDS 2.2.5.5.1.6.
    static func valueBytes(precision: UInt8) -> UInt8 {
        switch precision {
        case ...9: 5
        case ...19: 9
        case ...28: 13
        default: 17
        }
    }

    static let precisions: ClosedRange<UInt8> = 1...38
}
