/// Deletes changes that were kept long enough: what the cleanup job and `sp_cdc_cleanup_change_table` do.
struct ChangeCleanup {
    let session: Session
    let database: String

    init(_ session: Session, _ database: String) {
        self.session = session
        self.database = database
    }

    /// Deletes what is older than the retention, measured from the newest change that was captured.
    ///
    /// - Parameters:
    ///   - retention: Minutes.
    ///   - threshold: How many rows a transaction deletes.
    func run(retention: Int64, threshold: Int64) throws(SQLError) {
        try session.within(database) { () throws(SQLError) in
            guard let catalogue = session.catalogue(database), let capture = catalogue.capture else { return }
            let mapping = try session.captureTable("lsn_time_mapping", in: catalogue)
            // 1/300 seconds.
            let sql = "SELECT MIN(c1) FROM \(mapping.storage) WHERE c3 >= (SELECT MAX(c3) FROM \(mapping.storage)) - ?1"
            guard
                let low = try session.sqlite.rows(sql, [.integer(retention * 60 * 300)]).first.flatMap({
                    LogSequenceNumber($0[0])
                })
            else { return }
            try raise(capture.instances, to: low)
            for instance in capture.instances { try deleteChanges(of: instance, threshold: threshold) }
            try deleteTimes(before: low)
        }
    }

    /// Raises the low water mark of one instance, or with `nil` only deletes what is below it.
    ///
    /// - Throws: 22964 for a mark that is no entry of `cdc.lsn_time_mapping`, 22957 for one below the instance's own.
    func clean(_ instance: CaptureInstanceObject, low: LogSequenceNumber?, threshold: Int64) throws(SQLError) {
        guard threshold > 0 else { throw CaptureJobSettings.wrongThreshold }
        try session.within(database) { () throws(SQLError) in
            guard let catalogue = session.catalogue(database) else { return }
            if var low {
                let mapping = try session.captureTable("lsn_time_mapping", in: catalogue)
                func hex(_ lsn: LogSequenceNumber?) -> String {
                    "0x" + (lsn ?? .zero).text.uppercased().filter { $0 != ":" }
                }
                guard
                    let time = try session.sqlite.rows("SELECT c3 FROM \(mapping.storage) WHERE c1 = ?1", [low.stored])
                        .first?.first
                else {
                    throw SQLError(
                        22964,
                        "LSN \(hex(low)), specified as the new low end point for change table cleanup must represent the start_lsn value of a current entry in the cdc.lsn_time_mapping table. Choose an LSN value that satisfies this requirement."
                    )
                }
                let start = try session.startLSN(of: instance, in: catalogue)
                if let start, low < start {
                    throw SQLError(
                        22957,
                        "LSN \(hex(low)), specified as the new low end point for the change table associated with capture instance '\(instance.name)', is not within the Change Data Capture timeline [\(hex(start)), \(hex(try session.maximumLSN(in: catalogue)))]."
                    )
                }
                // Of transactions of one time, the first.
                let first = try session.sqlite.rows("SELECT MIN(c1) FROM \(mapping.storage) WHERE c3 = ?1", [time])
                    .first.flatMap { LogSequenceNumber($0[0]) }
                if let first { low = max(first, start ?? first) }
                try raise([instance], to: low)
            }
            try deleteChanges(of: instance, threshold: threshold)
        }
    }

    /// Raises low water marks, all in one transaction.
    private func raise(_ instances: [CaptureInstanceObject], to low: LogSequenceNumber) throws(SQLError) {
        try session.writing { () throws(SQLError) in
            guard let catalogue = session.catalogue(database) else { return }
            let table = try session.captureTable("change_tables", in: catalogue)
            let start = table.storage(of: "start_lsn")
            for instance in instances {
                try session.sqlite.run(
                    "UPDATE \(table.storage) SET \(start) = ?1 WHERE c1 = ?2 AND \(start) < ?1",
                    [low.stored, .integer(Int64(instance.changeTable))]
                )
            }
        }
    }

    /// Deletes the rows below an instance's low water mark, some at a time.
    private func deleteChanges(of instance: CaptureInstanceObject, threshold: Int64) throws(SQLError) {
        var count: Int64 = 1
        while count > 0 {
            try session.writing { () throws(SQLError) in
                count = 0
                guard let catalogue = session.catalogue(database), let table = catalogue.tables[instance.changeTable],
                    let low = try session.startLSN(of: instance, in: catalogue)
                else { return }
                let rows = "SELECT rowid FROM \(table.storage) WHERE c1 < ?1 LIMIT ?2"
                let values: [StoredValue] = [low.stored, .integer(threshold)]
                count = Int64(try session.sqlite.rows(rows, values).count)
                if count > 0 { try session.sqlite.run("DELETE FROM \(table.storage) WHERE rowid IN (\(rows))", values) }
            }
        }
    }

    private func deleteTimes(before low: LogSequenceNumber) throws(SQLError) {
        try session.writing { () throws(SQLError) in
            guard let catalogue = session.catalogue(database) else { return }
            try session.sqlite.run(
                "DELETE FROM \(try session.captureTable("lsn_time_mapping", in: catalogue).storage) WHERE c1 < ?1",
                [low.stored]
            )
        }
    }
}
