package import Columnar
package import Logging

/// A connection to SQL Server, on a thread of its own.
///
/// Any task may use it; statements run one after the other. Cancelling the task that waits for a statement stops the statement
/// on the server: at once while the server has not begun to answer or while rows come, within a second in between. Connecting
/// is not cancelled; it ends by the login timeout.
package actor TDSConnection {
    private nonisolated let thread: ConnectionThread
    private nonisolated let wakeUp: WakeUp
    private var process: DBProcess?
    private var reading: Reading?
    /// Whether all rows of the last statement were read.
    private var isAtEnd = false
    /// How many statements there were.
    private var statements = 0

    private struct Reading {
        var statement: Int
        var reader: RowReader
        var rows: Int
        var bytes: Int
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Connects and logs in.
    ///
    /// - Throws: ``TDSError`` with code `invalidConfiguration`, `environmentOverrides`, `connectionFailed`, `tlsFailed`,
    ///   `loginFailed`, `unknownDatabase` or `timeout`.
    package static func open(
        _ configuration: SQLServerConfiguration,
        logger: Logger
    ) async throws(TDSError) -> TDSConnection {
        let connection = try TDSConnection()
        try await connection.connect(configuration, logger)
        return connection
    }

    private init() throws(TDSError) {
        wakeUp = try WakeUp()
        thread = try ConnectionThread()
    }

    deinit { thread.stop() }

    private func connect(_ configuration: SQLServerConfiguration, _ logger: Logger) throws(TDSError) {
        process = try DBProcess(configuration, wakeUp, logger)
    }

    /// Whether statements can be sent; a connection that broke stays broken.
    package var isAlive: Bool { process?.isAlive == true }

    /// What `PRINT` said on this connection: the first thousand messages.
    package var printed: [String] { process?.printed ?? [] }

    /// Closes the connection. Statements afterwards fail.
    package func close() {
        reading = nil
        process = nil
    }

    // MARK: Statements

    /// Runs a batch; rows that it returns are read and dropped.
    package nonisolated func execute(_ batch: String) async throws(TDSError) {
        try await interruptible { flag throws(TDSError) in try await self.execute(batch, flag) }
    }

    /// Runs a batch that returns one result set.
    ///
    /// - Parameters:
    ///   - rowsPerBatch: How many rows a batch has at most. By default so few that a batch of narrow rows stays in the
    ///     processor's cache, and so many that the thread is not woken all the time.
    ///   - bytesPerBatch: After about how many bytes a batch ends; one row may be larger.
    /// - Throws: ``TDSError``, from here or from the rows; with code `unexpectedResult` where there is no result set, or
    ///   there are rows in more than one.
    package nonisolated func query(
        _ batch: String,
        rowsPerBatch: Int = 4096,
        bytesPerBatch: Int = 64 << 20
    ) async throws(TDSError) -> TDSRows {
        try await interruptible { flag throws(TDSError) in
            try await self.query(batch, rows: max(1, rowsPerBatch), bytes: max(1, bytesPerBatch), flag)
        }
    }

    /// Runs a batch that returns one result set of few rows, and reads it whole.
    ///
    /// - Throws: ``TDSError``; with code `unexpectedResult` where there are more than `limit` rows.
    package nonisolated func smallResult(_ batch: String, limit: Int = 10_000) async throws(TDSError) -> RecordBatch {
        let rows = try await query(batch, rowsPerBatch: limit + 1, bytesPerBatch: .max)
        let batch = try await rows.next() ?? .empty(rows.schema)
        guard batch.rowCount <= limit else {
            await stop()
            throw TDSError(.unexpectedResult, "more than \(limit) rows came where few were expected")
        }
        return batch
    }

    /// Gives up rows that have not been read.
    package func stop() {
        reading = nil
        process?.stop()
    }

    /// The next batch of the rows of a statement.
    nonisolated func nextBatch(of statement: Int) async throws(TDSError) -> RecordBatch? {
        try await interruptible { flag throws(TDSError) in try await self.nextBatch(of: statement, flag) }
    }

    // MARK: On the thread

    // What follows never suspends: one call is one visit to the connection's thread.

    private func execute(_ batch: String, _ flag: CancelFlag) throws(TDSError) {
        try begin().execute(batch, flag)
    }

    private func query(_ batch: String, rows: Int, bytes: Int, _ flag: CancelFlag) throws(TDSError) -> TDSRows {
        let reader = try begin().query(batch, flag)
        reading = Reading(statement: statements, reader: reader, rows: rows, bytes: bytes)
        return TDSRows(reader.schema, self, statement: statements)
    }

    private func nextBatch(of statement: Int, _ flag: CancelFlag) throws(TDSError) -> RecordBatch? {
        guard let process else { throw Self.closed }
        guard statement == statements else {
            throw TDSError(.unexpectedResult, "another statement ran on the connection before all rows were read")
        }
        if isAtEnd { return nil }
        guard let current = reading else {
            throw TDSError(.unexpectedResult, "the rows were given up before all of them were read")
        }
        // After an error there is nothing more to read.
        reading = nil
        let batch = try process.read(current.reader, rows: current.rows, bytes: current.bytes, flag)
        if batch != nil { reading = current } else { isAtEnd = true }
        return batch
    }

    /// Begins a statement, which ends the one before.
    private func begin() throws(TDSError) -> DBProcess {
        guard let process else { throw Self.closed }
        statements += 1
        reading = nil
        isAtEnd = false
        return process
    }

    private static let closed = TDSError.lost("it was closed")

    /// Runs `body` so that cancelling the task sets the flag that it is given.
    ///
    /// The body calls the actor and is not itself on its thread: a closure inside the actor would run wherever the library
    /// function that takes it runs its closures.
    private nonisolated func interruptible<T: Sendable>(
        _ body: (CancelFlag) async throws(TDSError) -> T
    ) async throws(TDSError) -> T {
        let flag = CancelFlag(wakeUp)
        let result: Result<T, TDSError> = await withTaskCancellationHandler {
            do throws(TDSError) { return .success(try await body(flag)) } catch { return .failure(error) }
        } onCancel: {
            flag.set()
        }
        return try result.get()
    }
}
