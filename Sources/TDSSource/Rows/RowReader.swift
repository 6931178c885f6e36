import CFreeTDS
import Columnar

/// Gathers the rows of one result set into batches.
final class RowReader {
    let schema: Schema
    private let decoders: [ColumnDecoder]
    private let vectors: UnsafeMutableBufferPointer<ColumnVector>
    /// The columns whose values differ in length, and what one row takes of all columns without those.
    private let poolColumns: [Int]
    private let bytesPerRow: Int
    /// Rows since ``begin(_:)``, and how many there is room for.
    private(set) var count = 0
    /// Rows before ``begin(_:)``.
    private var handedOut = 0
    private var capacity = 0

    /// Asks db-lib about the columns of the result set that is to be read next.
    convenience init(_ handle: OpaquePointer) throws(TDSError) {
        var decoders: [ColumnDecoder] = []
        let count = dbnumcols(handle)
        var number: Int32 = 1
        while number <= count {
            decoders.append(try ColumnDecoder(handle, number: number))
            number += 1
        }
        self.init(decoders)
    }

    init(_ decoders: [ColumnDecoder]) {
        self.decoders = decoders
        schema = Schema(decoders.map(\.field))
        vectors = .allocate(capacity: decoders.count)
        _ = vectors.initialize(from: decoders.map { ColumnVector($0) })
        poolColumns = decoders.indices.filter { decoders[$0].field.type.vectorKind == .bytes }
        bytesPerRow = vectors.reduce(0) { $0 + $1.stride }
    }

    deinit {
        for index in vectors.indices { vectors[index].deallocate() }
        vectors.deallocate()
    }

    /// Rows of the result set so far.
    var total: Int { handedOut + count }

    /// About how many bytes the rows take that were appended since ``begin(_:)``.
    var byteCount: Int {
        var bytes = count &* bytesPerRow
        for index in poolColumns { bytes &+= vectors[index].poolCount }
        return bytes
    }

    /// Begins a batch of up to `rows` rows.
    func begin(_ rows: Int) {
        handedOut += count
        count = 0
        for index in vectors.indices { vectors[index].removeAll() }
        // More than this many get their room as they come: a small result need not take the memory of a large one.
        reserve(min(rows, 1024))
    }

    /// Appends the row that `dbnextrow` has read.
    func append(_ handle: OpaquePointer) throws(TDSError) {
        if count == capacity { reserve(capacity * 2) }
        for index in vectors.indices {
            let outcome = vectors[index].append(handle, row: count)
            if outcome != .appended { throw error(outcome, index) }
        }
        count += 1
    }

    /// Appends a row of cells that db-lib would have; `nil` is null.
    func append(_ cells: [CellDecoding.Cell?]) throws(TDSError) {
        if count == capacity { reserve(capacity * 2) }
        for index in vectors.indices {
            guard let cell = cells[index] else {
                vectors[index].appendNull(count)
                continue
            }
            let outcome = vectors[index].append(cell, row: count)
            if outcome != .appended { throw error(outcome, index) }
        }
        count += 1
    }

    /// The rows that were appended since ``begin(_:)``.
    func finish() throws(TDSError) -> RecordBatch {
        let columns = vectors.indices.map { vectors[$0].column(schema.fields[$0].type, count: count) }
        do { return try RecordBatch(schema, columns, rowCount: count) } catch {
            throw TDSError(.unexpectedResult, "the rows do not fit together: \(error)")
        }
    }

    private func reserve(_ rows: Int) {
        guard rows > capacity else { return }
        for index in vectors.indices { vectors[index].reserve(rows, keeping: count) }
        capacity = rows
    }

    private func error(_ outcome: ColumnVector.Outcome, _ column: Int) -> TDSError {
        outcome == .tooLarge ? decoders[column].tooLarge() : decoders[column].malformed()
    }
}
