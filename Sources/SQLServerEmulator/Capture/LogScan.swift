/// Reads the log of a database from where it was and writes change tables: what the capture job and `sp_cdc_scan` do.
struct LogScan {
    let session: Session
    let database: String

    init(_ session: Session, _ database: String) {
        self.session = session
        self.database = database
    }

    struct Outcome: Hashable, Sendable {
        var transactions = 0
        var commands = 0
    }

    /// Scans until the end of the log, or as often as may be; each scan is a transaction of its own.
    @discardableResult
    func run(maximumTransactions: Int64, maximumScans: Int64) throws(SQLError) -> Outcome {
        let control = session.server.capture
        var outcome = Outcome()
        var report = CaptureControl.ScanSession(start: session.server.now())
        do throws(SQLError) {
            var scans: Int64 = 0
            while scans < max(1, maximumScans) {
                scans += 1
                control.beforeScan?(database)
                if let failure = control.takeFailure(of: database) { throw failure }
                var read = 0
                try session.within(database) { () throws(SQLError) in
                    try session.writing { () throws(SQLError) in
                        read = try scan(Int(clamping: max(1, maximumTransactions)), &report)
                    }
                }
                if Int64(read) < maximumTransactions { break }
            }
        } catch {
            report.end = session.server.now()
            report.errors = 1
            report.failures = 1
            control.note(report, error, of: database)
            throw error
        }
        report.end = session.server.now()
        outcome.transactions = report.transactions
        outcome.commands = report.commands
        control.note(report, nil, of: database)
        return outcome
    }

    /// - Returns: How many transactions it read.
    private func scan(_ limit: Int, _ report: inout CaptureControl.ScanSession) throws(SQLError) -> Int {
        guard let catalogue = session.catalogue(database), catalogue.capture != nil else { return 0 }
        let log = TransactionLog(catalogue, session)
        var state = try log.state()
        var done = report
        let transactions = try log.transactions(after: state.scanned, limit: limit)
        for transaction in transactions {
            if transaction.number == nil {
                done.schemaChanges += try alter(upTo: transaction.lsn)
            } else {
                let commands = try write(transaction)
                done.transactions += 1
                done.commands += commands
                done.records += commands + 2
                done.lastCommit = (transaction.lsn, transaction.ended)
                done.firstCommit = done.firstCommit ?? transaction.lsn
            }
            if done.startLSN == .zero { done.startLSN = transaction.number == nil ? .zero : transaction.lsn }
            try note(
                transaction.lsn,
                begun: transaction.begun,
                ended: transaction.ended,
                number: transaction.number ?? [0],
                first: transaction.first
            )
        }
        if let last = transactions.last {
            state.scanned = last.id
            try log.truncate(through: last.id)
        }
        state.harvested = transactions.count < limit ? state.last : transactions.last?.lsn ?? state.harvested
        try log.set(state)
        done.endLSN = state.harvested
        report = done
        return transactions.count
    }

    /// Adds to `cdc.lsn_time_mapping`.
    private func note(
        _ lsn: LogSequenceNumber,
        begun: Int64,
        ended: Int64,
        number: [UInt8],
        first: LogSequenceNumber
    ) throws(SQLError) {
        guard let catalogue = session.catalogue(database), !(catalogue.capture?.instances.isEmpty ?? true) else {
            return
        }
        try session.insert(
            [lsn.value, SystemViews.dateTime(begun), SystemViews.dateTime(ended), .binary(number), first.value],
            into: try session.captureTable("lsn_time_mapping", in: catalogue)
        )
    }

    /// Notes the time of a database in which nothing happens, so that readers can move on.
    func noteIdle(at now: Int64) throws(SQLError) {
        try session.within(database) { () throws(SQLError) in
            try session.writing { () throws(SQLError) in
                guard let catalogue = session.catalogue(database) else { return }
                let log = TransactionLog(catalogue, session)
                let lsn = try log.mark(at: now, isSeen: false)
                var state = try log.state()
                state.harvested = lsn
                try log.set(state)
                try note(lsn, begun: now, ended: now, number: [0], first: lsn)
            }
        }
    }

    // MARK: Changes

