/// A small random generator whose numbers are the same everywhere, for ever: SplitMix64.
///
/// The standard library leaves open how a generator's bits become a number in a range, so that is done here, too.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
struct RetailRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// The generator of one row: rows do not depend on each other, nor on how many there are.
    ///
    /// - Parameter stream: Tells apart what is drawn for the same row, a table for instance.
    init(seed: UInt64, stream: UInt64, row: Int32) {
        state = Self.mix(Self.mix(seed &+ stream &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(UInt32(bitPattern: row)))
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// A whole number, 0…`bound` − 1.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
    }

    /// A whole number of the range.
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// `true` in `percent` of a hundred cases.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
