public import CDCCore
import Columnar
public import Logging
import Synchronization

/// Change Data Capture of a SQL Server database, read through FreeTDS.
///
/// Any task may use it at any time. It opens connections when it needs them, up to ``SQLServerSourceOptions/connections``, and
/// holds them until ``close()``.
public final class SQLServerSource: ChangeSource {
    public let identity: String
    private let options: SQLServerSourceOptions
    private let pool: ConnectionPool
    private let server: Server
    private let clock: any EngineClock
    private let logger: Logger
    private let filter = IdleFilter()
    private let known = Mutex(Known())

    /// What was found out about the database, and is asked again when it changed.
    private struct Known {
        var profile: ServerProfile?
        var catalogue = Catalogue()
        /// What the catalogue looked like from outside when it was read.
        var stamp: String?
        /// Tables that were asked for and are not there.
        var missing: Set<TableName> = []
    }

    /// Nothing is connected before the first call.
    public init(
        _ configuration: SQLServerConfiguration,
        options: SQLServerSourceOptions = .init(),
        logger: Logger = Logger(label: "swift-cdc", factory: { _ in SwiftLogNoOpLogHandler() }),
        clock: any EngineClock = SystemClock()
    ) {
        identity = "\(configuration.place)/\(configuration.database)"
        self.options = options
        self.clock = clock
        self.logger = logger
        pool = ConnectionPool(configuration, size: options.connections, logger: logger)
        server = Server(pool: pool, retry: StatementRetry(maximumRetries: options.maximumRetries, clock: clock))
    }

    /// Closes the connections.
    public func close() async { await pool.close() }

    // MARK: Discovery

    public func describe(_ tables: [TableName]) async throws -> [SourceTable] {
        try await translating {
            let catalogue = try await catalogue(of: tables)
            return try tables.map { try sourceTable($0, catalogue) }
        }
    }

    private func profile() async throws -> ServerProfile {
        if let profile = known.withLock({ $0.profile }) { return profile }
        let profile = try await ServerProfile.read(from: server)
        guard profile.isCDCEnabled else {
            throw CDCError(
                .sourceFailed,
                "Change Data Capture is not enabled in database '\(profile.databaseName)'; let an administrator run: "
                    + "USE \(SQLText.identifier(profile.databaseName)); EXEC sys.sp_cdc_enable_db;"
            )
        }
        known.withLock { $0.profile = profile }
        return profile
    }

    /// The catalogue, read again where something was defined since.
    private func catalogue(of tables: [TableName]) async throws -> Catalogue {
        let profile = try await profile()
        let stamp = try await stamp()
        let (catalogue, isFresh) = known.withLock { known in
            let asked = Set(known.catalogue.tables.keys).union(known.missing)
            return (known.catalogue, known.stamp == stamp && asked.isSuperset(of: tables))
        }
        if isFresh { return catalogue }
        let names = Set(tables).union(catalogue.tables.keys)
        let new = try await Catalogue.read(names, profile: profile, from: server)
        known.withLock { known in
            known.catalogue = new
            known.stamp = stamp
            known.missing = names.subtracting(new.tables.keys)
        }
        return new
    }

    /// Changes whenever a table, a capture instance or a captured column does; one small statement, asked in every pass.
    private func stamp() async throws -> String {
        let rows = try await server.metadata(
            """
            SELECT CONCAT(
                (SELECT COUNT(*) FROM cdc.change_tables), N'|',
                (SELECT CONVERT(nvarchar(30), MAX(create_date), 126) FROM cdc.change_tables), N'|',
                (SELECT COUNT(*) FROM sys.tables), N'|',
                (SELECT CONVERT(nvarchar(30), MAX(modify_date), 126) FROM sys.tables), N'|',
                (SELECT CONVERT(nvarchar(30), MAX(ddl_lsn), 1) FROM cdc.ddl_history)) AS stamp
            """
        )
        return rows.count == 1 ? try rows.optionalString(0, "stamp") ?? "" : ""
    }