    /// Writes the changes of a transaction to the change tables that take them.
    ///
    /// - Returns: How many rows were changed.
    private func write(_ transaction: TransactionLog.Transaction) throws(SQLError) -> Int {
        guard let catalogue = session.catalogue(database), let capture = catalogue.capture else { return 0 }
        let instances = Dictionary(uniqueKeysWithValues: capture.instances.map { ($0.changeTable, $0) })
        // An update of several rows that changes their keys is deferred: first all the old rows go.
        var deferred: Set<[Int64]> = []
        let groups =
            "SELECT statement, object FROM log_changes WHERE owner = ?1 AND movesKey = 1 GROUP BY statement, object HAVING COUNT(*) > 1"
        for row in try session.sqlite.rows(groups, [.integer(transaction.id)]) {
            if case .integer(let statement) = row[0], case .integer(let object) = row[1] {
                deferred.insert([statement, object])
            }
        }
        let deferring = Set(deferred.map { $0[0] })
        let cursor = try session.sqlite.prepare(
            "SELECT \(LoggedChange.columns) FROM log_changes WHERE owner = ?1 ORDER BY id"
        )
        defer { cursor.reset() }
        try cursor.bind([.integer(transaction.id)])
        var writers: [Int: ChangeWriter] = [:]
        var count = 0
        var command: Int64 = 0
        var statement: Int64?
        while try cursor.step() {
            let change = try LoggedChange(cursor.row)
            if change.statement != statement {
                command += statement.map { deferring.contains($0) ? 2 : 1 } ?? 1
                statement = change.statement
            }
            count += 1
            let place = ChangeWriter.Place(
                lsn: transaction.lsn,
                sequence: transaction.first.advanced(by: count),
                command: command,
                isDeferred: change.movesKey && deferred.contains([change.statement, Int64(change.object)])
            )
            for id in change.instances {
                guard let instance = instances[id], let table = catalogue.tables[id] else { continue }
                let writer = writers[id] ?? ChangeWriter(instance, table, session)
                writers[id] = writer
                try writer.write(change, place)
            }
        }
        return count
    }

    // MARK: Definitions

    /// Gives change tables the types that columns of their sources have from a place in the log on.
    ///
    /// - Returns: How many there were.
    private func alter(upTo lsn: LogSequenceNumber) throws(SQLError) -> Int {
        guard let catalogue = session.catalogue(database), let capture = catalogue.capture else { return 0 }
        let due = capture.alterations.filter { $0.lsn <= lsn }
        for alteration in due {
            for instance in capture.instances where instance.sourceTable == alteration.table {
                guard let ordinal = instance.columns.firstIndex(of: alteration.column),
                    let start = try session.startLSN(of: instance, in: catalogue), start < alteration.lsn
                else { continue }
                try alter(instance, ordinal, to: alteration.type)
            }
        }
        if !due.isEmpty {
            try session.change(database) { (catalogue) throws(SQLError) in
                catalogue.capture?.alterations.removeAll { $0.lsn <= lsn }
            }
        }
        return due.count
    }

    /// - Throws: 2628 and 8115 where a value that was captured does not fit the new type: then the capture stands still.
    private func alter(_ instance: CaptureInstanceObject, _ ordinal: Int, to type: SQLType) throws(SQLError) {
        guard let catalogue = session.catalogue(database), var table = catalogue.tables[instance.changeTable] else {
            return
        }
        let place = CaptureTables.prefix + ordinal
        let column = table.columns[place]
        let type = type == .rowversion ? SQLType.binary(8) : type
        guard column.type != type else { return }
        for row in try session.sqlite.rows(
            "SELECT rowid, \(column.storage) FROM \(table.storage) WHERE \(column.storage) IS NOT NULL"
        ) {
            let value = try Conversion.assign(
                try column.type.decode(row[1]),
                from: column.type,
                to: type,
                table: "\(database).cdc.\(table.name)",
                column: column.name
            )
            try session.sqlite.run(
                "UPDATE \(table.storage) SET \(column.storage) = ?1 WHERE rowid = ?2",
                [try type.encode(value), row[0]]
            )
        }
        table.columns[place].type = type
        let changed = table
        try session.change(database) { (catalogue) throws(SQLError) in catalogue.replace(changed) }
        let captured = try session.captureTable("captured_columns", in: catalogue)
        try session.sqlite.run(
            "UPDATE \(captured.storage) SET \(captured.storage(of: "column_type")) = ?1 WHERE c1 = ?2 AND \(captured.storage(of: "column_ordinal")) = ?3",
            [
                .text(Array((type.catalog?.name ?? type.name).utf8)), .integer(Int64(instance.changeTable)),
                .integer(Int64(ordinal + 1)),
            ]
        )
    }
}
