/// Numbers in the names of objects, written so that the names sort as the numbers do.
package enum NumberedName {
    /// A number that is not negative, with zeros before it up to `count` digits.
    package static func digits(_ number: some BinaryInteger, count: Int = 20) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }
}
