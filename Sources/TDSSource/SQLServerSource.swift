public import CDCCore
import Columnar
public import Logging
import Synchronization

/// The changes of a SQL Server database, by Change Data Capture or Change Tracking, read through FreeTDS.
///
/// Any task may use it at any time. It opens connections when it needs them, up to ``SQLServerSourceOptions/connections``, and
/// holds them until ``close()``.
public final class SQLServerSource: ChangeSource {
    public let identity: String
    let configuration: SQLServerConfiguration
    let options: SQLServerSourceOptions
    private let pool: ConnectionPool
    let server: Server
    private let clock: any EngineClock
    private let cleanup: ChangeTableCleanup
    /// When the watermark is written to; `nil` where it is only for fences.
    let heartbeat: Pacing?
    private let logger: Logger
    private let filter = IdleFilter()
    private let tracking: ChangeTracking
    private let known = Mutex(Known())

    /// What was found out about the database, and is asked again when it changed.
    private struct Known {
        var profile: ServerProfile?
        var catalogue = Catalogue()
        /// What the catalogue looked like from outside when it was read.
        var stamp: CatalogueStamp?
        /// Tables that were asked for and are not there.
        var missing: Set<TableName> = []
        /// The last position that the database was told.
        var reported = LSN.zero
        /// The last point in the log that was told to the engine.
        var captured = LSN.zero
        /// Tables without a key whose rows could not be had as of one point, and until when nobody tries again.
        var lateSnapshots: [TableName: (until: Int64, error: CDCError)] = [:]
    }

    /// Nothing is connected before the first call.
    public init(
        _ configuration: SQLServerConfiguration,
        options: SQLServerSourceOptions = .init(),
        logger: Logger = Logger(label: "swift-cdc", factory: { _ in SwiftLogNoOpLogHandler() }),
        clock: any EngineClock = SystemClock()
    ) {
        identity = "\(configuration.place)/\(configuration.database)"
        self.configuration = configuration
        self.options = options
        self.clock = clock
        cleanup = ChangeTableCleanup(clock: clock)
        heartbeat = options.heartbeat.map { Pacing(interval: max($0, .seconds(60)), clock: clock) }
        self.logger = logger
        pool = ConnectionPool(configuration, size: options.connections, logger: logger)
        server = Server(pool: pool, retry: StatementRetry(maximumRetries: options.maximumRetries, clock: clock))
        tracking = ChangeTracking(server: server, rowsPerPage: options.rowsPerPage, bytesPerPage: options.bytesPerPage)
    }

    /// Closes the connections.
    public func close() async {
        await tracking.close()
        await pool.close()
    }

    // MARK: Discovery

    public func describe(_ tables: [TableName]) async throws -> [SourceTable] {
        try await translating {
            let catalogue = try await catalogue(of: tables)
            var described: [SourceTable] = []
            for name in tables { described.append(try await captured(name, catalogue).description()) }
            return described
        }
    }

    private func profile() async throws -> ServerProfile {
        if let profile = known.withLock({ $0.profile }) { return profile }
        let profile = try await ServerProfile.read(from: server)
        guard profile.isCDCEnabled || profile.isChangeTrackingEnabled else {
            let platform = try await ServerPlatform.read(from: server, configuration)
            throw CDCError(
                .sourceFailed,
                "neither Change Data Capture nor Change Tracking is enabled in database '\(profile.databaseName)'; let an "
                    + "administrator run: \(Remedy.enableCapture(ofDatabase: profile.databaseName, on: platform)) or: ALTER DATABASE "
                    + "\(SQLText.identifier(profile.databaseName)) SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS);"
            )
        }
        known.withLock { $0.profile = profile }
        return profile
    }

