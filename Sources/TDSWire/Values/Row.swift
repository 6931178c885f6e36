/// A row of a result: a place in the bytes of the message, which are decoded when a ``RowReader`` asks for them.
///
/// A row keeps the bytes alive that it was read from.
public struct Row: Sendable {
    public let columns: ResultColumns
    /// Whether the row begins with a bitmap of its nulls (NBCROW).
    public let hasNullBitmap: Bool
    let bytes: [UInt8]
    /// Behind the token's first byte.
    let range: Range<Int>

    /// All values.
    public func values() throws(TDSWireError) -> [TDSValue] {
        var reader = RowReader(self)
        var values: [TDSValue] = []
        for _ in 0..<columns.count { values.append(try reader.value()) }
        return values
    }
}
