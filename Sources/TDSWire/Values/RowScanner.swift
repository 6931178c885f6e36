/// Finds the end of a row, or of a return value, that may not be there yet.
///
/// It goes on where it stopped, value by value and, within large values, chunk by chunk, so that the work for a row is the
/// same in however many pieces it arrives.
struct RowScanner: Sendable {
    /// How far the scan is, counted from where it began.
    private(set) var offset = 0
    private let hasNullBitmap: Bool
    private var bitmapIsRead = false
    private var column = 0
    private var chunks: Chunks?

    init(hasNullBitmap: Bool) { self.hasNullBitmap = hasNullBitmap }

    /// Goes on to the end.
    /// - Parameter start: Where in `bytes` the scan began.
    mutating func scan(_ bytes: [UInt8], from start: Int, _ forms: [ValueForm]) throws(TDSWireError) {
        var reader = ByteReader(bytes, at: start + offset)
        if hasNullBitmap, !bitmapIsRead {
            _ = try reader.skip((forms.count + 7) / 8)
            bitmapIsRead = true
            offset = reader.position - start
        }
        while column < forms.count {
            if !hasNullBitmap || bytes[start + column / 8] >> UInt8(column % 8) & 1 == 0 {
                do {
                    try skip(forms[column], &reader, from: start)
                } catch {
                    throw error.located(column: column)
                }
            }
            column += 1
            offset = reader.position - start
        }
    }

    @inline(__always)
    private mutating func skip(_ form: ValueForm, _ reader: inout ByteReader, from start: Int) throws(TDSWireError) {
        switch form.framing {
        case .none, .bare: break
        case .fixed: _ = try reader.skip(form.size)
        case .byteLength: _ = try reader.skip(Int(try reader.byte()))
        case .shortLength:
            let length = try reader.number(UInt16.self)
            if length != 0xFFFF { _ = try reader.skip(Int(length)) }
        case .chunked: try skipChunks(&reader, from: start)
        case .textPointer:
            let length = Int(try reader.byte())
            if length > 0 {
                _ = try reader.skip(length + 8)
                _ = try reader.skip(Int(try reader.number(UInt32.self)))
            }
        case .longLength:
            let length = try reader.number(UInt32.self)
            if length != .max { _ = try reader.skip(Int(length)) }
        case .variant: _ = try reader.skip(Int(try reader.number(UInt32.self)))
        }
    }

    private mutating func skipChunks(_ reader: inout ByteReader, from start: Int) throws(TDSWireError) {
        if chunks == nil {
            chunks = try Chunks(&reader)
            offset = reader.position - start
        }
        // Null has no chunks.
        guard var walk = chunks else { return }
        do {
            try walk.walk(&reader)
            chunks = nil
        } catch {
            chunks = walk
            offset = reader.position - start
            throw error
        }
    }
}
