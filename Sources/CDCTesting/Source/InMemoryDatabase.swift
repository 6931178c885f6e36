import CDCCore
import Columnar

/// The whole state of an in-memory source.
struct InMemoryDatabase: Sendable {
    var tables: [TableName: InMemoryTable] = [:]
    /// The last commit.
    private(set) var position: SourcePosition
    private var commits: [SourcePosition]
    var failures: [SourceCall: [Failure]] = [:]
    /// How often an older state took the place of a newer one.
    var restores = 0

    struct Failure: Sendable {
        var error: CDCError
        var batches: Int
    }

    /// What stands in the place of a database that a transaction holds.
    init() {
        position = SourcePosition(lsn: .zero, commitTime: 0)
        commits = []
    }

    init(tables definitions: [SourceTable], start: Int64) throws {
        // Where real logs begin: the first bytes count log files, and never are zero.
        position = SourcePosition(lsn: LSN(high: 0x0000_002D_0000_0580, low: 1), commitTime: start)
        commits = [position]
        for definition in definitions {
            guard tables.updateValue(try InMemoryTable(definition), forKey: definition.name) == nil else {
                throw InMemoryError(code: .badDefinition, table: definition.name, message: "the table is given twice")
            }
            for key in definition.foreignKeys {
                guard let parent = definitions.first(where: { $0.name == key.references }),
                    parent.key.count == key.columns.count,
                    key.columns.allSatisfy({ definition.schema[$0] != nil })
                else {
                    throw InMemoryError(
                        code: .badDefinition,
                        table: definition.name,
                        message: "a foreign key to \(key.references) that does not fit"
                    )
                }
            }
        }
    }

    func table(_ name: TableName) throws -> InMemoryTable {
        guard let table = tables[name] else {
            throw InMemoryError(code: .unknownTable, table: name, message: "there is no such table")
        }
        return table
    }

    /// A table, for a reader of the source.
    func captured(_ name: TableName) throws -> InMemoryTable {
        guard let table = tables[name] else {
            throw CDCError(.tableNotFound, "the source has no table \(name), or does not capture it", table: name)
        }
        return table
    }

    mutating func load(_ name: TableName, _ rows: RecordBatch) throws {
        _ = try table(name)
        try tables[name]?.load(rows)
    }

    mutating func redefine(_ definition: SourceTable, rows: RecordBatch) throws {
        var table = try InMemoryTable(definition)
        try table.load(rows)
        table.lowWaterMark = position.lsn(of: definition.mechanism).next
        tables[definition.name] = table
    }

    private var tracksChanges: Bool { tables.values.contains { $0.definition.mechanism == .changeTracking } }

    // MARK: Commits

    /// Writes the change rows of a transaction and ends it.
    mutating func commit(_ changes: [InMemoryTransaction.Change], at time: Int64?) throws -> LSN {
        // Each change has a log record of its own; that of the commit comes after them.
        let block = position.lsn.high + 1
        let lsn = Self.record(changes.count + 1, from: block)
        position = SourcePosition(
            lsn: lsn,
            changeTrackingVersion: position.changeTrackingVersion + (tracksChanges ? 1 : 0),
            commitTime: time ?? position.commitTime + 1000
        )
        commits.append(position)
        var builders: [TableName: RecordBatchBuilder] = [:]
        for change in changes {
            guard let table = tables[change.table] else { continue }
            let mechanism = table.definition.mechanism
            // Change Tracking keeps no old values.
            if mechanism == .changeTracking, change.operation == .updateBefore { continue }
            var builder =
                builders[change.table] ?? RecordBatchBuilder(ChangeColumns.schema(capturing: table.definition.schema))
            builders[change.table] = nil
            change.append(
                to: &builder,
                lsn: position.lsn(of: mechanism),
                sequence: Self.record(change.sequence + 1, from: block),
                time: position.commitTime
            )
            builders[change.table] = builder
        }
        for (name, var builder) in builders {
            let mechanism = tables[name]?.definition.mechanism ?? .changeDataCapture
            tables[name]?.changes.append(.init(lsn: position.lsn(of: mechanism), rows: try builder.finish()))
        }
        return lsn
    }

    /// The LSN of the log record `number`, counted from 1, of a transaction that begins with a block of the log.
    private static func record(_ number: Int, from block: UInt64) -> LSN {
        LSN(high: block + UInt64(number >> 16), low: UInt16(truncatingIfNeeded: number))
    }

    mutating func cleanUp(_ name: TableName, below lsn: LSN) throws {
        // What is gone stays gone, whatever an earlier point is named later.
        let mark = max(try table(name).lowWaterMark, lsn)
        tables[name]?.changes.removeAll { $0.lsn < mark }
        tables[name]?.lowWaterMark = mark
    }

    // MARK: Reading

    func cut(after: LSN, transactionLimit: Int) -> SourcePosition? {
        let start = commits.partitioningIndex { $0.lsn > after }
        if start == commits.count { return position }
        return commits[min(commits.count - 1, start + max(1, min(transactionLimit, commits.count)) - 1)]
    }

    /// Checks that every change of a table above `after` is still there.
    func checkRetention(of name: TableName, after: LSN) throws {
        let table = try captured(name)
        guard after.next >= table.lowWaterMark else {
            throw CDCError(
                .retentionGap,
                "the source keeps the changes of table \(name) only from LSN \(table.lowWaterMark) on, and they were read "
                    + "up to \(after); ask for a full refresh of the table, and run the pipeline more often than the "
                    + "source's retention",
                table: name,
                lsn: after
            )
        }
    }

    func changes(of name: TableName, after: LSN, through: LSN) throws -> [RecordBatch] {
        try checkRetention(of: name, after: after)
        let table = try captured(name)
        let first = table.changes.partitioningIndex { $0.lsn > after }
        let end = table.changes.partitioningIndex { $0.lsn > through }
        var batches: [RecordBatch] = []
        var pending: [RecordBatch] = []
        var rows = 0
        for change in table.changes[first..<max(first, end)] {
            // A transaction of any size comes in pieces, as pages of a change table do.
            for start in stride(from: 0, to: change.rows.rowCount, by: InMemorySource.batchRows) {
                let end = min(start + InMemorySource.batchRows, change.rows.rowCount)
                pending.append(try change.rows.slice(start..<end))
                rows += end - start
                if rows >= InMemorySource.batchRows {
                    batches.append(try .concatenate(pending))
                    (pending, rows) = ([], 0)
                }
            }
        }
        if !pending.isEmpty { batches.append(try .concatenate(pending)) }
        return batches
    }

    // MARK: Failures

    mutating func takeFailure(_ call: SourceCall) -> Failure? {
        guard var waiting = failures[call], !waiting.isEmpty else { return nil }
        let failure = waiting.removeFirst()
        failures[call] = waiting
        return failure
    }

    mutating func failIfAsked(_ call: SourceCall) throws {
        if let failure = takeFailure(call) { throw failure.error }
    }
}

extension Array {
    /// The first index whose element satisfies a predicate that holds for all elements after it too.
    fileprivate func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
