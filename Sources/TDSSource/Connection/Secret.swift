/// A password, which no description, dump or mirror shows.
public struct Secret: Sendable, ExpressibleByStringLiteral {
    private let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { text = value }

    /// The password itself: for the call that needs it, and for nothing else.
    package var exposed: String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
