/// A small table for people: columns as wide as their longest text, numbers to the right.
struct TextTable {
    enum Alignment { case left, right }

    private let headers: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    init(_ columns: [(String, Alignment)]) {
        headers = columns.map(\.0)
        alignments = columns.map(\.1)
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// The lines, each `indent` blanks in.
    func lines(indent: Int = 2) -> [String] {
        let all = [headers] + rows
        let widths = headers.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
        let margin = String(repeating: " ", count: indent)
        var lines = all.map { margin + line($0, widths) }
        lines.insert(margin + widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "), at: 1)
        return lines
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, text) in row.enumerated() {
            let padding = String(repeating: " ", count: widths[column] - Self.width(text))
            if column > 0 { line += "  " }
            if alignments[column] == .right {
                line += padding + text
            } else {
                line += column == row.count - 1 ? text : text + padding
            }
        }
        return line
    }

    private static func width(_ text: String) -> Int { text.count }
}

/// Numbers, sizes and times for people.
enum Readable {
    /// `1,234,567`
    static func count(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// `1 table`, `3 tables`
    static func count(_ value: Int, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// `3.4 MB`
    static func bytes(_ value: some BinaryInteger) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var amount = Double(value)
        var unit = 0
        while amount >= 999.5, unit < units.count - 1 {
            amount /= 1000
            unit += 1
        }
        return unit == 0 ? "\(Int(amount)) B" : "\(decimal(amount, amount < 10 ? 1 : 0)) \(units[unit])"
    }

    /// `0.42 s`
    static func seconds(_ duration: Duration) -> String { "\(decimal(inSeconds(duration), 2)) s" }

    static func inSeconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// Things a second, `0` where no time was taken.
    static func rate(_ things: Int, _ duration: Duration) -> Int {
        let seconds = inSeconds(duration)
        return seconds > 0 ? Int((Double(things) / seconds).rounded()) : 0
    }

    /// A number with so many digits after the point.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let scaled = (value * factor).rounded()
        guard scaled.magnitude < 1e15 else { return "\(value)" }
        let text = String(Int64(scaled.magnitude))
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        let sign = scaled < 0 ? "-" : ""
        return digits == 0 ? sign + padded : sign + padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
