/// In what two encodings of one value may differ.
///
/// A value is decoded and encoded to the same bytes if its layout comes along.
public struct ValueLayout: Hashable, Sendable {
    /// Whether a large value (PLP) begins with its length; otherwise it begins with "unknown".
    public var isLengthKnown: Bool
    /// The bytes of each chunk of a large value but the last, at least 1.
    public var chunkBytes: Int
    /// The text pointer of a `text`, `ntext` or `image` in a row: any bytes.
    public var textPointer: [UInt8]
    /// The eight bytes after the text pointer.
    public var textTimestamp: UInt64

    /// The bytes of a decimal, sign included; `nil` for those that its precision needs, which is what SQL Server sends.
    /// Others send as few as the value needs.
    public var decimalBytes: Int?

    /// - Parameter textPointer: 1 to 255 bytes.
    public init(
        isLengthKnown: Bool = true,
        chunkBytes: Int = Int(Int32.max),
        textPointer: [UInt8] = ValueLayout.placeholder,
        textTimestamp: UInt64 = 0,
        decimalBytes: Int? = nil
    ) {
        self.isLengthKnown = isLengthKnown
        self.chunkBytes = chunkBytes
        self.textPointer = textPointer
        self.textTimestamp = textTimestamp
        self.decimalBytes = decimalBytes
    }

    /// The length is known, and there is one chunk.
    public static let standard = ValueLayout()

    /// A text pointer that points nowhere.
    public static let placeholder = [UInt8](repeating: 0x70, count: 16)
}
