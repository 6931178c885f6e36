import CDCCore
import CDCTesting
import Columnar

/// The retail database in memory.
struct MemoryRetailDB: RetailDatabase {
    let place = "RetailDB in memory; by its clock it is 2024"
    private let database: InMemorySource
    private let size: RetailSize

    init(size: RetailSize, seed: UInt64) throws {
        self.size = size
        database = try RetailSource.make(size: size, seed: seed)
    }

    var source: any ChangeSource { database }

    func contents() throws -> RetailContents {
        RetailContents(generated: size, orders: try database.rows(of: RetailDB.orders.name))
    }

    func commit(_ transaction: RetailTransaction) throws -> RetailCommit {
        let origin = RetailCommit.Origin(lsn: try database.commit(transaction), time: transaction.time)
        return RetailCommit(sql: []) { origin }
    }

    func rows(of table: SourceTable) throws -> RecordBatch { try database.rows(of: table.name) }

    func lastLSN() -> LSN { database.lastLSN }

    func close() {}
}

extension InMemorySource {
    /// Runs a transaction of the retail database at the time that it says.
    @discardableResult
    func commit(_ transaction: RetailTransaction) throws -> LSN {
        let now = Value.timestampNTZ(DateTime.rounded(transaction.time))
        return try self.transaction(at: transaction.time) { memory in
            for statement in transaction.statements { try memory.run(statement, at: now) }
        }
    }
}

extension InMemoryTransaction {
    fileprivate mutating func run(_ statement: RetailStatement, at now: Value) throws {
        var values = Dictionary(statement.values.map { ($0.column, $0.value) }, uniquingKeysWith: { $1 })
        for stamp in statement.stamps { values[stamp] = now }
        for id in statement.ids.map({ Value.integer(Int64($0)) }) {
            switch statement.kind {
            case .insert:
                values[statement.key] = id
                try insert(statement.table.name, values)
            case .update: try update(statement.table.name, key: [id], set: values)
            case .delete: try delete(statement.table.name, key: [id])
            }
        }
    }
}
