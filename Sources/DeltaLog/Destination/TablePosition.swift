import CDCCore

/// How far a table is, as `txn` actions of its commits: there it survives checkpoints, needs no table feature, and is
/// committed together with the data or not at all.
///
/// The number of the cut is one application's version; the ten bytes of the LSN are two more.
enum TablePosition {
    private static let prefix = "swift-cdc/"
    private static let cutSuffix = "/cut"

    private static func application(_ pipeline: String, _ part: String) -> String { "\(prefix)\(pipeline)\(part)" }

    static func actions(_ position: AppliedPosition, pipeline: String, now: Int64) -> [Action] {
        [
            (cutSuffix, position.cut),
            ("/lsn-high", Int64(bitPattern: position.lsn.high)),
            ("/lsn-low", Int64(position.lsn.low)),
        ].map { part, version in
            .transaction(SetTransaction(appId: application(pipeline, part), version: version, lastUpdated: now))
        }
    }

    /// The position that a table has.
    ///
    /// - Throws: `CDCError` with code `foreignTable` or `anotherPipeline`.
    static func read(_ snapshot: Snapshot, pipeline: String) throws(CDCError) -> AppliedPosition {
        guard let cut = snapshot.transactionVersion(of: application(pipeline, cutSuffix)) else {
            let others = snapshot.transactions.keys.filter { $0.hasPrefix(prefix) && $0.hasSuffix(cutSuffix) }
            if let other = others.min() {
                let name = other.dropFirst(prefix.count).dropLast(cutSuffix.count)
                throw CDCError(
                    .anotherPipeline,
                    "the table \(snapshot.log.path) is written by pipeline '\(name)'; two pipelines cannot write one table: "
                        + "give '\(pipeline)' another destination"
                )
            }
            throw CDCError(
                .foreignTable,
                "there is a table at \(snapshot.log.path) that pipeline '\(pipeline)' did not make; move it away, or give "
                    + "the table another destination name"
            )
        }
        let high = snapshot.transactionVersion(of: application(pipeline, "/lsn-high")) ?? 0
        let low = snapshot.transactionVersion(of: application(pipeline, "/lsn-low")) ?? 0
        return AppliedPosition(
            cut: cut,
            lsn: LSN(high: UInt64(bitPattern: high), low: UInt16(truncatingIfNeeded: low))
        )
    }
}
