import Columnar

/// SQL Server's `DATETIME`, which counts ticks of 1/300 second: its milliseconds end in 0, 3 or 7.
enum DateTime {
    /// Microseconds since 1970 of the tick next to `microseconds`, as the server shows it.
    static func rounded(_ microseconds: Int64) -> Int64 {
        let second = CivilTime.microsecondsPerSecond
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: second)
        let ticks = (rest * 300 + second / 2) / second
        return whole * second + (ticks * 10 + 1) / 3 * 1000
    }

    /// Microseconds since 1970 of midnight on a date.
    static func midnight(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        Int64(CivilTime.days(year: year, month: month, day: day)) * CivilTime.microsecondsPerDay
    }
}
