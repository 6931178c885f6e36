public import Columnar

/// The rows of a table at one version, as batches: one for each row group of each file, read when it is asked for.
///
/// ```swift
/// for try await batch in table.scan(columns: ["order_id", "total_amount"]) { … }
/// ```
public struct TableScan: AsyncSequence, Sendable {
    public typealias Element = RecordBatch

    public let snapshot: Snapshot
    /// The columns that the batches have.
    public let schema: Schema
    let files: [AddFile]

    init(_ snapshot: Snapshot, columns: [String]?) throws {
        self.snapshot = snapshot
        schema = try columns.map { try snapshot.schema.selecting($0) } ?? snapshot.schema
        files = snapshot.files
    }

    public func makeAsyncIterator() -> Iterator { Iterator(scan: self) }

    /// Reads one row group after the other. For one task.
    public struct Iterator: AsyncIteratorProtocol {
        let scan: TableScan
        private var nextFile = 0
        private var reader: DataFileReader?
        private var nextGroup = 0

        init(scan: TableScan) { self.scan = scan }

        public mutating func next() async throws -> RecordBatch? {
            while true {
                try Task.checkCancellation()
                if let reader, nextGroup < reader.rowGroupCount {
                    defer { nextGroup += 1 }
                    return try await reader.read(rowGroup: nextGroup, schema: scan.schema)
                }
                guard nextFile < scan.files.count else { return nil }
                reader = try await DataFileReader(scan.files[nextFile], of: scan.snapshot.layout)
                nextFile += 1
                nextGroup = 0
            }
        }
    }
}

extension Snapshot {
    /// The rows of the table at this version.
    ///
    /// - Parameter columns: The columns wanted, in the order wanted; all where `nil`.
    /// - Throws: `ColumnarError` with code `unknownColumn`.
    public func scan(columns: [String]? = nil) throws -> TableScan { try TableScan(self, columns: columns) }
}
