import CDCJSON
public import Columnar
import LakeStorage

/// A commit in the making: what was read, what changes, and the attempt to write it as the table's next version.
///
/// Other writers may commit meanwhile. Where what they did does not contradict this commit, it is written after theirs;
/// where it does, ``commit()`` fails with a ``CommitConflict``, and the work is to be planned anew on a newer snapshot.
///
/// ```swift
/// var transaction = Transaction(on: snapshot, CommitOperation("WRITE", parameters: ["mode": "Append"]))
/// transaction.actions.append(.add(file))
/// transaction.actions.append(.transaction(SetTransaction(appId: "ingest/orders", version: 17)))
/// let result = try await transaction.commit()
/// ```
public struct Transaction: Sendable {
    public let log: TableLog
    /// What the commit was planned on; `nil` where it creates the table.
    public let snapshot: Snapshot?
    public var operation: CommitOperation
    public var reads: ReadSet = .nothing
    /// Applications whose versions were read to decide what to do. Those that the commit sets itself need not be named.
    public var readApplications: Set<String> = []
    /// What changes, without a commit info.
    public var actions: [Action] = []
    /// Free text for the table's history.
    public var userMetadata: String?
    /// How often to try while other writers are faster.
    public var maximumAttempts = 100

    /// A change of a table.
    public init(on snapshot: Snapshot, _ operation: CommitOperation) {
        log = snapshot.log
        self.snapshot = snapshot
        self.operation = operation
    }

    /// The first commit of a table; ``actions`` must hold its protocol and metadata.
    public init(creating log: TableLog, _ operation: CommitOperation = CommitOperation("CREATE TABLE")) {
        self.log = log
        snapshot = nil
        self.operation = operation
    }

    /// The first commit of a table with these columns, with the lowest protocol that they and the properties allow.
    ///
    /// - Throws: ``DeltaError`` with code `invalidSchema` or `unsupportedFeature`.
    public init(
        creating log: TableLog,
        schema: Schema,
        partitionColumns: [String] = [],
        properties: [String: String] = [:],
        name: String? = nil,
        description: String? = nil
    ) throws(DeltaError) {
        let metadata = try TableMetadata(
            creating: schema,
            partitionColumns: partitionColumns,
            properties: properties,
            name: name,
            description: description,
            at: log.now()
        )
        self.init(
            creating: log,
            CommitOperation(
                "CREATE TABLE",
                parameters: [
                    "partitionBy": .string(JSONValue.array(partitionColumns.map { .string($0) }).text),
                    "properties": .string(JSONValue.object(properties.mapValues { .string($0) }).text),
                    "isManaged": "false",
                    "description": description.map { .string($0) } ?? .null,
                ]
            )
        )
        actions = [.protocol(try .lowest(for: schema, properties: properties)), .metadata(metadata)]
    }

    /// Writes the commit as the table's next version.
    ///
    /// - Throws: ``DeltaError`` with code `conflict` (or `tableExists` where the table was to be created), whose
    ///   ``DeltaError/conflict`` says what contradicts; `invalidTransaction`, `constraintViolated` or `unsupportedFeature`
    ///   where the commit itself must not be; `tooManyAttempts`, `outcomeUnknown` or `storage`.
    public func commit() async throws(DeltaError) -> CommitResult {
        do {
            try CommitRules.check(actions, snapshot)
            return try await attempt()
        } catch {
            throw error.inTable(log.path)
        }
    }

    // MARK: Attempts

    private func attempt() async throws(DeltaError) -> CommitResult {
        try await checkGround()
        let id = UniqueName.uuid()
        var state = snapshot?.state ?? LogState()
        var version = (snapshot?.version ?? -1) + 1
        var failures = 0
        /// The failure of the last attempt, where the log did not show what came of it.
        var unsettled: StorageError?
        let loser = ConflictChecker.Loser(
            reads: reads,
            applications: readApplications,
            actions: actions,
            base: snapshot.map { ($0.protocol, $0.metadata, $0.schema) }
        )
        for attempt in 1...max(1, maximumAttempts) {
            let lines = [.commitInfo(info(id))] + actions
            unsettled = nil
            do {
                try await log.folder.putIfAbsent(CommitReader.path(version), ActionWriter.write(lines))
                return try await committed(version, lines, state, attempt)
            } catch let error as StorageError {
                let winners = try await winners(from: version, after: error)
                if let first = winners.first, first.actions.commitInfo?.txnId == id {
                    // The storage reported a failure, or a second try of its own found the first one's work.
                    return try await committed(version, lines, state, attempt)
                }
                if winners.isEmpty {
                    guard error.code == .alreadyExists || error.isRetryable, failures < 5 else {
                        if failures > 0, !error.isRetryable {
                            throw Self.unknownOutcome(version, error, "by an earlier try cannot be known yet")
                        }
                        throw DeltaError(error, "version \(version) could not be committed", version: version)
                    }
                    failures += 1
                    unsettled = error
                    try? await Task.sleep(for: .milliseconds(10 << failures))
                }
                for winner in winners {
                    if let conflict = ConflictChecker.conflict(loser, winner) { throw refusal(conflict) }
                    state.apply(winner.actions)
                    version = winner.version + 1
                }
            } catch let error as DeltaError {
                throw error
            } catch {
                throw DeltaError(.storage, "\(error)", version: version, underlying: error)
            }
        }
        if let unsettled {
            if try await winners(from: version, after: unsettled).first?.actions.commitInfo?.txnId == id {
                return try await committed(version, [.commitInfo(info(id))] + actions, state, max(1, maximumAttempts))
            }
            throw Self.unknownOutcome(version, unsettled, "is not known yet")
        }
        throw DeltaError(
            .tooManyAttempts,
            "other writers were faster \(maximumAttempts) times; try again, or let fewer writers commit to the table",
            version: version
        )
    }