    /// The catalogue, read again where something was defined since.
    private func catalogue(of tables: [TableName]) async throws -> Catalogue {
        let stamp = try await CatalogueStamp.read(from: server)
        let (catalogue, isFresh) = known.withLock { known in
            let asked = Set(known.catalogue.tables.keys).union(known.missing)
            let isSame = known.stamp == stamp
            // It may have been allowed, enabled or disabled since.
            if !isSame { known.profile = nil }
            return (known.catalogue, isSame && asked.isSuperset(of: tables))
        }
        let profile = try await profile()
        if isFresh { return catalogue }
        let names = Set(tables).union(catalogue.tables.keys)
        let new = try await Catalogue.read(names, profile: profile, from: server)
        known.withLock { known in
            // Somebody else may have asked for other tables meanwhile; what is older than this is asked for again.
            let others = known.catalogue.tables.filter { !names.contains($0.key) }
            let isSame = known.stamp == stamp
            known.catalogue = new
            known.catalogue.tables.merge(others) { own, _ in own }
            known.stamp = isSame || others.isEmpty ? stamp : nil
            known.missing = (isSame ? known.missing : []).union(names).subtracting(new.tables.keys)
        }
        await register()
        return new
    }

    /// A table with the way its changes are had.
    private func captured(_ name: TableName, _ catalogue: Catalogue) async throws -> CapturedTable {
        let profile = try await profile()
        guard let info = catalogue.tables[name] else {
            throw CDCError(
                .tableNotFound,
                "database \(identity) has no table \(name), or the login may not see it; names are compared to the letter"
                    + profile.missingSight,
                table: name
            )
        }
        return try CapturedTable(info, options.mechanism, profile: profile)
    }

    /// A table with the way its changes are had, as the engine was told of it.
    ///
    /// Who else uses the source may have had a newer capture instance found since; the one that was described captures on beside it.
    private func captured(asDescribed table: SourceTable) async throws -> CapturedTable {
        let captured = try await captured(table.name, known.withLock { $0.catalogue })
        guard table.mechanism == .changeDataCapture else { return captured }
        return captured.reading(table.captureInstance) ?? captured
    }

    /// The tables that were asked for and are captured, by either mechanism.
    private func capturedTables(_ profile: ServerProfile) -> [CapturedTable] {
        known.withLock { $0.catalogue }.tables.values.compactMap {
            try? CapturedTable($0, options.mechanism, profile: profile)
        }
    }

    // MARK: The log

    public func history() async throws -> String? {
        try await translating { try await DatabaseHistory.name(profile: profile(), from: server) }
    }

    public func cut(after: SourcePosition, transactionLimit: Int) async throws -> SourcePosition? {
        try await translating {
            let profile = try await profile()
            let tables = capturedTables(profile)
            let tracked = tables.compactMap(\.tracked)
            var position: SourcePosition?
            if readsLog(profile, tables) {
                position = try await log(profile).cut(after: after.lsn, limit: transactionLimit)
                if let position { known.withLock { $0.captured = position.lsn } }
                if let position, position.lsn > after.lsn {
                    let instances = tables.flatMap { $0.tracked == nil ? $0.info.captureInstances : [] }
                    try await filter.refresh(instances, through: position.lsn, from: server)
                }
            }
            // Where nothing is tracked any more, its versions end, but they did not go back.
            position?.changeTrackingVersion = after.changeTrackingVersion
            guard profile.isChangeTrackingEnabled else { return position }
            let state = try await tracking.cut(
                tracked,
                after: after.changeTrackingVersion,
                isSnapshot: profile.allowsSnapshotIsolation
            )
            var start = after
            start.commitTime = 0
            return Self.position(position ?? start, state)
        }
    }

    public func fence() async throws -> SourcePosition {
        try await translating {
            let profile = try await profile()
            var position = SourcePosition.start
            if readsLog(profile, capturedTables(profile)) {
                position = try await capturedPoint(within: options.fenceTimeout, on: server)
            }
            guard profile.isChangeTrackingEnabled else { return position }
            return Self.position(position, try await tracking.state(of: []))
        }
    }

