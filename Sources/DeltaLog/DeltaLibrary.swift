/// What this library says of itself in the tables it writes.
package enum DeltaLibrary {
    package static let version = "0.1.0"
    /// The `engineInfo` of commits.
    package static let engineInfo = "swift-cdc/\(version)"
}
