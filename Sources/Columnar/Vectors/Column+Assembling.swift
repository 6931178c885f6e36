extension Column {
    /// A column of the rows that `runs` name, in their order, copied from `columns`, which must all be of one type.
    ///
    /// - Throws: ``ColumnarError`` with code `mismatch` where a run leaves its column or the types differ, and with code
    ///   `tooLarge` where the texts together exceed 2 GiB.
    public static func assembling(_ runs: [RowRun], from columns: [Column]) throws(ColumnarError) -> Column {
        guard let first = columns.first else {
            throw ColumnarError(.mismatch, "no columns to assemble from")
        }
        guard columns.allSatisfy({ $0.type == first.type }) else {
            throw ColumnarError(.mismatch, "columns of different types cannot be put together")
        }
        for run in runs
        where run.source < 0 || run.source >= columns.count
            || run.rows.lowerBound < 0 || run.rows.upperBound > columns[run.source].count
        {
            throw ColumnarError(.mismatch, "a run of rows \(run.rows) outside its column")
        }
        return try assemble(first.type, runs, from: columns)
    }

    /// The rows `range`.
    public func slice(_ range: Range<Int>) throws(ColumnarError) -> Column {
        range == 0..<count ? self : try .assembling([RowRun(rows: range)], from: [self])
    }

    /// The rows whose bit is set.
    public func filter(_ selection: Bitmap) throws(ColumnarError) -> Column {
        guard selection.count == count else {
            throw ColumnarError(.mismatch, "a selection of \(selection.count) rows for a column of \(count)")
        }
        return try .assembling([RowRun](selecting: selection), from: [self])
    }

    /// The rows `rows`, in their order; a row may come more than once.
    public func take(_ rows: [Int32]) throws(ColumnarError) -> Column {
        var runs: [RowRun] = []
        for row in rows { runs.append(row: Int(row)) }
        return try .assembling(runs, from: [self])
    }

    /// All rows of `columns`, one column behind the other.
    public static func concatenate(_ columns: [Column]) throws(ColumnarError) -> Column {
        if columns.count == 1 { return columns[0] }
        let runs = columns.indices.map { RowRun(source: $0, rows: 0..<columns[$0].count) }
        return try assembling(runs, from: columns)
    }

    /// `count` nulls.
    public static func nulls(_ type: DataType, count: Int) -> Column {
        let values: Values =
            switch type {
            case .structure(let schema): .structure(schema.fields.map { nulls($0.type, count: count) }, count: count)
            case .list(let element, _):
                .list(offsets: Array(repeating: 0, count: count + 1), elements: nulls(element, count: 0))
            case .map(let key, let value, _):
                .map(
                    offsets: Array(repeating: 0, count: count + 1),
                    keys: nulls(key, count: 0),
                    values: nulls(value, count: 0)
                )
            default:
                switch type.vectorKind {
                case .bits: .bits(Bitmap(repeating: false, count: count))
                case .int32: .int32(Array(repeating: 0, count: count))
                case .int64: .int64(Array(repeating: 0, count: count))
                case .int128: .int128(Array(repeating: 0, count: count))
                case .float: .float(Array(repeating: 0, count: count))
                case .double: .double(Array(repeating: 0, count: count))
                default: .bytes(ByteVector(trusted: Array(repeating: 0, count: count + 1), pool: []))
                }
            }
        return Column(trusted: type, values, validity: Bitmap(repeating: false, count: count))
    }
}