    /// A captured point behind everything that is committed now.
    private func capturedPoint(within timeout: Duration, on server: Server) async throws -> SourcePosition {
        let profile = try await profile()
        let log = log(profile, on: server)
        let fence = Fence(
            server: server,
            log: log,
            clock: clock,
            // Azure SQL Database captures about every 20 seconds; asking twice a second would tell nothing sooner.
            pause: profile.isAzureDatabase ? max(options.fencePause, .seconds(2)) : options.fencePause,
            timeout: timeout
        )
        let lsn = try await fence.wait()
        var position = try await log.cut(after: .zero, limit: .max) ?? SourcePosition(lsn: lsn, commitTime: clock.now())
        // Another replica may have answered.
        position.lsn = max(position.lsn, lsn)
        return position
    }

    /// A point in the log together with the state of Change Tracking.
    private static func position(_ position: SourcePosition, _ state: TrackingState) -> SourcePosition {
        SourcePosition(
            lsn: position.lsn,
            changeTrackingVersion: state.version ?? position.changeTrackingVersion,
            commitTime: max(position.commitTime, state.time)
        )
    }

    /// Whether any table follows the transaction log, so that a cut says how far it was captured.
    private func readsLog(_ profile: ServerProfile, _ tables: [CapturedTable]) -> Bool {
        profile.isCDCEnabled && (tables.isEmpty || tables.contains { $0.tracked == nil })
    }

    private func log(_ profile: ServerProfile) -> LogReader { log(profile, on: server) }

    private func log(_ profile: ServerProfile, on server: Server) -> LogReader {
        LogReader(server: server, time: time(profile), mayReadCaptureTables: profile.mayReadCaptureTables)
    }

    private func time(_ profile: ServerProfile) -> ServerTime {
        ServerTime(profile: profile, zone: options.serverTimeZone)
    }

    // MARK: What is applied

    /// The capture instances of tables that were described and are read by them; `nil` where the database does not capture.
    var captureInstances: [TableName: [CaptureInstance]]? {
        let (profile, catalogue) = known.withLock { ($0.profile, $0.catalogue) }
        guard let profile, profile.isCDCEnabled else { return nil }
        return catalogue.tables.filter { _, info in
            (try? CapturedTable(info, options.mechanism, profile: profile))?.tracked == nil
        }
        .mapValues(\.captureInstances)
    }

    public func acknowledge(_ positions: [TableName: LSN]) async throws {
        await tracking.endTransaction()
        guard let all = captureInstances else { return }
        let instances = all.filter { positions[$0.key] != nil }
        // A table of which nothing is said may still need its older instance.
        if instances.count == all.count, let lowest = instances.keys.compactMap({ positions[$0] }).min() {
            await report(lowest, instances)
        }
        guard options.cleansChangeTables, !instances.isEmpty, cleanup.begins() else { return }
        try await translating { try await cleanup.run(instances, appliedUpTo: positions, on: server) }
    }

    /// Says that this reader is there, when it first looks and whenever something was defined since: the set-up, for instance.
    private func register() async {
        guard let captureInstances, captureInstances.contains(where: { !$0.value.isEmpty }) else { return }
        do { try await ReaderPosition(server: server).register() } catch {
            logger.notice("the reader could not be registered", metadata: ["error": "\(error)"])
        }
    }

