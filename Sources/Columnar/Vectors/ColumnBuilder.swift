/// Appends values one after the other and hands them out as a ``Column``.
///
/// A builder has an array for every ``VectorKind``, of which only the one of its type grows: so an append is one array
/// append, without a call through a protocol or an enum to take apart. The caller appends what fits the type; `append`
/// methods of another kind are a programming error and stop the program.
public struct ColumnBuilder: Sendable {
    public let type: DataType
    @usableFromInline let kind: VectorKind
    @usableFromInline var bits = Bitmap()
    @usableFromInline var int32s: [Int32] = []
    @usableFromInline var int64s: [Int64] = []
    @usableFromInline var int128s: [Int128] = []
    @usableFromInline var floats: [Float] = []
    @usableFromInline var doubles: [Double] = []
    @usableFromInline var bytes = ByteVector()
    /// How many lists end where; the offsets of lists and maps.
    @usableFromInline var offsets: [Int32] = [0]
    /// Of a structure its fields, of a list its elements, of a map its keys and values.
    public var children: [ColumnBuilder] = []
    /// Made when the first null comes.
    @usableFromInline var validity: Bitmap?
    /// How many values have been appended, nulls included.
    public private(set) var count = 0

    public init(_ type: DataType) {
        self.type = type
        kind = type.vectorKind
        switch type {
        case .structure(let schema): children = schema.fields.map { ColumnBuilder($0.type) }
        case .list(let element, _): children = [ColumnBuilder(element)]
        case .map(let key, let value, _): children = [ColumnBuilder(key), ColumnBuilder(value)]
        default: break
        }
    }

    /// Makes room for `rows` values altogether; for the bytes of texts it does not.
    public mutating func reserveCapacity(_ rows: Int) {
        switch kind {
        case .bits: bits.reserveCapacity(rows)
        case .int32: int32s.reserveCapacity(rows)
        case .int64: int64s.reserveCapacity(rows)
        case .int128: int128s.reserveCapacity(rows)
        case .float: floats.reserveCapacity(rows)
        case .double: doubles.reserveCapacity(rows)
        case .bytes: bytes.reserveCapacity(rows, bytes: 0)
        case .structure: for index in children.indices { children[index].reserveCapacity(rows) }
        case .list, .map: offsets.reserveCapacity(rows + 1)
        }
    }

    // MARK: Appending

    /// A null: of any type.
    public mutating func appendNull() {
        if validity == nil { validity = Bitmap(repeating: true, count: count) }
        switch kind {
        case .bits: bits.append(false)
        case .int32: int32s.append(0)
        case .int64: int64s.append(0)
        case .int128: int128s.append(0)
        case .float: floats.append(0)
        case .double: doubles.append(0)
        case .bytes: bytes.appendEmpty()
        case .structure: for index in children.indices { children[index].appendNull() }
        case .list, .map: offsets.append(offsets[offsets.count - 1])
        }
        validity?.append(false)
        count += 1
    }

    public mutating func append(_ value: Bool) {
        precondition(kind == .bits)
        bits.append(value)
        appended()
    }

    /// A whole number of up to 32 bits, or a date.
    public mutating func append(_ value: Int32) {
        precondition(kind == .int32)
        int32s.append(value)
        appended()
    }

    /// A whole number of 64 bits, a timestamp, or the unscaled value of a decimal of up to 18 digits.
    public mutating func append(_ value: Int64) {
        precondition(kind == .int64)
        int64s.append(value)
        appended()
    }

    /// The unscaled value of a decimal of more than 18 digits.
    public mutating func append(_ value: Int128) {
        precondition(kind == .int128)
        int128s.append(value)
        appended()
    }

    public mutating func append(_ value: Float) {
        precondition(kind == .float)
        floats.append(value)
        appended()
    }

    public mutating func append(_ value: Double) {
        precondition(kind == .double)
        doubles.append(value)
        appended()
    }

    public mutating func append(_ text: String) throws(ColumnarError) {
        precondition(kind == .bytes)
        try bytes.append(text)
        appended()
    }

    public mutating func append(_ value: some Collection<UInt8>) throws(ColumnarError) {
        precondition(kind == .bytes)
        try bytes.append(value)
        appended()
    }

    public mutating func append(_ value: UnsafeRawBufferPointer) throws(ColumnarError) {
        precondition(kind == .bytes)
        try bytes.append(value)
        appended()
    }

    /// Ends a structure, list or map whose parts have been appended to ``children``.
    ///
    /// - Throws: ``ColumnarError`` where a list grows beyond 2³¹ elements or a structure's fields are not all there.
    public mutating func appendNested() throws(ColumnarError) {
        switch kind {
        case .structure:
            guard children.allSatisfy({ $0.count == count + 1 }) else {
                throw ColumnarError(.mismatch, "a structure ended before each of its fields had a value")
            }
        case .list, .map:
            guard let elements = Int32(exactly: children[0].count) else { throw .poolOverflow }
            guard children.allSatisfy({ $0.count == children[0].count }) else {
                throw ColumnarError(.mismatch, "a map ended with more keys than values, or fewer")
            }
            offsets.append(elements)
        default: preconditionFailure("appendNested() is for structures, lists and maps")
        }
        appended()
    }

    private mutating func appended() {
        validity?.append(true)
        count += 1
    }

    // MARK: Handing out

    /// What has been appended, as a column; the builder is empty afterwards.
    ///
    /// It is a programming error, and stops the program, to have taken values away from ``children``.
    public mutating func finish() -> Column {
        // Kernels rely on it without looking again.
        let needed = kind == .structure ? count : Int(offsets[offsets.count - 1])
        precondition(children.allSatisfy { $0.count >= needed }, "values were taken away from children")
        let values: Column.Values =
            switch kind {
            case .bits: .bits(take(&bits, Bitmap()))
            case .int32: .int32(take(&int32s, []))
            case .int64: .int64(take(&int64s, []))
            case .int128: .int128(take(&int128s, []))
            case .float: .float(take(&floats, []))
            case .double: .double(take(&doubles, []))
            case .bytes: .bytes(take(&bytes, ByteVector()))
            case .structure: .structure(finishChildren(), count: count)
            case .list: .list(offsets: take(&offsets, [0]), elements: children[0].finish())
            case .map:
                .map(offsets: take(&offsets, [0]), keys: children[0].finish(), values: children[1].finish())
            }
        let column = Column(trusted: type, values, validity: validity)
        validity = nil
        count = 0
        return column
    }

    private mutating func finishChildren() -> [Column] {
        var columns: [Column] = []
        for index in children.indices { columns.append(children[index].finish()) }
        return columns
    }

    private func take<T>(_ vector: inout T, _ empty: T) -> T {
        let taken = vector
        vector = empty
        return taken
    }
}
