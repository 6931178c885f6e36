import CDCCore
import Columnar

/// A table, and the way its changes are had.
struct CapturedTable: Sendable {
    let info: SourceTableInfo
    let capture: Capture

    enum Capture: Sendable {
        /// The newest capture instance.
        case instance(CaptureInstance)
        case tracking(TrackedTable)
    }

    /// The columns that are read, as they are captured, in their order.
    var columns: [SourceColumn] {
        switch capture {
        // A computed column is NULL in every change row.
        case .instance(let instance): instance.columns.filter { !$0.isComputed }
        case .tracking(let table): table.columns
        }
    }

    /// The same table read by one of its capture instances, as if there were none newer; `nil` where it has none of that name.
    func reading(_ instance: String) -> CapturedTable? {
        guard let index = info.captureInstances.firstIndex(where: { $0.name == instance }) else { return nil }
        var older = info
        older.captureInstances = Array(info.captureInstances[...index])
        return CapturedTable(info: older, capture: .instance(info.captureInstances[index]))
    }

    var tracked: TrackedTable? { if case .tracking(let table) = capture { table } else { nil } }

    /// What the engine is told.
    ///
    /// - Throws: ``CDCError`` with code `invalidConfiguration` where a column cannot be read, and `schemaChanged` where one is not
    ///   the one that is captured.
    func description() throws -> SourceTable {
        if case .instance(let instance) = capture { try checkColumns(of: instance) }
        let columns = columns
        let ids = columns.compactMap(\.id)
        let names = Set(columns.map(\.name))
        var table = SourceTable(
            info.name,
            schema: Schema(try columns.map { try Self.field($0, of: info.name) }),
            columnIDs: ids.count == columns.count ? ids : [],
            // A key that is not captured as a whole cannot tell rows apart.
            key: info.key.allSatisfy(names.contains) ? info.key : [],
            foreignKeys: info.foreignKeys,
            ambiguousColumns: Set(columns.filter(\.isAmbiguous).map(\.name)),
            chunkKey: info.keyColumns.map { "\($0.name) \($0.typeText) \($0.collation ?? "")" }
        )
        switch capture {
        case .instance(let instance):
            table.captureInstance = instance.name
            table.largeObjects = Set(columns.filter(\.isLargeObject).map(\.name))
        case .tracking:
            // Rows are read from the table, whole, so a NULL is a NULL.
            table.mechanism = .changeTracking
        }
        return table
    }

    private func checkColumns(of instance: CaptureInstance) throws {
        guard let column = info.replacedColumns(of: instance).first else { return }
        throw CDCError(
            .schemaChanged,
            "column '\(column)' of table \(info.name) was dropped, and another one of its name added, which the capture instance "
                + "'\(instance.name)' does not capture; make a new capture instance, and ask for a full refresh of the table",
            table: info.name
        )
    }

    private static func field(_ column: SourceColumn, of table: TableName) throws -> Field {
        guard let type = column.dataType else {
            throw CDCError(
                .invalidConfiguration,
                "column '\(column.name)' of table \(table) is of type \(column.typeText), which cannot be read; have the table "
                    + "captured by Change Data Capture without it (@captured_column_list)",
                table: table
            )
        }
        return Field(column.name, type, isNullable: column.isNullable)
    }
}

extension CapturedTable {
    /// - Throws: ``CDCError`` with code `tableNotFound` where the table is not captured in the way that is wanted, and
    ///   `sourceUnavailable` where it will be soon.
    init(_ info: SourceTableInfo, _ mechanism: SQLServerSourceOptions.Mechanism, profile: ServerProfile) throws {
        self.info = info
        let isTracked = info.changeTracking != nil && !info.key.isEmpty
        if isTracked, mechanism != .changeDataCapture {
            capture = .tracking(
                TrackedTable(
                    name: info.name,
                    objectID: info.objectID,
                    columns: info.columns.filter { !$0.isComputed || $0.dataType != nil },
                    key: info.keyColumns
                )
            )
        } else if let instance = info.captureInstances.last, mechanism != .changeTracking {
            capture = .instance(instance)
        } else if info.awaitsCapture, mechanism != .changeTracking {
            throw CDCError(
                .sourceUnavailable,
                "the capture job has not come yet to where the capture of table \(info.name) was enabled; is SQL Server Agent running, "
                    + "and the job started (EXEC sys.sp_cdc_start_job)?",
                table: info.name
            )
        } else {
            throw Self.notCaptured(info, mechanism, profile)
        }
    }

    private static func notCaptured(
        _ info: SourceTableInfo,
        _ mechanism: SQLServerSourceOptions.Mechanism,
        _ profile: ServerProfile
    ) -> CDCError {
        let name = info.name
        var ways: [String] = []
        if mechanism != .changeTracking {
            let enabling =
                profile.isCDCEnabled
                ? "" : Remedy.enableCapture(ofDatabase: profile.databaseName, on: profile.platform) + " "
            ways.append(enabling + Remedy.enableCapture(of: name))
        }
        if mechanism != .changeDataCapture, info.hasPrimaryKey, !info.key.isEmpty {
            let enabling =
                profile.isChangeTrackingEnabled
                ? ""
                : "ALTER DATABASE \(SQLText.identifier(profile.databaseName)) SET CHANGE_TRACKING = ON "
                    + "(CHANGE_RETENTION = 7 DAYS); "
            ways.append(enabling + Remedy.enableTracking(of: name))
        }
        let advice =
            ways.isEmpty
            ? "Change Tracking needs a primary key: add one, or choose Change Data Capture"
            : "let an administrator run: \(ways.joined(separator: " or: "))"
        return CDCError(.tableNotFound, "table \(name) is not captured; \(advice)\(profile.missingSight)", table: name)
    }
}
