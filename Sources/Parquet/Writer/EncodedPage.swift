/// A page as it will stand in the file, and what the indexes say of it.
struct EncodedPage: Sendable {
    /// The header and the page itself.
    var bytes: [UInt8]
    /// The same, were it not compressed.
    var uncompressedByteCount: Int
    var rowCount = 0
    /// The bytes of its texts without their lengths.
    var textByteCount = 0
}
