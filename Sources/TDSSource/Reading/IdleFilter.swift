import CDCCore
import Synchronization

/// Which change tables have something new: asked for all of them in one round trip, so that tables without changes cost nothing.
///
/// A poll of a thousand tables one by one takes seconds; most of them are idle most of the time.
final class IdleFilter: Sendable {
    private let seen = Mutex(Seen())

    private struct Seen {
        /// The point up to which it was asked.
        var through = LSN.zero
        /// The newest change of each change table, by its object id; no entry where it is empty.
        var newest: [Int: LSN] = [:]
        /// Below it each instance keeps nothing, read after the change tables.
        var lowest: [Int: LSN] = [:]
    }

    /// What is known of an instance up to a point.
    enum Answer: Equatable {
        case unknown
        /// Nothing changed above the point, and nothing was cleaned up there either.
        case idle
        case hasNews
    }

    func answer(_ instance: CaptureInstance, after: LSN, through: LSN) -> Answer {
        seen.withLock { seen in
            guard seen.through >= through, let lowest = seen.lowest[instance.changeTableID] else { return .unknown }
            if lowest > after.next { return .hasNews }
            return (seen.newest[instance.changeTableID] ?? .zero) > after ? .hasNews : .idle
        }
    }

    /// Asks for all instances.
    ///
    /// One change table that is gone, or that the login may not read, fails the question for all, and a replica that is behind the
    /// point has no answer: then nothing is known, and each table is read and finds out for itself.
    ///
    /// - Parameter through: A point that was read before.
    func refresh(_ instances: [CaptureInstance], through: LSN, from server: some MetadataSource) async throws {
        // One that only its function gives is read in every pass: bounds that one function refuses would fail the whole batch.
        let sorted = instances.filter { !$0.isReadByFunction }.sorted { $0.changeTableID < $1.changeTableID }
        if sorted.isEmpty { return }
        let rows: MetadataRows
        do { rows = try await server.metadata(Self.batch(sorted)) } catch let error as TDSError {
            guard error.code == .objectNotFound || error.code == .permissionDenied else { throw error }
            seen.withLock { $0 = Seen() }
            return
        }
        var new = Seen(through: through)
        for row in 0..<rows.count {
            guard let captured = try rows.optionalLSN(row, "captured"), captured >= through else {
                return seen.withLock { $0 = Seen() }
            }
            let id = try rows.integer(row, "id")
            if let lsn = try rows.optionalLSN(row, "newest") { new.newest[id] = lsn }
            if let lsn = try rows.optionalLSN(row, "lowest") { new.lowest[id] = lsn }
        }
        let result = new
        seen.withLock { $0 = result }
    }

    /// One batch: how far the log is captured, the newest LSN of every change table, a query of at most 200 tables each, then the
    /// low watermarks, which a clean-up may have raised meanwhile.
    static func batch(_ instances: [CaptureInstance]) -> String {
        var batch = """
            DECLARE @captured binary(10) = (SELECT MAX(start_lsn) FROM cdc.lsn_time_mapping);
            DECLARE @newest TABLE (id int NOT NULL, newest binary(10) NULL);

            """
        for part in instances.chunked(by: 200) {
            let selects = part.map { "SELECT \($0.changeTableID), MAX([__$start_lsn]) FROM \($0.changeTable)" }
            batch += "INSERT INTO @newest (id, newest) \(selects.joined(separator: "\nUNION ALL "));\n"
        }
        return batch
            + """
            SELECT n.id, n.newest, t.start_lsn AS lowest, @captured AS captured FROM @newest AS n JOIN cdc.change_tables AS t ON t.object_id = n.id;
            """
    }
}
