import TSQL

/// A sequence: whole numbers, each given once. Where it stands is kept beside the catalogue, because no transaction takes a number
/// back.
///
/// Source: Microsoft, "CREATE SEQUENCE (Transact-SQL)".
struct SequenceObject: Sendable {
    var type: SQLType
    var start: Int64
    var increment: Int64
    var minimum: Int64
    var maximum: Int64
    var cycles = false
    var cacheSize: Int64?
    var isCached = true

    /// - Parameter known: The sequence that is altered.
    /// - Throws: 11700, 11702, 11703 and 11705 for what is no sequence.
    init(_ definition: SequenceDefinition, type: SQLType, altering known: SequenceObject?) throws(SQLError) {
        let name = definition.name.last
        guard let range = type.integerRange else {
            throw type.isNumeric
                ? SQLError.unsupported("a sequence of \(type.name)")
                : SQLError(
                    11702,
                    "The sequence object '\(name)' must be of data type int, bigint, smallint, tinyint, or decimal or numeric with a scale of 0, or any user-defined data type that is based on one of the above integer data types."
                )
        }
        self.type = type
        increment = known?.increment ?? 1
        var lowest = known?.minimum
        var highest = known?.maximum
        var first: Int64?
        func number(_ digits: String?) throws(SQLError) -> Int64? {
            guard let digits else { return nil }
            guard let number = Int64(digits), range.contains(number) else {
                throw SQLError(
                    11708,
                    "An invalid value was specified for argument '\(digits)' for the given data type."
                )
            }
            return number
        }
        cycles = known?.cycles ?? false
        cacheSize = known?.cacheSize
        isCached = known?.isCached ?? true
        for option in definition.options {
            switch option {
            case .start(let digits), .restart(let digits?): first = try number(digits)
            case .restart(nil): first = known?.start
            case .increment(let digits): increment = try number(digits) ?? 1
            case .minimum(let digits): lowest = try number(digits) ?? range.lowerBound
            case .maximum(let digits): highest = try number(digits) ?? range.upperBound
            case .cycle(let isOn): cycles = isOn
            case .cache(let count): (isCached, cacheSize) = (true, try number(count))
            case .noCache: (isCached, cacheSize) = (false, nil)
            }
        }
        minimum = lowest ?? range.lowerBound
        maximum = highest ?? range.upperBound
        start = first ?? known?.start ?? (increment > 0 ? minimum : maximum)
        guard increment != 0 else {
            throw SQLError(11700, "The increment for sequence object '\(name)' cannot be zero.")
        }
        guard minimum < maximum else {
            throw SQLError(
                11705,
                "The minimum value for sequence object '\(name)' must be less than its maximum value."
            )
        }
        guard (minimum...maximum).contains(start) else {
            throw SQLError(
                11703,
                "The start value for sequence object '\(name)' must be between the minimum and maximum value of the sequence object."
            )
        }
    }

    /// The number after one; `nil` where there is none.
    func number(after last: Int64?) -> Int64? {
        guard let last else { return start }
        let (next, overflow) = last.addingReportingOverflow(increment)
        if !overflow, (minimum...maximum).contains(next) { return next }
        return cycles ? (increment > 0 ? minimum : maximum) : nil
    }
}
