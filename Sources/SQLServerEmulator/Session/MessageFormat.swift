/// The texts of `RAISERROR`: `%s`, `%d` and their kin, with flags, widths and precisions.
///
/// Source: Microsoft, "RAISERROR (Transact-SQL)".
enum MessageFormat {
    enum Argument {
        case number(Int64)
        case text(String)
    }

    /// - Throws: 2786 where an argument is not of the kind that its place asks for, 2787 for a place that is none.
    static func text(_ format: String, _ arguments: [Argument]) throws(SQLError) -> String {
        var result = ""
        var rest = format[...]
        var number = 0
        while let character = rest.popFirst() {
            guard character == "%" else {
                result.append(character)
                continue
            }
            if rest.first == "%" {
                rest = rest.dropFirst()
                result.append("%")
                continue
            }
            let start = rest
            let flags = take("-+ #0", from: &rest)
            let width = take("0123456789", from: &rest)
            var precision: String?
            if rest.first == "." {
                rest = rest.dropFirst()
                precision = take("0123456789", from: &rest)
            }
            _ = take("hlI64", from: &rest)
            guard let kind = rest.popFirst(), "diouxXs".contains(kind), !flags.contains("*") else {
                throw SQLError(2787, "Invalid format specification: '%\(start.prefix(20))'.")
            }
            guard arguments.indices.contains(number) else {
                result += "(null)"
                continue
            }
            let shown = try text(of: arguments[number], kind, flags, precision, number + 1)
            number += 1
            let padding = max(0, (Int(width) ?? 0) - shown.count)
            if flags.contains("-") {
                result += shown + String(repeating: " ", count: padding)
            } else if flags.contains("0"), kind != "s" {
                let sign = shown.hasPrefix("-") || shown.hasPrefix("+") ? 1 : 0
                result += shown.prefix(sign) + String(repeating: "0", count: padding) + shown.dropFirst(sign)
            } else {
                result += String(repeating: " ", count: padding) + shown
            }
        }
        return result
    }

    private static func take(_ characters: String, from rest: inout Substring) -> String {
        let taken = rest.prefix { characters.contains($0) }
        rest = rest.dropFirst(taken.count)
        return String(taken)
    }

    private static func text(
        of argument: Argument,
        _ kind: Character,
        _ flags: String,
        _ precision: String?,
        _ place: Int
    ) throws(SQLError) -> String {
        switch (argument, kind) {
        case (.text(let text), "s"): return precision.flatMap { Int($0) }.map { String(text.prefix($0)) } ?? text
        // NULL has no kind.
        case (.text("(null)"), _): return "(null)"
        case (.number(let number), "d"), (.number(let number), "i"):
            return number >= 0 && flags.contains("+") ? "+\(number)" : "\(number)"
        case (.number(let number), "u"): return "\(unsigned(number))"
        case (.number(let number), "o"): return (flags.contains("#") ? "0" : "") + String(unsigned(number), radix: 8)
        case (.number(let number), "x"): return (flags.contains("#") ? "0x" : "") + String(unsigned(number), radix: 16)
        case (.number(let number), "X"):
            return (flags.contains("#") ? "0X" : "") + String(unsigned(number), radix: 16, uppercase: true)
        default:
            throw SQLError(
                2786,
                "The data type of substitution parameter \(place) does not match the expected type of the format specification."
            )
        }
    }

    /// What the bits of a number are without a sign; an `int` has 32 of them.
    private static func unsigned(_ number: Int64) -> UInt64 {
        Int32(exactly: number).map { UInt64(UInt32(bitPattern: $0)) } ?? UInt64(bitPattern: number)
    }
}