    /// Says how far this reader is, where a table has an older capture instance that is read to its end: then it can go.
    private func report(_ position: LSN, _ instances: [TableName: [CaptureInstance]]) async {
        let isPast = instances.values.contains { $0.count > 1 && $0.allSatisfy { $0.startLSN <= position } }
        let isDue = known.withLock { known in
            defer { if isPast { known.reported = max(known.reported, position) } }
            return isPast && known.reported < position
        }
        guard isDue else { return }
        do { try await ReaderPosition(server: server).report(position) } catch {
            // What is not dropped now is dropped another time; reading goes on.
            logger.notice("the position could not be reported", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Changes

    public func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor {
        try await translating(table.name) {
            let captured = try await captured(asDescribed: table)
            switch (captured.capture, table.mechanism) {
            case (.tracking(let tracked), .changeTracking):
                return TranslatingCursor(
                    try await trackedChanges(of: tracked, table, after: after, through: through),
                    of: table.name
                )
            case (.instance(let instance), .changeDataCapture):
                let hasSameColumns = try captured.description().schema == table.schema
                guard instance.name == table.captureInstance || hasSameColumns else {
                    throw CDCError(
                        .schemaChanged,
                        "table \(table.name) was described by the capture instance '\(table.captureInstance)', and the newest one is "
                            + "'\(instance.name)' now",
                        table: table.name
                    )
                }
                return ReadAheadCursor(
                    TranslatingCursor(
                        try await capturedChanges(of: captured, table, after: after, through: through),
                        of: table.name
                    )
                )
            default: throw Self.otherMechanism(table)
            }
        }
    }

    private func trackedChanges(
        of tracked: TrackedTable,
        _ table: SourceTable,
        after: LSN,
        through: LSN
    ) async throws -> any BatchCursor {
        guard Set(table.key).isSubset(of: tracked.key.map(\.name)) else {
            throw CDCError(
                .invalidConfiguration,
                "the key of table \(table.name) is (\(table.key.joined(separator: ", "))), but of a row that was deleted Change Tracking "
                    + "keeps only the primary key; leave TableSelection(key:) out, or choose Change Data Capture",
                table: table.name
            )
        }
        guard let from = after.changeTrackingVersion, let to = through.changeTrackingVersion else {
            throw Self.otherMechanism(table)
        }
        return try await tracking.changes(of: tracked, schema: table.schema, after: from, through: to)
    }

    private static func otherMechanism(_ table: SourceTable) -> CDCError {
        CDCError(
            .schemaChanged,
            "table \(table.name) is captured by another mechanism than before; ask for a full refresh of the table, or choose the "
                + "mechanism (SQLServerSourceOptions.mechanism)",
            table: table.name
        )
    }

    private func capturedChanges(
        of captured: CapturedTable,
        _ table: SourceTable,
        after: LSN,
        through: LSN
    ) async throws -> any BatchCursor {
        let profile = try await profile()
        let time = time(profile)
        var cursors: [any BatchCursor] = []
        for range in Self.ranges(of: captured.info.captureInstances, after: after, through: through) {
            switch filter.answer(range.instance, after: range.after, through: range.through) {
            case .idle: continue
            case .unknown, .hasNews: break
            }
            cursors.append(
                ChangeTableCursor(
                    ChangeTableQuery(
                        instance: range.instance,
                        successor: range.successor,
                        columns: captured.columns,
                        time: time
                    ),
                    schema: ChangeColumns.schema(capturing: table.schema),
                    table: table.name,
                    after: range.after,
                    through: range.through,
                    log: log(profile),
                    rowsPerPage: options.rowsPerPage,
                    bytesPerPage: options.bytesPerPage
                )
            )
        }
        return ChainedCursor(cursors)
    }

    /// What is read of a capture instance; with a successor only what that one lacks.
    struct InstanceRange {
        var instance: CaptureInstance
        var successor: CaptureInstance?
        var after: LSN
        var through: LSN
    }

    /// Which instance is read for which part of a range: each from its own beginning on, and an older one up to where the newer begins.
    ///
    /// Both capture at the same time; reading both for the same LSNs would give every change twice. Only of the transaction in which the
    /// newer one was made it may lack what came before.
    static func ranges(of instances: [CaptureInstance], after: LSN, through: LSN) -> [InstanceRange] {
        var ranges: [InstanceRange] = []
        var through = through
        for index in instances.indices.reversed() {
            let instance = instances[index]
            let older = index > 0 ? instances[index - 1] : nil
            // What no instance has is asked of the oldest, which says so.
            let begin = older == nil ? after : max(after, instance.startLSN.previous)
            if begin < through {
                ranges.append(InstanceRange(instance: instance, after: begin, through: through))
                // Where that was cleaned up the transaction is long past.
                if let older, older.startLSN <= begin.next {
                    ranges.append(InstanceRange(instance: older, successor: instance, after: begin, through: through))
                }
            }
            if begin == after { break }
            through = min(begin, through)
        }
        return ranges.reversed()
    }

    // MARK: Rows

    public func snapshotStart(of table: SourceTable) async throws -> SourcePosition? {
        try await translating(table.name) {
            let captured = try await captured(asDescribed: table)
            switch captured.capture {
            case .tracking(let tracked):
                let state = try await tracking.start(of: tracked)
                return Self.position(.start, state)
            case .instance(let instance):
                let newest = try await log(try await profile()).cut(after: .zero, limit: .max)
                if let newest { known.withLock { $0.captured = newest.lsn } }
                // The instance was there before any row is read, so what it does not have is in the rows.
                let start = instance.startLSN.previous
                if let newest, newest.lsn >= start { return newest }
                return SourcePosition(lsn: start, commitTime: newest?.commitTime ?? clock.now())
            }
        }
    }

    public func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] {
        try await translating(table.name) {
            let (info, query) = try await snapshotQuery(table)
            let rows = max(1, options.rowsPerChunk)
            guard !query.key.isEmpty, info.rowCountEstimate > rows else {
                return [SnapshotChunk(number: 0, from: nil, to: nil)]
            }
            var bounds: [[String]] = []
            while true {
                let found = try await server.metadata(query.boundary(from: bounds.last, rows: rows))
                guard found.count == 1 else { break }
                bounds.append(try query.key.map { try found.string(0, $0.name) })
            }
            let texts = bounds.map(KeyRange.text)
            return (0...texts.count).map { index in
                SnapshotChunk(
                    number: index,
                    from: index == 0 ? nil : texts[index - 1],
                    to: index == texts.count ? nil : texts[index]
                )
            }
        }
    }

    public func rows(of chunk: SnapshotChunk, table: SourceTable) async throws -> any BatchCursor {
        try await translating(table.name) {
            let (_, query) = try await snapshotQuery(table)
            let range = try KeyRange(chunk, columns: query.key, table: table.name)
            let profile = try await profile()
            // Changes are replayed from a point on that was told before; rows that are older would miss what is below it.
            let captured = table.mechanism == .changeDataCapture ? known.withLock { $0.captured } : .zero
            do {
                let cursor = try await snapshotCursor(query.rows(range), table) { connection in
                    if captured > .zero { try await log(profile).check(connection, hasCaptured: captured) }
                }
                return ReadAheadCursor(TranslatingCursor(cursor, of: table.name))
            } catch let error as TDSError where error.code == .permissionDenied {
                throw CDCError(
                    .accessDenied,
                    "the login may not read table \(table.name); let an administrator run: "
                        + "GRANT SELECT ON \(SQLText.table(table.name)) TO the user of this login",
                    table: table.name,
                    underlying: error
                )
            }
        }
    }

    private func snapshotCursor(
        _ statement: String,
        _ table: SourceTable,
        after check: (TDSConnection) async throws -> Void
    ) async throws -> SnapshotCursor {
        func cursor(isSnapshot: Bool) async throws -> SnapshotCursor {
            try await SnapshotCursor(
                statement,
                schema: table.schema,
                table: table.name,
                isSnapshot: isSnapshot,
                pool: pool,
                after: check
            )
        }
        guard try await profile().allowsSnapshotIsolation else { return try await cursor(isSnapshot: false) }
        do { return try await cursor(isSnapshot: true) } catch let error as TDSError where error.deniesSnapshotIsolation
        {
            // It was disallowed since the database was asked. Of whatever moment rows are, the changes are replayed on top of them.
            known.withLock { $0.profile?.allowsSnapshotIsolation = false }
            return try await cursor(isSnapshot: false)
        }
    }

    public func exactSnapshot(of table: SourceTable) async throws -> ExactSnapshot {
        try await translating(table.name) {
            let profile = try await profile()
            if profile.isReadOnly { throw Self.needsLock(table) }
            guard profile.allowsSnapshotIsolation else { throw Self.needsSnapshotIsolation(table) }
            let (_, query) = try await snapshotQuery(table)
            if let late = known.withLock({ $0.lateSnapshots[table.name] }), clock.now() < late.until {
                throw late.error
            }
            let own = ConnectionPool(configuration, size: 3, logger: logger)
            let reader = ExactSnapshotReader(
                table: table.name,
                pool: own,
                lockTime: min(options.fenceTimeout, options.exactSnapshotLockTime),
                fence: { [self] in try await capturedPoint(within: $0, on: Server(pool: own, retry: server.retry)) }
            )
            let position: SourcePosition
            let lease: ConnectionLease
            do {
                (position, lease) = try await closing(own) { try await reader.begin() }
            } catch let error as TDSError
                where error.deniesSnapshotIsolation
            {
                throw Self.needsSnapshotIsolation(table)
            } catch let late as ExactSnapshotReader.Late {
                let until = clock.end(of: late.pause)
                known.withLock { $0.lateSnapshots[table.name] = (until, late.error) }
                throw late.error
            } catch is ExactSnapshotReader.OnSecondary {
                throw Self.needsLock(table)
            }
            let rows = try await SnapshotCursor(
                query.rows(KeyRange(columns: [], from: nil, to: nil)),
                schema: table.schema,
                table: table.name,
                lease,
                isInTransaction: true
            )
            return ExactSnapshot(position: position, rows: TranslatingCursor(rows, of: table.name))
        }
    }

    /// Closes a pool when work with it is over; a connection that is still lent is closed when it comes back.
    private func closing<T>(_ pool: ConnectionPool, _ work: () async throws -> T) async throws -> T {
        do {
            let result = try await work()
            await pool.close()
            return result
        } catch {
            await pool.close()
            throw error
        }
    }

    private static func needsLock(_ table: SourceTable) -> CDCError {
        CDCError(
            .noKey,
            "table \(table.name) has no key, so that its rows must be read as of exactly one point, which needs a lock that keeps writers "
                + "out; a readable secondary does not take it, and a read-only database has no capture job that gets to that point. Read "
                + "from the primary replica, or name columns that tell the table's rows apart with TableSelection(key:)",
            table: table.name
        )
    }

    private static func needsSnapshotIsolation(_ table: SourceTable) -> CDCError {
        CDCError(
            .noKey,
            "table \(table.name) has no key, so that its rows must be read as of exactly one point, which needs SNAPSHOT isolation; "
                + "let an administrator run: ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON; or name columns that tell its "
                + "rows apart with TableSelection(key:)",
            table: table.name
        )
    }

    private func snapshotQuery(_ table: SourceTable) async throws -> (SourceTableInfo, SnapshotQuery) {
        let captured = try await captured(asDescribed: table)
        let info = captured.info
        // Columns as the source table has them now; one that was dropped since cannot be read any more.
        let current = Dictionary(info.columns.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let columns = try captured.columns.map { column in
            guard let now = current[column.name] else {
                throw CDCError(
                    .schemaChanged,
                    "column '\(column.name)' of table \(table.name) is captured, but the table has it no more; make a new capture "
                        + "instance, and ask for a full refresh",
                    table: table.name
                )
            }
            return now
        }
        return (info, SnapshotQuery(table: table.name, columns: columns, key: info.keyColumns))
    }

    // MARK: Errors

    /// Tells errors of the server in the engine's terms.
    ///
    /// - Parameter table: The one that is read, where it is one.
    func translating<T>(_ table: TableName? = nil, _ work: () async throws -> T) async throws -> T {
        do { return try await work() } catch let error as TDSError {
            // SNAPSHOT isolation was disallowed since: whoever tries again reads without.
            if error.deniesSnapshotIsolation { known.withLock { $0.profile = nil } }
            throw error.translated(reading: table)
        }
    }
}

extension LSN {
    /// The next smaller ten-byte number, as `sys.fn_cdc_decrement_lsn` gives it; zero stays itself.
    var previous: LSN {
        if low > 0 { return LSN(high: high, low: low - 1) }
        return high > 0 ? LSN(high: high - 1, low: .max) : self
    }
}
