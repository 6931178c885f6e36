/// What definitions mean for tables that are captured or tracked.
extension Session {
    /// A table was altered: the history of its instances notes it, and types that changed go to the change tables with the next scan.
    func didAlter(_ before: TableObject, _ after: TableObject, in database: String, text: String) throws(SQLError) {
        guard let catalogue = catalogue(database), let capture = catalogue.capture else { return }
        let instances = capture.instances.filter { $0.sourceTable == after.id }
        guard !instances.isEmpty else { return }
        let now = server.now()
        let lsn = try TransactionLog(catalogue, self).mark(at: now)
        let changed = after.columns.filter { column in
            before.columns.contains { $0.id == column.id && $0.type != column.type }
        }
        try change(database) { (catalogue) throws(SQLError) in
            for column in changed {
                catalogue.capture?.alterations.append(
                    .init(lsn: lsn, table: after.id, column: column.id, type: column.type)
                )
            }
        }
        let history = try captureTable("ddl_history", in: catalogue)
        for instance in instances {
            let isUpdate = changed.contains { instance.columns.contains($0.id) }
            try insert(
                [
                    .integer(Int64(after.id)), .integer(Int64(instance.changeTable)), .bool(isUpdate), .string(text),
                    lsn.value,
                    SystemViews.dateTime(now),
                ],
                into: history
            )
        }
    }

    /// A table is about to be dropped: its instances and what was tracked go with it.
    func willDrop(_ table: TableObject, in database: String) throws(SQLError) {
        for instance in catalogue(database)?.capture?.instances ?? [] where instance.sourceTable == table.id {
            try remove(instance, in: database)
        }
        if table.tracking != nil, let catalogue = catalogue(database) {
            try ChangeTrackingLog(catalogue, self).disable(table)
        }
    }

    /// - Throws: 4711 for a table that is captured.
    func willTruncate(_ table: TableObject, in database: String) throws(SQLError) {
        guard let catalogue = catalogue(database) else { return }
        if catalogue.capture?.instances.contains(where: { $0.sourceTable == table.id }) ?? false {
            throw SQLError(
                4711,
                "Cannot truncate table '\(table.name)' because it is published for replication or enabled for Change Data Capture."
            )
        }
        guard table.tracking != nil else { return }
        try ChangeTrackingLog(catalogue, self).noteTruncation(of: table)
    }

    /// - Throws: 3735 for the primary key of a tracked table, 22979 and 22983 for the key by which net changes are told.
    func checkMayDropKey(_ index: TableIndex, of table: TableObject, in database: String) throws(SQLError) {
        if index.kind == .primaryKey, table.tracking != nil {
            throw SQLError(
                3735,
                "The primary key constraint '\(index.name)' on table '\(table.name)' cannot be dropped because change tracking is enabled on the table. Change tracking requires a primary key constraint on the table. Disable change tracking before dropping the constraint."
            )
        }
        let isUsed = catalogue(database)?.capture?.instances.contains { instance in
            instance.sourceTable == table.id && instance.supportsNetChanges
                && instance.indexName?.matches(index.name) ?? false
        }
        guard isUsed ?? false else { return }
        throw index.kind == .index
            ? SQLError(
                22983,
                "The unique index '\(index.name)' on source table '\(table.name)' is used by Change Data Capture. To alter or drop the index, you must first disable Change Data Capture on the table."
            )
            : SQLError(
                22979,
                "The unique index '\(index.name)' on table '\(table.name)' is used by Change Data Capture. The constraint using this index cannot be dropped or disabled."
            )
    }

    /// What `sp_rename` must ask before it renames a column.
    ///
    /// - Throws: 4928 for a column that is captured.
    func checkMayRename(_ column: TableColumn, of table: TableObject, in database: DatabaseCatalogue) throws(SQLError) {
        let isCaptured = database.capture?.instances.contains {
            $0.sourceTable == table.id && $0.columns.contains(column.id)
        }
        if isCaptured ?? false {
            throw SQLError(4928, "Cannot alter column '\(column.name)' because it is 'REPLICATED'.")
        }
    }
}
