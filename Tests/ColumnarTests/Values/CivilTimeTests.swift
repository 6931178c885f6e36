import Columnar
import Testing

@Suite("Calendar and clock")
struct CivilTimeTests {
    @Test("Every day from 0001-01-01 to 9999-12-31 follows the one before it and comes back")
    func everyDay() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var day: Int32 = -719_162
        for year in 1...9999 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in 1...12 {
                for dayOfMonth in 1...(lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)) {
                    let date = CivilTime.date(ofDay: day)
                    guard date == (year, month, dayOfMonth),
                        CivilTime.days(year: year, month: month, day: dayOfMonth) == day
                    else {
                        Issue.record("day \(day) is \(date), not \(year)-\(month)-\(dayOfMonth)")
                        return
                    }
                    day += 1
                }
            }
        }
        #expect(day == 2_932_897)
    }

    @Test("The text of every day reads back")
    func everyText() {
        for day in stride(from: Int32(-719_162), through: 2_932_896, by: 37) {
            #expect(CivilTime.parse(day: CivilTime.format(day: day)) == day)
        }
    }

    @Test(
        "Known days",
        arguments: [
            ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2024-02-29", 19_782),
            ("1900-03-01", -25_508),
            ("0001-01-01", -719_162), ("9999-12-31", 2_932_896), ("1600-02-29", -135_081),
        ] as [(String, Int32)]
    )
    func knownDays(text: String, day: Int32) {
        #expect(CivilTime.parse(day: text) == day)
        #expect(CivilTime.format(day: day) == text)
    }

    @Test(
        "What is no date is refused",
        arguments: [
            "", "2024-1-01", "2024-13-01", "2024-00-10", "2024-01-00", "2024-01-32", "2024-04-31", "2023-02-29",
            "1900-02-29", "2100-02-29", "0000-01-01", "-001-01-01", "10000-01-01", "2024/01/01", "2024-01-01 ",
            "20240101",
            "2024-01-0a", "2024-01-+1", "２０２４-01-01", "2024-01-1é",
        ]
    )
    func noDates(text: String) {
        #expect(CivilTime.parse(day: text) == nil)
        #expect(CivilTime.parse(timestamp: text) == nil)
    }

    @Test("A 29 February is read in leap years, and in no others")
    func leapDays() {
        for year in 1...9999 {
            let digits = String(year)
            let text = String(repeating: "0", count: 4 - digits.count) + digits + "-02-29"
            let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
            #expect((CivilTime.parse(day: text) != nil) == isLeap, "\(text)")
        }
    }

    @Test(
        "Days outside the years that are parsed still have a text",
        arguments: [
            (Int32(-719_163), "0000-12-31"), (-719_529, "-0001-12-31"), (2_932_897, "10000-01-01"),
            (.min, "-5877641-06-23"), (.max, "5881580-07-11"),
        ]
    )
    func farDays(day: Int32, text: String) {
        #expect(CivilTime.format(day: day) == text)
    }

    @Test(
        "Known times",
        arguments: [
            ("1970-01-01T00:00:00.000000", 0), ("1969-12-31T23:59:59.999999", -1),
            ("2024-01-31T12:34:56.789012", 1_706_704_496_789_012),
            ("0001-01-01T00:00:00.000000", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999", 253_402_300_799_999_999),
        ] as [(String, Int64)]
    )
    func knownTimes(text: String, microseconds: Int64) throws {
        #expect(CivilTime.format(microseconds: microseconds) == text)
        let parsed = try #require(CivilTime.parse(timestamp: text))
        #expect(parsed == (microseconds, false))
    }

    @Test("Random times come back as they were")
    func randomTimes() {
        var random = SplitMix(seed: 31)
        for _ in 0..<2000 {
            let time = Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &random)
            #expect(CivilTime.parse(timestamp: CivilTime.format(microseconds: time))?.microseconds == time)
        }
    }

    @Test("The extremes of 64 bits have a text")
    func extremes() {
        #expect(CivilTime.format(microseconds: .max) == "294247-01-10T04:00:54.775807")
        #expect(CivilTime.format(microseconds: .min) == "-290308-12-21T19:59:05.224192")
    }

    @Test("The fraction is cut off, not rounded, before 1970 too")
    func digits() {
        #expect(
            (0...7).map { CivilTime.format(microseconds: 1_999_999, digits: $0) } == [
                "1970-01-01T00:00:01", "1970-01-01T00:00:01.9", "1970-01-01T00:00:01.99", "1970-01-01T00:00:01.999",
                "1970-01-01T00:00:01.9999", "1970-01-01T00:00:01.99999", "1970-01-01T00:00:01.999999",
                "1970-01-01T00:00:01.999999",
            ]
        )
        #expect(CivilTime.format(microseconds: -1, digits: 3) == "1969-12-31T23:59:59.999")
    }

    @Test(
        "Shorter and zoned times",
        arguments: [
            ("1970-01-02", 86_400_000_000, false), ("1970-01-01 00:01", 60_000_000, false),
            ("1970-01-01T00:00:01", 1_000_000, false), ("1970-01-01T00:00:00.5", 500_000, false),
            ("1970-01-01T00:00:00.1234567", 123_456, false), ("1970-01-01T00:00:00.123456789123456789Z", 123_456, true),
            ("1970-01-01T00:00:00Z", 0, true), ("1970-01-01T01:00:00+01:00", 0, true),
            ("1970-01-01 00:00-0530", 19_800_000_000, true),
            ("1970-01-01T00:00:00.000001+00:00", 1, true), ("1970-01-01T00:00:00+14:00", -50_400_000_000, true),
        ] as [(String, Int64, Bool)]
    )
    func spellings(text: String, microseconds: Int64, hasZone: Bool) throws {
        let parsed = try #require(CivilTime.parse(timestamp: text))
        #expect(parsed == (microseconds, hasZone))
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "1970-01-01T", "1970-01-01Z", "1970-01-01x00:00", "1970-01-01T0", "1970-01-01T00", "1970-01-01T00:",
            "1970-01-01T00:0",
            "1970-01-01T24:00", "1970-01-01T00:60", "1970-01-01T00:00:", "1970-01-01T00:00:6", "1970-01-01T00:00:60",
            "1970-01-01T00:00:00.", "1970-01-01T00:00:00.x", "1970-01-01T00:00:00 ", "1970-01-01T00:00:00z",
            "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00+", "1970-01-01T00:00:00+1", "1970-01-01T00:00:00+01",
            "1970-01-01T00:00:00+01:0", "1970-01-01T00:00:00+01:000", "1970-01-01T00:00:00+:0100",
            "1970-01-01T00:00:00+01::00",
            "1970-01-01T00:00:00+0:100", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60",
            "1970-01-01T00:00:00+0é:00",
            "1970-01-01T-1:00:00", "1970-01-01T00:00:00é",
        ]
    )
    func noTimes(text: String) {
        #expect(CivilTime.parse(timestamp: text) == nil)
    }

    @Test("Any change of a time's bytes gives a time or none, never a stop", arguments: 0..<10 as Range<UInt64>)
    func mutated(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("0159-:T Z+.é")
        for _ in 0..<500 {
            var text = Array("2024-02-29T12:34:56.789+01:00")
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[place] = alphabet.randomElement(using: &random) ?? "0"
                case 1: text.remove(at: place)
                default: text.insert(alphabet.randomElement(using: &random) ?? "0", at: place)
                }
            }
            _ = CivilTime.parse(timestamp: String(text))
            _ = CivilTime.parse(day: String(text.prefix(10)))
            _ = try? DecimalText.parse(String(text.suffix(10)))
        }
    }
}
