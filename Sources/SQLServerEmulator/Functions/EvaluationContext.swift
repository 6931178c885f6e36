/// What functions look at besides their arguments.
package struct EvaluationContext: Sendable {
    package var settings: ConversionSettings
    /// SET DATEFIRST: 1 is Monday, 7 Sunday.
    package var firstWeekday: Int
    /// The time of the statement in UTC, in units of 100 ns since 0001-01-01.
    package var utcTicks: Int64
    /// Minutes from UTC to the server's local time.
    package var offset: Int
    /// 16 bytes for NEWID, called once per value; from several threads where the context is used on several.
    package var newGUID: @Sendable () -> [UInt8]
    /// The next number of RAND, 0 to 1, after starting the sequence anew where a seed is given. See ``RandomSequence``.
    package var random: @Sendable (Int32?) -> Double

    package init(
        utcTicks: Int64,
        offset: Int = 0,
        settings: ConversionSettings = .default,
        firstWeekday: Int = 7,
        newGUID: @escaping @Sendable () -> [UInt8],
        random: @escaping @Sendable (Int32?) -> Double
    ) {
        self.utcTicks = utcTicks
        self.offset = offset
        self.settings = settings
        self.firstWeekday = firstWeekday
        self.newGUID = newGUID
        self.random = random
    }

    var now: Moment { Moment(total: utcTicks + Int64(offset) * Moment.ticksPerMinute, offset: offset) }
    var utcNow: Moment { Moment(total: utcTicks, offset: 0) }
}

/// The numbers that RAND gives: a seed always leads to the same ones.
///
/// Source: P. L'Ecuyer, "Efficient and portable combined random number generators"; that SQL Server starts its second part at
/// 67,890, and a seed of 0 at 12,345, follows from the values of RAND that its documentation shows.
package struct RandomSequence: Hashable, Sendable {
    private var first: Int64
    private var second: Int64

    package init(seed: Int32) {
        let magnitude = Int64(seed.magnitude) % 2_147_483_563
        first = magnitude == 0 ? 12_345 : magnitude
        second = 67_890
    }

    package mutating func next() -> Double {
        first = first * 40_014 % 2_147_483_563
        second = second * 40_692 % 2_147_483_399
        let difference = first - second
        return Double(difference < 1 ? difference + 2_147_483_562 : difference) * 4.656613e-10
    }
}