extension Column {
    private static func assemble(
        _ type: DataType,
        _ runs: [RowRun],
        from columns: [Column]
    ) throws(ColumnarError) -> Column {
        let count = runs.rowCount
        let values: Values
        switch type.vectorKind {
        case .bits:
            var result = Bitmap()
            result.reserveCapacity(count)
            let vectors = columns.compactMap(\.values.bits)
            for run in runs { result.append(vectors[run.source], run.rows) }
            values = .bits(result)
        case .int32:
            let vectors = columns.compactMap(\.values.int32)
            values = .int32(gather(runs, count, vectors))
        case .int64:
            let vectors = columns.compactMap(\.values.int64)
            values = .int64(gather(runs, count, vectors))
        case .int128:
            let vectors = columns.compactMap(\.values.int128)
            values = .int128(gather(runs, count, vectors))
        case .float:
            let vectors = columns.compactMap(\.values.float)
            values = .float(gather(runs, count, vectors))
        case .double:
            let vectors = columns.compactMap(\.values.double)
            values = .double(gather(runs, count, vectors))
        case .bytes:
            let vectors = columns.compactMap(\.values.bytes)
            var bytes = 0
            for run in runs {
                let offsets = vectors[run.source].offsets
                bytes += Int(offsets[run.rows.upperBound] - offsets[run.rows.lowerBound])
            }
            guard bytes <= Int32.max else { throw .poolOverflow }
            var result = ByteVector()
            result.reserveCapacity(count, bytes: bytes)
            for run in runs { try result.append(vectors[run.source], run.rows) }
            values = .bytes(result)
        case .structure:
            let parts = columns.compactMap(\.values.structure)
            var fields: [Column] = []
            for field in parts[0].indices {
                fields.append(try assemble(parts[0][field].type, runs, from: parts.map { $0[field] }))
            }
            values = .structure(fields, count: count)
        case .list:
            let offsets = columns.compactMap(\.values.list?.offsets)
            let elements = columns.compactMap(\.values.list?.elements)
            let (assembled, elementRuns) = try gatherOffsets(runs, offsets)
            values = .list(offsets: assembled, elements: try assemble(elements[0].type, elementRuns, from: elements))
        case .map:
            let offsets = columns.compactMap(\.values.map?.offsets)
            let keys = columns.compactMap(\.values.map?.keys)
            let mapped = columns.compactMap(\.values.map?.values)
            let (assembled, entryRuns) = try gatherOffsets(runs, offsets)
            values = .map(
                offsets: assembled,
                keys: try assemble(keys[0].type, entryRuns, from: keys),
                values: try assemble(mapped[0].type, entryRuns, from: mapped)
            )
        }
        return Column(trusted: type, values, validity: gatherValidity(runs, count, columns))
    }

    @inline(__always)
    private static func gather<T: BitwiseCopyable>(_ runs: [RowRun], _ count: Int, _ vectors: [[T]]) -> [T] {
        Array(unsafeUninitializedCapacity: count) { buffer, filled in
            // Runs and vectors were checked against each other at the door, in `assembling`.
            for run in runs {
                vectors[run.source].withUnsafeBufferPointer { vector in
                    let rows = UnsafeBufferPointer(rebasing: vector[run.rows])
                    _ = UnsafeMutableBufferPointer(rebasing: buffer[filled..<filled + rows.count])
                        .initialize(fromContentsOf: rows)
                }
                filled += run.rows.count
            }
        }
    }

    /// The offsets of the assembled lists, and the runs of their elements.
    private static func gatherOffsets(
        _ runs: [RowRun],
        _ offsets: [[Int32]]
    ) throws(ColumnarError) -> ([Int32], [RowRun]) {
        var result: [Int32] = [0]
        result.reserveCapacity(runs.rowCount + 1)
        var elementRuns: [RowRun] = []
        var end = 0
        for run in runs {
            let own = offsets[run.source]
            let start = Int(own[run.rows.lowerBound])
            for row in run.rows {
                guard let offset = Int32(exactly: end + Int(own[row + 1]) - start) else { throw .poolOverflow }
                result.append(offset)
            }
            let elements = start..<Int(own[run.rows.upperBound])
            elementRuns.append(rows: elements, source: run.source)
            end += elements.count
        }
        return (result, elementRuns)
    }

    private static func gatherValidity(_ runs: [RowRun], _ count: Int, _ columns: [Column]) -> Bitmap? {
        if columns.allSatisfy({ $0.validity == nil }) { return nil }
        var validity = Bitmap()
        validity.reserveCapacity(count)
        for run in runs {
            if let bits = columns[run.source].validity {
                validity.append(bits, run.rows)
            } else {
                validity.append(repeating: true, count: run.rows.count)
            }
        }
        return validity
    }
}
