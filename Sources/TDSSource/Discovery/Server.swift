import CDCCore
import Columnar
import Logging

/// A database of a server through a pool of connections: what every part of the source asks its questions of.
struct Server: MetadataSource {
    let pool: ConnectionPool
    let retry: StatementRetry

    func metadata(_ batch: String) async throws -> MetadataRows {
        try await retry {
            try await pool.withConnection { connection in
                MetadataRows(try await connection.smallResult(batch, limit: 1_000_000))
            }
        }
    }

    func metadata(_ statement: Statement) async throws -> MetadataRows { try await metadata(statement.batch) }

    /// The first rows of a result: at most `rows`, and about `bytes`.
    ///
    /// What comes behind them is given up, so a statement that is asked this way must say itself where to go on.
    ///
    /// - Parameters:
    ///   - check: Looks at the connection before it is asked.
    ///   - verify: Looks at the same one when the rows are there: another may be one to another replica.
    func page(
        _ statement: Statement,
        rows: Int,
        bytes: Int,
        after check: @Sendable (TDSConnection) async throws -> Void,
        then verify: @Sendable (TDSConnection) async throws -> Void
    ) async throws -> RecordBatch? {
        try await retry {
            try await pool.withConnection { connection in
                try await check(connection)
                // One row more than may come: so the end is met, and nothing is left that the server must be told to stop.
                let result = try await connection.query(statement.batch, rowsPerBatch: rows + 1, bytesPerBatch: bytes)
                let page = try await result.next()
                try await verify(connection)
                return page
            }
        }
    }

    func execute(_ batch: String) async throws {
        try await pool.withConnection { connection in try await connection.execute(batch) }
    }
}
