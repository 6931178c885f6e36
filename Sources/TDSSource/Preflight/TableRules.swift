import CDCCore

/// What follows from the facts of a table.
struct TableRules {
    let server: ServerFacts
    let table: TableFacts
    /// All tables that were asked for.
    let selection: Set<TableName>

    private var name: TableName { table.name }

    var findings: [PreflightFinding] {
        guard let info = table.info else { return [notFound] }
        var found: [PreflightFinding] = []
        if info.key.isEmpty { found.append(noKey) }
        found += ambiguousKey(info) + permissions(info) + foreignKeys(info)
        if let instance = table.newest {
            found += captured(info, instance)
        } else if !server.isCaptureEnabled || server.permissions.readsCapture, !Self.isTracked(info) {
            found.append(
                finding(
                    .tableNotCaptured,
                    .error,
                    "table \(name) is not captured",
                    remedy: Remedy.enableCapture(of: name)
                )
            )
        }
        return found
    }

    /// Whether Change Tracking suffices for a table.
    static func isTracked(_ info: SourceTableInfo) -> Bool { info.changeTracking != nil && !info.key.isEmpty }

    private func finding(
        _ code: PreflightFinding.Code,
        _ severity: PreflightFinding.Severity,
        _ message: String,
        remedy: String? = nil
    ) -> PreflightFinding {
        PreflightFinding(code, severity, table: name, message, remedy: remedy)
    }

    /// Rows that nothing tells apart are counted, for which all their values must be captured.
    private var noKey: PreflightFinding {
        let large = table.newest?.columns.filter(\.isLargeObject).map(\.name) ?? []
        let limit =
            large.isEmpty
            ? "its rows are counted, first read as of one point, for which writers wait a moment, and their history (SCD type 2) "
                + "cannot be kept. To have more"
            : "it cannot be read, because of its large objects (\(large.joined(separator: ", "))) old values are not captured. For it "
                + "to be read"
        return finding(
            .noKey,
            large.isEmpty ? .warning : .error,
            "table \(name) has no primary key and no unique index over NOT NULL columns: \(limit), give the table one, or name "
                + "columns that tell its rows apart with TableSelection(key:)"
        )
    }

    private var notFound: PreflightFinding {
        if let other = table.similar.first {
            return finding(
                .tableNotFound,
                .error,
                "there is no table \(name), but \(other): names are compared to the letter"
            )
        }
        if server.permissions.seesDefinitions {
            return finding(.tableNotFound, .error, "there is no table \(name) in database '\(server.database)'")
        }
        return finding(
            .tableNotFound,
            .error,
            "there is no table \(name), or user '\(server.user)' may not see it; if it is there, grant the right to read it",
            remedy: Remedy.grant("SELECT", on: name, to: server.user)
        )
    }

    private func ambiguousKey(_ info: SourceTableInfo) -> [PreflightFinding] {
        let columns = info.keyColumns.filter(\.isAmbiguous)
        guard !columns.isEmpty else { return [] }
        return [
            finding(
                .ambiguousKey,
                .error,
                "different values of the key of table \(name) may be read as equal ones: "
                    + columns.map { "'\($0.name)' (\($0.typeText))" }.joined(separator: ", ")
                    + "; name columns that tell its rows apart with TableSelection(key:), the same where no such values occur"
            )
        ]
    }

    private func permissions(_ info: SourceTableInfo) -> [PreflightFinding] {
        var found: [PreflightFinding] = []
        if !table.mayRead {
            found.append(
                finding(
                    .missingPermission,
                    .error,
                    "user '\(server.user)' may not read table \(name)",
                    remedy: Remedy.grant("SELECT", on: name, to: server.user)
                )
            )
        }
        if info.changeTracking != nil, !table.mayViewTracking {
            found.append(
                finding(
                    .missingPermission,
                    info.captureInstances.isEmpty ? .error : .warning,
                    "user '\(server.user)' may not read the tracked changes of table \(name)",
                    remedy: Remedy.grant("VIEW CHANGE TRACKING", on: name, to: server.user)
                )
            )
        }
        for (instance, role) in table.closedGates.sorted(by: { $0.key < $1.key }) {
            found.append(
                finding(
                    .gatingRole,
                    .error,
                    "the capture instance '\(instance)' is for members of role '\(role)', and user '\(server.user)' is none",
                    remedy: Remedy.addMember(server.user, to: role)
                )
            )
        }
        return found
    }

