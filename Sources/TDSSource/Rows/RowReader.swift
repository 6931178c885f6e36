import CFreeTDS
import Columnar

/// Gathers the rows of one result set into batches.
struct RowReader {
    let schema: Schema
    private let decoders: [ColumnDecoder]
    private var builder: RecordBatchBuilder
    private let fixedBytes: Int
    /// About how many bytes the rows take that were appended since ``begin(_:)``.
    private(set) var byteCount = 0

    /// Asks db-lib about the columns of the result set that is to be read next.
    init(_ handle: OpaquePointer) throws(TDSError) {
        var decoders: [ColumnDecoder] = []
        let count = dbnumcols(handle)
        var number: Int32 = 1
        while number <= count {
            decoders.append(try ColumnDecoder(handle, number: number))
            number += 1
        }
        self.decoders = decoders
        schema = Schema(decoders.map(\.field))
        builder = RecordBatchBuilder(schema)
        fixedBytes = decoders.reduce(0) { $0 + $1.fixedBytes }
    }

    mutating func begin(_ rows: Int) {
        byteCount = 0
        // More than this many grow as they come: a small result need not take the memory of a large one.
        builder.reserveCapacity(min(rows, 8192))
    }

    /// Appends the row that `dbnextrow` has read.
    mutating func append(_ handle: OpaquePointer) throws(TDSError) {
        var bytes = fixedBytes
        for index in decoders.indices {
            bytes += try decoders[index].append(handle, &builder.columns[index])
        }
        byteCount += bytes
    }

    mutating func finish() -> RecordBatch { builder.finish() }
}
