/// How `time`, and what contains one, counts: in units of a tenth, a hundredth … of a second, by the scale of the type.
///
/// Outside of the wire times are in ticks of 100 ns, whatever the scale.
enum TimeOfDay {
    /// The ticks of a day.
    static let ticksPerDay: UInt64 = 864_000_000_000
    /// The days from 0001-01-01 to 9999-12-31.
    static let lastDay: Int32 = 3_652_058

    static func byteCount(scale: UInt8) -> Int { scale <= 2 ? 3 : scale <= 4 ? 4 : 5 }

    /// The ticks of one unit of a scale, 0 to 7.
    @inline(__always)
    static func ticksPerUnit(scale: UInt8) -> UInt64 {
        switch scale {
        case 0: 10_000_000
        case 1: 1_000_000
        case 2: 100_000
        case 3: 10_000
        case 4: 1000
        case 5: 100
        case 6: 10
        default: 1
        }
    }
}
