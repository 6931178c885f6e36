/// Digits in groups of three.
enum NumberFormat {
    /// `1234567.89` as `1,234,567.89`.
    static func grouped(_ text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let isNegative = text.first == "-"
        let whole = isNegative ? parts[0].dropFirst() : parts[0]
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index).isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        if parts.count > 1 { result += "." + parts[1] }
        return isNegative ? "-" + result : result
    }
}
