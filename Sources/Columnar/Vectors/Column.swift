/// The values of one column: a vector of its type, and a bitmap that says which of them are there.
///
/// Columns are values: copies share memory until one is changed, and any thread may read one. Kernels take the vector out of
/// ``values`` once per column and loop over a plain array.
public struct Column: Sendable {
    public let type: DataType
    /// The vector; of a null it holds an unspecified value.
    public let values: Values
    /// A set bit for every value that is not null; `nil` where none is null. Where a value is null, the vector holds an
    /// unspecified one in its place.
    public let validity: Bitmap?

    /// A vector for each ``VectorKind``.
    public enum Values: Sendable {
        case bits(Bitmap)
        case int32([Int32])
        case int64([Int64])
        case int128([Int128])
        case float([Float])
        case double([Double])
        case bytes(ByteVector)
        /// The columns of the structure, each as long as the structure's own vector of `count`.
        case structure([Column], count: Int)
        /// Element `i` is the part `offsets[i]..<offsets[i + 1]` of the elements.
        indirect case list(offsets: [Int32], elements: Column)
        /// Entry `i` is the part `offsets[i]..<offsets[i + 1]` of keys and values.
        indirect case map(offsets: [Int32], keys: Column, values: Column)
    }

    /// Puts a column together.
    ///
    /// - Throws: ``ColumnarError`` with code `mismatch` where the vector is not of the type's kind, where lengths differ,
    ///   or where the columns of a structure are not those of its schema.
    public init(_ type: DataType, _ values: Values, validity: Bitmap? = nil) throws(ColumnarError) {
        try Column.check(type, values, validity)
        self.init(trusted: type, values, validity: validity)
    }

    /// Puts a column together from parts that the caller made itself, without looking at them again.
    package init(trusted type: DataType, _ values: Values, validity: Bitmap? = nil) {
        self.type = type
        self.values = values
        self.validity = validity?.allSet == true ? nil : validity
    }

    /// How many values there are, nulls included.
    public var count: Int { values.count }

    /// How many values are null.
    public var nullCount: Int { validity.map { $0.count - $0.setCount } ?? 0 }

    /// Whether value `index` is null.
    @inlinable
    public func isNull(at index: Int) -> Bool {
        if let validity { !validity[index] } else { false }
    }

    /// The same values under another type of the same kind, for instance days as a date.
    public func reinterpreted(as type: DataType) throws(ColumnarError) -> Column {
        try Column(type, values, validity: validity)
    }
}

extension Column.Values {
    /// The kind of vector this is.
    public var kind: VectorKind {
        switch self {
        case .bits: .bits
        case .int32: .int32
        case .int64: .int64
        case .int128: .int128
        case .float: .float
        case .double: .double
        case .bytes: .bytes
        case .structure: .structure
        case .list: .list
        case .map: .map
        }
    }

    /// How many values there are, nulls included; of a list or map how many lists or maps.
    public var count: Int {
        switch self {
        case .bits(let bits): bits.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .int128(let values): values.count
        case .float(let values): values.count
        case .double(let values): values.count
        case .bytes(let values): values.count
        case .structure(_, let count): count
        case .list(let offsets, _): offsets.count - 1
        case .map(let offsets, _, _): offsets.count - 1
        }
    }
}

/// The vector of each kind; `nil` where the column is of another.
extension Column.Values {
    public var bits: Bitmap? { if case .bits(let vector) = self { vector } else { nil } }
    public var int32: [Int32]? { if case .int32(let vector) = self { vector } else { nil } }
    public var int64: [Int64]? { if case .int64(let vector) = self { vector } else { nil } }
    public var int128: [Int128]? { if case .int128(let vector) = self { vector } else { nil } }
    public var float: [Float]? { if case .float(let vector) = self { vector } else { nil } }
    public var double: [Double]? { if case .double(let vector) = self { vector } else { nil } }
    public var bytes: ByteVector? { if case .bytes(let vector) = self { vector } else { nil } }
    public var structure: [Column]? { if case .structure(let columns, _) = self { columns } else { nil } }
    public var list: (offsets: [Int32], elements: Column)? {
        if case .list(let offsets, let elements) = self { (offsets, elements) } else { nil }
    }
    public var map: (offsets: [Int32], keys: Column, values: Column)? {
        if case .map(let offsets, let keys, let values) = self { (offsets, keys, values) } else { nil }
    }
}

extension Column {
    /// About how many bytes of memory the column takes.
    public var byteCount: Int {
        let own =
            switch values {
            case .bits(let bits): bits.words.count * 8
            case .int32(let values): values.count * 4
            case .int64(let values): values.count * 8
            case .int128(let values): values.count * 16
            case .float(let values): values.count * 4
            case .double(let values): values.count * 8
            case .bytes(let values): values.pool.count + values.offsets.count * 4
            case .structure(let columns, _): columns.reduce(0) { $0 + $1.byteCount }
            case .list(let offsets, let elements): offsets.count * 4 + elements.byteCount
            case .map(let offsets, let keys, let values): offsets.count * 4 + keys.byteCount + values.byteCount
            }
        return own + (validity?.words.count ?? 0) * 8
    }

    private static func check(_ type: DataType, _ values: Values, _ validity: Bitmap?) throws(ColumnarError) {
        guard type.vectorKind == values.kind else {
            throw ColumnarError(.mismatch, "a column of type \(type) cannot hold a vector of kind \(values.kind)")
        }
        if case .decimal(let precision, let scale) = type {
            guard (1...DataType.maximumDecimalPrecision).contains(precision), (0...precision).contains(scale) else {
                throw ColumnarError(.outOfRange, "decimal(\(precision),\(scale)) is no decimal type")
            }
        }
        if let validity, validity.count != values.count {
            throw ColumnarError(.mismatch, "\(validity.count) validity bits for \(values.count) values")
        }
        switch (type, values) {
        case (.structure(let schema), .structure(let columns, let count)):
            guard schema.fields.map(\.type) == columns.map(\.type), columns.allSatisfy({ $0.count == count }) else {
                throw ColumnarError(.mismatch, "the columns of a structure do not fit its schema")
            }
        case (.list(let element, _), .list(let offsets, let elements)):
            guard element == elements.type else {
                throw ColumnarError(.mismatch, "an array of \(element) cannot hold elements of type \(elements.type)")
            }
            try checkOffsets(offsets, elements.count)
        case (.map(let key, let value, _), .map(let offsets, let keys, let mapped)):
            guard key == keys.type, value == mapped.type, keys.count == mapped.count else {
                throw ColumnarError(.mismatch, "keys and values do not fit the type \(type)")
            }
            try checkOffsets(offsets, keys.count)
        default: break
        }
    }

    private static func checkOffsets(_ offsets: [Int32], _ count: Int) throws(ColumnarError) {
        var previous: Int32 = 0
        var isOrdered = offsets.first == 0 && offsets.last.map(Int.init) == count
        for offset in offsets {
            isOrdered = isOrdered && offset >= previous
            previous = offset
        }
        if !isOrdered {
            throw ColumnarError(.mismatch, "offsets must ascend from 0 to the number of elements")
        }
    }
}