    private func foreignKeys(_ info: SourceTableInfo) -> [PreflightFinding] {
        let outside = Set(info.foreignKeys.map(\.references)).subtracting(selection).sorted()
        guard !outside.isEmpty else { return [] }
        return [
            finding(
                .foreignKeyOutside,
                .info,
                "table \(name) refers to \(list(outside.map(\.description))), not among the tables that were asked for"
            )
        ]
    }

    // MARK: The capture instance

    private func captured(_ info: SourceTableInfo, _ instance: CaptureInstance) -> [PreflightFinding] {
        columns(info, instance) + values(instance) + slots(info, instance) + kept
    }

    private func columns(_ info: SourceTableInfo, _ instance: CaptureInstance) -> [PreflightFinding] {
        var found: [PreflightFinding] = []
        let captured = Set(instance.columns.map(\.name))
        let current = Set(info.columns.map(\.name))
        let lost = info.key.filter { !captured.contains($0) }
        let readable = info.columns.filter { $0.dataType != nil && !$0.isComputed }
        // One statement puts all of it right, and is not to be run twice.
        var remedy = again(info, instance, readable)
        func takeRemedy() -> String? {
            defer { remedy = nil }
            return remedy
        }
        if !lost.isEmpty {
            found.append(
                finding(
                    .keyNotCaptured,
                    .error,
                    "the key of table \(name) is not captured as a whole: \(list(lost)) is left out",
                    remedy: takeRemedy()
                )
            )
        }
        let dropped = instance.columns.map(\.name).filter { !current.contains($0) }
        if !dropped.isEmpty {
            found.append(
                finding(
                    .columnsDropped,
                    .error,
                    "\(list(dropped)) is captured by the instance '\(instance.name)', but table \(name) has it no more: its rows cannot be "
                        + "read for the first time",
                    remedy: takeRemedy()
                )
            )
        }
        let replaced = info.replacedColumns(of: instance)
        if !replaced.isEmpty {
            found.append(
                finding(
                    .columnsReplaced,
                    .error,
                    "\(list(replaced)) of table \(name) was dropped, and another one of its name added, which the instance "
                        + "'\(instance.name)' does not capture",
                    remedy: takeRemedy()
                )
            )
        }
        let unreadable = instance.columns.filter { $0.dataType == nil && !$0.isComputed }
        if !unreadable.isEmpty {
            found.append(
                finding(
                    .unreadableType,
                    .error,
                    "table \(name) has columns of types that cannot be read: "
                        + unreadable.map { "'\($0.name)' (\($0.typeText))" }.joined(separator: ", "),
                    remedy: takeRemedy()
                )
            )
        }
        let new = readable.map(\.name).filter { !captured.contains($0) && !info.key.contains($0) }
        if !new.isEmpty {
            found.append(
                finding(
                    .columnsNotCaptured,
                    .warning,
                    "\(list(new)) of table \(name) is not captured by the instance '\(instance.name)'; a column that was added later "
                        + "needs a new instance",
                    remedy: takeRemedy()
                )
            )
        }
        let computed = instance.columns.filter(\.isComputed).map(\.name)
        if !computed.isEmpty {
            found.append(
                finding(
                    .computedColumns,
                    .info,
                    "\(list(computed)) of table \(name) is computed: SQL Server captures NULL for it, so it is left out"
                )
            )
        }
        return found
    }

