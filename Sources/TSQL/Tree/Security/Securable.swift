/// What a permission is for: `SCHEMA::sales`, or a name alone.
package struct Securable: Hashable, Sendable {
    /// In upper case; `nil` where only a name was written.
    package var kind: String?
    package var name: Name
}