    private func sourceTable(_ name: TableName, _ catalogue: Catalogue) throws -> SourceTable {
        let (info, instance) = try captured(name, catalogue)
        let columns = Self.readable(instance)
        let names = Set(columns.map(\.name))
        return SourceTable(
            name,
            schema: Schema(try columns.map { try Self.field($0, of: name) }),
            // A key that is not captured as a whole cannot tell rows apart.
            key: info.key.allSatisfy(names.contains) ? info.key : [],
            foreignKeys: info.foreignKeys,
            largeObjects: Set(columns.filter(\.isLargeObject).map(\.name)),
            captureInstance: instance.name
        )
    }

    /// A table with its newest capture instance.
    private func captured(_ name: TableName, _ catalogue: Catalogue) throws -> (SourceTableInfo, CaptureInstance) {
        guard let info = catalogue.tables[name] else {
            throw CDCError(
                .tableNotFound,
                "database \(identity) has no table \(name), or the login may not see it; names are compared to the letter",
                table: name
            )
        }
        guard let instance = info.captureInstances.last else {
            throw CDCError(
                .tableNotFound,
                "table \(name) is not captured; let an administrator run: EXEC sys.sp_cdc_enable_table @source_schema = "
                    + "\(SQLText.string(name.schema)), @source_name = \(SQLText.string(name.name)), @role_name = NULL;",
                table: name
            )
        }
        return (info, instance)
    }

    /// The columns of an instance that have values: a computed column is NULL in every change row.
    private static func readable(_ instance: CaptureInstance) -> [SourceColumn] {
        instance.columns.filter { !$0.isComputed }
    }

    private static func field(_ column: SourceColumn, of table: TableName) throws -> Field {
        guard let type = column.dataType else {
            throw CDCError(
                .invalidConfiguration,
                "column '\(column.name)' of table \(table) is of type \(column.typeText), which cannot be read; leave it out of the "
                    + "capture instance (@captured_column_list)",
                table: table
            )
        }
        return Field(column.name, type, isNullable: column.isNullable)
    }

    // MARK: The log

    public func cut(after: LSN, transactionLimit: Int) async throws -> SourcePosition? {
        try await translating {
            let position = try await log().cut(after: after, limit: transactionLimit)
            if let position, position.lsn > after {
                let instances = known.withLock { $0.catalogue.tables.values.flatMap(\.captureInstances) }
                if !instances.isEmpty { try await filter.refresh(instances, through: position.lsn, from: server) }
            }
            return position
        }
    }

    public func fence() async throws -> SourcePosition {
        try await translating {
            let log = try await log()
            let fence = Fence(
                server: server,
                log: log,
                clock: clock,
                pause: options.fencePause,
                timeout: options.fenceTimeout
            )
            let lsn = try await fence.wait()
            guard let position = try await log.cut(after: .zero, limit: .max) else {
                return SourcePosition(lsn: lsn, commitTime: clock.now())
            }
            return position
        }
    }

    private func log() async throws -> LogReader {
        LogReader(server: server, time: ServerTime(profile: try await profile(), zone: options.serverTimeZone))
    }

    // MARK: Changes

    public func changes(of table: SourceTable, after: LSN, through: LSN) async throws -> any BatchCursor {
        try await translating {
            let catalogue = known.withLock { $0.catalogue }
            let (info, newest) = try captured(table.name, catalogue)
            guard newest.name == table.captureInstance else {
                throw CDCError(
                    .schemaChanged,
                    "table \(table.name) was described by the capture instance '\(table.captureInstance)', and the newest one is "
                        + "'\(newest.name)' now",
                    table: table.name
                )
            }
            let time = ServerTime(profile: try await profile(), zone: options.serverTimeZone)
            var cursors: [any BatchCursor] = []
            for range in Self.ranges(of: info.captureInstances, after: after, through: through) {
                switch filter.answer(range.instance, after: range.after, through: range.through) {
                case .idle: continue
                case .unknown, .hasNews: break
                }
                cursors.append(
                    ChangeTableCursor(
                        ChangeTableQuery(instance: range.instance, columns: Self.readable(newest), time: time),
                        schema: ChangeColumns.schema(capturing: table.schema),
                        table: table.name,
                        after: range.after,
                        through: range.through,
                        server: server,
                        rowsPerPage: options.rowsPerPage,
                        bytesPerPage: options.bytesPerPage
                    )
                )
            }
            return ReadAheadCursor(TranslatingCursor(ChainedCursor(cursors)))
        }
    }

