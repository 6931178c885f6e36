import CFreeTDS
import Columnar
import Logging

/// One connection of db-lib. Only its own thread calls it, and every call blocks until the server has answered.
final class DBProcess {
    private let handle: OpaquePointer
    private let session: Session
    private let wakeUp: WakeUp
    private let queryTimeout: Duration?
    private let user: String
    private let logger: Logger
    /// What `PRINT` said on this connection.
    private(set) var printed: [String] = []
    /// Whether results of the last statement may not have been read yet.
    private(set) var hasPendingResults = false
    private var hasEndedEarly = false

    /// Connects, logs in, proves that the connection is encrypted where it must be, and sets up the session.
    init(_ configuration: SQLServerConfiguration, _ wakeUp: WakeUp, _ logger: Logger) throws(TDSError) {
        self.wakeUp = wakeUp
        self.logger = logger
        queryTimeout = configuration.queryTimeout
        user = configuration.user
        session = Session(attentionTimeout: configuration.attentionTimeout)
        handle = try FreeTDSRuntime.shared.open(configuration, session)
        dbsetinterrupt(handle, Handlers.isInterrupted, Handlers.interrupt)
        if let queryTimeout { dbsetopt(handle, DBSETTIME, "\(queryTimeout.wholeSeconds)", 0) }
        logMessages()
        try setUp(configuration)
    }

    deinit {
        Handlers.drop(session) { dbclose(handle) }
    }

    var isAlive: Bool { !hasEndedEarly && dbdead(handle) == 0 }

    // MARK: Session

    private func setUp(_ configuration: SQLServerConfiguration) throws(TDSError) {
        // db-lib logs in as an old client does, for which the server turns the standard's rules off and cuts texts at 4096
        // bytes. The counts of rows are wanted, whatever the server's default is: see `finish`.
        let milliseconds = configuration.lockTimeout.map { $0.components.seconds * 1000 + $0.milliseconds } ?? -1
        let batch = """
            SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON; SET ANSI_NULLS ON; SET ANSI_NULL_DFLT_ON ON; \
            SET ANSI_PADDING ON; SET ANSI_WARNINGS ON; SET QUOTED_IDENTIFIER ON; SET TEXTSIZE 2147483647; \
            SET NOCOUNT OFF; SET DATEFORMAT ymd; SET XACT_ABORT ON; SET LOCK_TIMEOUT \(milliseconds);
            """
        var mustBeEncrypted = false
        if case .required = configuration.encryption { mustBeEncrypted = true }
        try send(batch, nil, provingEncryption: mustBeEncrypted)
        try drain()
    }

    /// Looks at what waits in the socket: a record of TLS, or a packet of TDS in the clear.
    ///
    /// A server, or whoever stands between, can agree to encryption for the login only, and FreeTDS then goes on in the clear
    /// without a word. Nothing but the harmless set-up has been sent by now. Source: RFC 5246 6.2.1, MS-TDS 2.2.3.1.1.
    private func proveEncryption() throws(TDSError) {
        guard let first = peek(dbiordesc(handle)), !(20...23).contains(first) else { return }
        throw TDSError(
            .tlsFailed,
            "the server encrypted the login only and answers in the clear; allow encryption on the server, and find out "
                + "whether somebody stands between"
        )
    }

    // MARK: Statements

    /// Runs a batch and throws away the rows that it returns.
    func execute(_ batch: String, _ flag: CancelFlag?) throws(TDSError) {
        try send(batch, flag)
        try drain()
    }

    /// Sends a batch and waits for its first result set.
    func query(_ batch: String, _ flag: CancelFlag?) throws(TDSError) -> RowReader {
        try send(batch, flag)
        guard try nextResultSet() else {
            throw TDSError(.unexpectedResult, "the statement returned no rows, not even the names of columns")
        }
        do { return try RowReader(handle) } catch {
            stop()
            throw error
        }
    }

    /// Reads up to `rows` rows, or about `bytes` bytes; `nil` after the last row, when the whole batch has succeeded.
    func read(
        _ reader: RowReader,
        rows: Int,
        bytes: Int,
        _ flag: CancelFlag?
    ) throws(TDSError) -> RecordBatch? {
        guard hasPendingResults else { return nil }
        session.begin(flag)
        reader.begin(rows)
        var outcome = REG_ROW
        while reader.count < rows {
            outcome = dbnextrow(handle)
            if outcome != REG_ROW { break }
            do { try reader.append(handle) } catch {
                stop()
                throw error
            }
            if reader.byteCount >= bytes { break }
            if reader.count & 31 == 0, flag?.isSet == true { throw cancelled() }
        }
        // An error may also stand between two rows.
        try check(outcome == REG_ROW || outcome == NO_MORE_ROWS ? SUCCEED : FAIL)
        // The last rows are handed out only when nothing went wrong after them.
        if outcome != REG_ROW { try finish(reader.total) }
        return reader.count == 0 && !hasPendingResults ? nil : try reader.finish()
    }

    /// Gives up what the last statement has not delivered yet.
    func stop() {
        guard hasPendingResults else { return }
        hasPendingResults = false
        guard isAlive else { return }
        session.beginStopping()
        dbcancel(handle)
    }

    // MARK: Steps