    /// How old a snapshot may be, in milliseconds, before its place in the log is looked at again.
    private static let trustedAge: Int64 = 3_600_000

    /// Checks that the name of the commit to write is free because nobody wrote it, not because it was cleaned up: a
    /// version written into such a gap would be lost.
    private func checkGround() async throws(DeltaError) {
        guard let snapshot else {
            if try await log.exists() {
                throw DeltaError(.tableExists, "there is a table already; open it, or choose another folder")
            }
            return
        }
        guard log.now() - snapshot.loaded > Self.trustedAge else { return }
        let commits = LogSegment.commits(try await LogSegment.list(log.folder, from: snapshot.version))
        guard let own = commits.first, own.version == snapshot.version, own == snapshot.commitFile ?? own else {
            throw DeltaError(
                .missingVersion,
                "the commit of version \(snapshot.version), on which this one was planned, is no longer in the log; "
                    + "plan the work anew on the newest snapshot",
                version: snapshot.version
            )
        }
    }

    /// The commits from `version` on, which others made.
    private func winners(
        from version: Int64,
        after error: StorageError
    ) async throws(DeltaError) -> [ConflictChecker.Winner] {
        do {
            let commits = LogSegment.commits(try await LogSegment.list(log.folder, from: version))
            try LogSegment.checkContiguous(commits, from: version)
            var winners: [ConflictChecker.Winner] = []
            try await CommitReader.forEach(commits, in: log.folder, CommitReader.read) { commit, actions in
                winners.append(ConflictChecker.Winner(version: commit.version, actions: actions))
            }
            return winners
        } catch let failure {
            if error.code == .alreadyExists, failure.code != .storage || failure.isRetryable { throw failure }
            throw Self.unknownOutcome(version, error, "could not be found out (\(failure.message))")
        }
    }

    private func committed(
        _ version: Int64,
        _ lines: [Action],
        _ state: LogState,
        _ attempts: Int
    ) async throws(DeltaError) -> CommitResult {
        var state = state
        state.apply(lines)
        let path = CommitReader.path(version)
        // What cannot be looked at now is looked at by the snapshot's next update.
        let attributes = try? await log.folder.attributes(of: path)
        let file = attributes.map {
            LogSegment.CommitFile(version: version, path: $0.path, size: $0.size, modified: $0.modified)
        }
        let snapshot = try Snapshot(
            log: log,
            version: version,
            state: state,
            timestamp: max((self.snapshot?.timestamp ?? 0).successor, file?.modified ?? log.now()),
            commitFile: file,
            previousSchema: self.snapshot.map { ($0.metadata.schemaString, $0.schema) }
        )
        return CommitResult(
            version: version,
            snapshot: snapshot,
            attempts: attempts,
            checkpoint: await CheckpointWriter.writeIfDue(snapshot)
        )
    }

    // MARK: Pieces

    private static func unknownOutcome(_ version: Int64, _ error: StorageError, _ what: String) -> DeltaError {
        DeltaError(
            .outcomeUnknown,
            "the storage failed while version \(version) was written (\(error.message)), and whether it was written "
                + "\(what); read the table again before repeating the work",
            version: version,
            underlying: error
        )
    }

    private func refusal(_ conflict: CommitConflict) -> DeltaError {
        DeltaError(
            conflict.kind == .tableCreated ? .tableExists : .conflict,
            "\(conflict); plan the work anew on the newest snapshot",
            version: conflict.winnerVersion,
            conflict: conflict
        )
    }

    private func info(_ id: String) -> CommitInfo {
        var info = CommitInfo()
        info.timestamp = log.now()
        info.operation = operation.name
        info.operationParameters = operation.parameters
        info.readVersion = snapshot?.version
        info.isolationLevel = actions.onlyRearrange ? "SnapshotIsolation" : "Serializable"
        info.isBlindAppend = isBlindAppend
        info.operationMetrics = operation.metrics.mapValues { .string(String($0)) }
        info.userMetadata = userMetadata
        info.engineInfo = DeltaLibrary.engineInfo
        info.txnId = id
        return info
    }

    /// Whether the commit only adds files and read none.
    private var isBlindAppend: Bool {
        reads.isEmpty
            && !actions.contains { action in
                if case .remove = action { true } else { false }
            }
    }
}