    /// Which instance is read for which part of a range: each from its own beginning on, and an older one up to where the newer begins.
    ///
    /// Both capture at the same time; reading both for the same LSNs would give every change twice.
    static func ranges(
        of instances: [CaptureInstance],
        after: LSN,
        through: LSN
    ) -> [(instance: CaptureInstance, after: LSN, through: LSN)] {
        var ranges: [(instance: CaptureInstance, after: LSN, through: LSN)] = []
        var through = through
        for instance in instances.reversed() {
            // The newest instance that has everything above `after` is enough.
            if instance.startLSN <= after.next || instance.name == instances.first?.name {
                ranges.append((instance, after, through))
                break
            }
            let before = instance.startLSN.previous
            if before < through {
                ranges.append((instance, max(after, before), through))
                through = before
            }
        }
        return ranges.reversed().filter { $0.after < $0.through }
    }

    // MARK: Rows

    public func snapshotStart(of table: SourceTable) async throws -> SourcePosition? {
        try await translating {
            let (_, instance) = try captured(table.name, known.withLock { $0.catalogue })
            let newest = try await log().cut(after: .zero, limit: .max)
            // The instance was there before any row is read, so what it does not have is in the rows.
            let start = instance.startLSN.previous
            if let newest, newest.lsn >= start { return newest }
            return SourcePosition(lsn: start, commitTime: newest?.commitTime ?? clock.now())
        }
    }

    public func snapshotChunks(of table: SourceTable) async throws -> [SnapshotChunk] {
        try await translating {
            let (info, query) = try snapshotQuery(table)
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
        try await translating {
            let (_, query) = try snapshotQuery(table)
            let range = try KeyRange(chunk, columns: query.key, table: table.name)
            let cursor = try await SnapshotCursor(
                query.rows(range),
                schema: table.schema,
                table: table.name,
                isSnapshot: try await profile().allowsSnapshotIsolation,
                pool: pool
            )
            return ReadAheadCursor(TranslatingCursor(cursor))
        }
    }

    private func snapshotQuery(_ table: SourceTable) throws -> (SourceTableInfo, SnapshotQuery) {
        let (info, instance) = try captured(table.name, known.withLock { $0.catalogue })
        // Columns as the source table has them now; one that was dropped since cannot be read any more.
        let current = Dictionary(info.columns.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let columns = try Self.readable(instance).map { column in
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
        return (info, SnapshotQuery(table: table.name, columns: columns, key: info.key.compactMap { current[$0] }))
    }

    // MARK: Errors

    /// Tells errors of the server in the engine's terms.
    private func translating<T>(_ work: () async throws -> T) async throws -> T {
        do { return try await work() } catch let error as TDSError { throw CDCError(error) }
    }
}

/// A cursor whose errors are told in the engine's terms.
private final class TranslatingCursor: BatchCursor {
    private let cursor: any BatchCursor

    init(_ cursor: any BatchCursor) { self.cursor = cursor }

    func next() async throws -> RecordBatch? {
        do { return try await cursor.next() } catch let error as TDSError { throw CDCError(error) }
    }
}

extension CDCError {
    /// What an error of the server means for the engine.
    init(_ error: TDSError) {
        let code: Code =
            switch error.code {
            case .invalidConfiguration, .environmentOverrides: .invalidConfiguration
            case _ where error.isRetryable: .sourceUnavailable
            default: .sourceFailed
            }
        self.init(code, error.message, underlying: error)
    }
}

extension LSN {
    /// The next smaller ten-byte number, as `sys.fn_cdc_decrement_lsn` gives it; zero stays itself.
    var previous: LSN {
        if low > 0 { return LSN(high: high, low: low - 1) }
        return high > 0 ? LSN(high: high - 1, low: .max) : self
    }
}