    private func send(_ batch: String, _ flag: CancelFlag?, provingEncryption: Bool = false) throws(TDSError) {
        stop()
        session.begin(flag)
        if flag?.isSet == true { throw TDSError(.cancelled, "the task was cancelled before its statement was sent") }
        guard isAlive else { throw .lost("it was broken before this statement") }
        guard !batch.utf8.contains(0) else {
            throw TDSError(.invalidConfiguration, "a batch of SQL must not have a NUL character in it")
        }
        dbfreebuf(handle)
        try check(dbcmd(handle, batch))
        hasPendingResults = true
        try check(dbsqlsend(handle))
        try awaitReply(flag)
        if provingEncryption { try proveEncryption() }
        try check(dbsqlok(handle))
    }

    /// Waits for the first byte of the answer, which is where a statement spends its time.
    ///
    /// Waiting here and not in the library lets a cancellation through at once, and counts the timeout exactly.
    private func awaitReply(_ flag: CancelFlag?) throws(TDSError) {
        let start = ContinuousClock.now
        while true {
            if flag?.isSet == true { throw cancelled() }
            let left = queryTimeout.map { $0 - start.duration(to: .now) }
            switch awaitReading(dbiordesc(handle), wakeUp, for: left) {
            case .reply: return
            case .wakeUp: continue
            case .timeout:
                stop()
                throw timeout()
            }
        }
    }

    /// Goes on to the next result set that has columns; `false` where there is none.
    private func nextResultSet() throws(TDSError) -> Bool {
        while true {
            let outcome = dbresults(handle)
            if outcome == NO_MORE_RESULTS {
                try check(SUCCEED)
                hasPendingResults = false
                return false
            }
            try check(outcome)
            if dbnumcols(handle) > 0 { return true }
        }
    }

    /// Reads to the end of the batch, whatever it returns.
    private func drain() throws(TDSError) {
        while try nextResultSet() {
            var outcome = dbnextrow(handle)
            while outcome == REG_ROW {
                if session.cancelFlag?.isSet == true { throw cancelled() }
                outcome = dbnextrow(handle)
            }
            try check(outcome == NO_MORE_ROWS ? SUCCEED : FAIL)
        }
    }

    /// Reads to the end of the batch, in which no more rows may come, after `count` rows.
    ///
    /// A server that ends a statement without an error message, as it does where an administrator ends the session by `KILL`, says so
    /// in the token DONE only, which db-lib keeps to itself. But such a token counts no rows, and no procedure has returned.
    /// Source: MS-TDS 2.2.7.6 DONE.
    private func finish(_ count: Int) throws(TDSError) {
        let isCounted = dbiscount(handle) != 0
        let isComplete = dbcount(handle) == DBINT(truncatingIfNeeded: count)
        if isCounted && !isComplete { throw endedEarly() }
        while try nextResultSet() {
            let outcome = dbnextrow(handle)
            if outcome == REG_ROW {
                stop()
                throw TDSError(.unexpectedResult, "the batch returned rows in more than one result set")
            }
            try check(outcome == NO_MORE_ROWS ? SUCCEED : FAIL)
        }
        // A procedure that counts no rows returns a status.
        if !isCounted && dbhasretstat(handle) == 0 { throw endedEarly() }
    }

    // MARK: Outcomes

    /// Decides whether a call succeeded: by what was said during it, because db-lib's return code does not tell.
    private func check(_ code: RETCODE) throws(TDSError) {
        guard Handlers.isCurrent(session) else {
            // Then its messages went elsewhere, and nothing would be known of errors.
            throw TDSError(.libraryFailed, "a connection was used outside its thread")
        }
        let isAlive = isAlive
        let log = session.log
        logMessages()
        if session.cancelFlag?.isSet == true, session.isStopping { throw cancelled() }
        if session.timedOut {
            stop()
            throw timeout()
        }
        if let error = log.queryError(isAlive: isAlive, user: user) {
            stop()
            throw error
        }
        if code == FAIL { throw endedEarly() }
    }

    /// The server ended the statement and gave no reason. What its session is in is not known, so the connection is given up.
    private func endedEarly() -> TDSError {
        hasEndedEarly = true
        stop()
        return .lost(
            "the server ended a statement early and gave no reason, as it does where somebody ends the session by KILL"
        )
    }

    private func cancelled() -> TDSError {
        stop()
        return TDSError(.cancelled, "the task was cancelled while the server worked on its statement" + fate)
    }

    private func timeout() -> TDSError {
        let time = queryTimeout.map { "\($0)" } ?? "the time allowed"
        return TDSError(
            .timeout,
            "the server was silent for \(time); raise the query timeout, or look for locks" + fate
        )
    }

    /// What became of the connection, where it is worth a word.
    private var fate: String { isAlive ? "" : "; it did not confirm that it stopped, so the connection was given up" }

    private func logMessages() {
        for message in session.log.infos {
            logger.debug("SQL Server: \(message.text)", metadata: ["sql-message": "\(message.origin)"])
            if message.number == 0, printed.count < 1000 { printed.append(message.text) }
        }
        for warning in session.log.warnings {
            logger.warning("FreeTDS: \(warning.text)", metadata: ["freetds-error": "\(warning.number)"])
        }
        session.log.removeNotes()
    }
}

extension Duration {
    /// The part of a second, in milliseconds.
    fileprivate var milliseconds: Int64 { components.attoseconds / 1_000_000_000_000_000 }
}
