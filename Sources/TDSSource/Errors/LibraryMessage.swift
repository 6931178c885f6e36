import CFreeTDS

/// A complaint of FreeTDS itself.
struct LibraryMessage: Hashable {
    /// The number in `syberror.h`.
    var number: Int32
    /// The error of the operating system, 0 where there is none.
    var systemError: Int32
    var text: String

    /// Characters that could not be converted, and a protocol version that was lowered: worth a warning, no failure.
    var isWarning: Bool { number == 100 || (2400...2404).contains(number) }
}
