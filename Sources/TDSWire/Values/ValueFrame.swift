/// Where the bytes of a value are.
struct ValueFrame {
    /// A reader of the bytes and no others; `nil` for null.
    var content: ByteReader?
    /// The layout where it is another than the standard one, which most are not and which is not free to copy.
    var unusualLayout: ValueLayout?

    var layout: ValueLayout { unusualLayout ?? .standard }

    /// The frame of a null of which there are no bytes.
    static let null = ValueFrame()

    private init() {}

    /// Reads the frame of the next value.
    @inline(__always)
    init(_ form: ValueForm, _ reader: inout ByteReader) throws(TDSWireError) {
        switch form.framing {
        case .fixed: content = try reader.part(form.size)
        case .byteLength:
            let length = Int(try reader.byte())
            guard length > 0 else { return }
            content = try reader.part(length)
            if form.kind == .decimal, length != form.size { unusualLayout = ValueLayout(decimalBytes: length) }
        case .shortLength:
            let length = try reader.number(UInt16.self)
            if length != 0xFFFF { content = try reader.part(Int(length)) }
        default: self = try ValueFrame(rare: form, &reader)
        }
    }

    private init(rare form: ValueForm, _ reader: inout ByteReader) throws(TDSWireError) {
        switch form.framing {
        case .none, .fixed, .byteLength, .shortLength: break
        case .bare: content = try reader.part(reader.remaining)
        case .chunked:
            guard var chunks = try Chunks(&reader) else { return }
            let start = reader.position
            try chunks.walk(&reader)
            let bytes = try Chunks.joined(reader.bytes, at: start, count: chunks.count)
            content = ByteReader(bytes, 0..<bytes.count, endIsAnnounced: true)
            var layout = ValueLayout(isLengthKnown: chunks.announced != nil)
            if let first = chunks.firstCount, first < chunks.count { layout.chunkBytes = first }
            if layout != .standard { unusualLayout = layout }
        case .textPointer:
            let length = Int(try reader.byte())
            if length == 0 { return }
            let pointer = try reader.take(length)
            unusualLayout = ValueLayout(textPointer: pointer, textTimestamp: try reader.number())
            content = try reader.part(Int(try reader.number(UInt32.self)))
        case .longLength:
            let length = try reader.number(UInt32.self)
            if length != .max { content = try reader.part(Int(length)) }
        case .variant:
            let length = try reader.number(UInt32.self)
            if length != 0 { content = try reader.part(Int(length)) }
        }
    }
}