    private func values(_ instance: CaptureInstance) -> [PreflightFinding] {
        var found: [PreflightFinding] = []
        let large = instance.columns.filter(\.isLargeObject).map(\.name)
        if !large.isEmpty, server.platform != .azureSQLDatabase {
            switch server.largeObjectLimit {
            case .known(let limit?) where limit >= 0:
                found.append(
                    finding(
                        .largeObjectLimit,
                        .warning,
                        "INSERT and UPDATE of table \(name) fail for whoever writes more than \(limit) bytes into \(list(large)), because "
                            + "it is captured ('max text repl size')",
                        remedy: Remedy.liftTextLimit(on: server.platform)
                    )
                )
            case .unknown(let reason):
                found.append(
                    finding(.unknown, .info, "it is not known how large values of \(list(large)) may be: \(reason)")
                )
            case .known: break
            }
        }
        let narrow = instance.columns.filter { ["char", "varchar", "text"].contains($0.type) }
        let foreign = narrow.filter { $0.collation != nil && $0.collation != server.collation }
        if !foreign.isEmpty {
            found.append(
                finding(
                    .collationDiffers,
                    .warning,
                    "\(list(foreign.map(\.name))) of table \(name) has another collation than the database (\(server.collation)): letters "
                        + "outside ASCII may be captured wrongly; nvarchar is safe"
                )
            )
        }
        return found
    }

    private func slots(_ info: SourceTableInfo, _ instance: CaptureInstance) -> [PreflightFinding] {
        var found: [PreflightFinding] = []
        if info.captureInstances.count > 1, let oldest = info.captureInstances.first {
            // What would drop it is no remedy: whoever runs it does not know what is read.
            let isOwn = info.captureInstances.allSatisfy { table.ownInstances.contains($0.name) }
            found.append(
                finding(
                    .captureInstancesFull,
                    .warning,
                    "table \(name) has both capture instances that it may have, so that none can be made for new columns; '\(oldest.name)' "
                        + (isOwn
                            ? "goes by itself when every reader in swift_cdc.readers has read the first changes that '\(instance.name)' "
                                + "has, too, and a new one is made then"
                            : "can go once everything is applied up to the first transaction with changes of the table from LSN "
                                + "\(instance.startLSN) on, if nobody else reads it: disable it then, or let its owner do so")
                )
            )
        }
        if info.captureInstances.contains(where: { !$0.hasCommandID }) {
            found.append(
                finding(
                    .noCommandID,
                    .warning,
                    "a change table of \(name) lacks __$command_id, without which changes of one transaction may come in a wrong order",
                    remedy: "EXEC sys.sp_cdc_vupgrade;"
                )
            )
        }
        return found
    }

    private var kept: [PreflightFinding] {
        guard let retention = table.retention, retention.share < 0.25 else { return [] }
        let isLost = retention.left <= .zero
        return [
            finding(
                .retentionLow,
                isLost ? .error : .warning,
                isLost
                    ? "changes of table \(name) that were not read yet are deleted; the table needs a full refresh"
                    : "changes of table \(name) that were not read yet are deleted in \(retention.left.components.seconds / 60) minutes"
            )
        ]
    }

    /// A capture instance of the columns that can be read, made as the newest one was, in a free place. No place is made free: what
    /// is not read yet would be lost.
    private func again(_ info: SourceTableInfo, _ instance: CaptureInstance, _ columns: [SourceColumn]) -> String? {
        guard info.captureInstances.count == 1, !info.awaitsCapture, let options = table.options[instance.name] else {
            return nil
        }
        let isWhole = columns.count == info.columns.count
        let isOwn = table.ownInstances.contains(instance.name)
        if isOwn, columns.count == info.columns.count(where: { !$0.isComputed }) { return Remedy.captureBySetup(name) }
        // One of the set-up's own captures all columns; what is made here in its place is no longer the set-up's.
        let stem = isOwn ? String(instance.name.trimmingPrefix(CaptureSetup.instancePrefix)) : instance.name
        return Remedy.enableCapture(
            of: name,
            instance: free(stem),
            columns: isWhole ? nil : columns.map(\.name),
            options
        )
    }

    /// A name that no capture instance has; it may be 100 characters long.
    private func free(_ stem: String) -> String {
        var number = 2
        while true {
            let suffix = "_\(number)"
            let name = stem.prefix(100 - suffix.count) + suffix
            if !table.takenNames.contains(String(name)) { return String(name) }
            number += 1
        }
    }

    private func list(_ names: [String]) -> String {
        names.map { "'\($0)'" }.joined(separator: ", ")
    }
}
