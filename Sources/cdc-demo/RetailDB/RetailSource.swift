import CDCCore
import CDCTesting
import Columnar

/// The retail database as a source: filled as it was before change capture began.
enum RetailSource {
    /// What tells this database from others: rows and traffic follow from the seed and the size.
    static func identity(size: RetailSize, seed: UInt64) -> String {
        "RetailDB, seed \(seed), \(size.customers) customers, \(size.orders) orders, \(size.products) products"
    }

    /// How many pieces a table is loaded in; a snapshot reads each by itself.
    private static let piecesPerTable = 4

    /// - Throws: ``ColumnarError`` where a table does not fit the memory's vectors: a smaller scale is needed.
    static func make(size: RetailSize, seed: UInt64) throws -> InMemorySource {
        let source = try InMemorySource(
            identity: identity(size: size, seed: seed),
            tables: RetailDB.tables,
            startingAt: RetailDB.captureBegins
        )
        let generator = RetailGenerator(size: size, seed: seed)
        try load(RetailDB.customers.name, try generator.customers(), into: source)
        try load(RetailDB.orders.name, try generator.orders(), into: source)
        try load(RetailDB.products.name, try generator.products(), into: source)
        return source
    }

    private static func load(_ table: TableName, _ rows: RecordBatch, into source: InMemorySource) throws {
        let step = (rows.rowCount + piecesPerTable - 1) / piecesPerTable
        for start in stride(from: 0, to: rows.rowCount, by: max(1, step)) {
            try source.load(table, try rows.slice(start..<min(start + step, rows.rowCount)))
        }
    }
}
