import CDCCore

/// From where on a capture instance keeps the changes that are wanted of it.
struct Watermark: Sendable {
    let query: ChangeTableQuery
    let table: TableName
    let after: LSN

    /// - Throws: ``CDCError`` with code `retentionGap` where changes above `after` may be gone, or the instance is.
    func check(on source: some MetadataSource) async throws {
        let rows = try await source.metadata(query.watermark.batch)
        let lowest = rows.count == 1 ? try rows.optionalLSN(0, "lowest") : nil
        // In the table there is none until the instance is established; the function then, too, has nothing to read from.
        guard rows.count == 1, lowest != nil || !query.instance.isReadByFunction else { throw isGone }
        // Of an instance that is gone, and of one that the login may not read, the function says the same.
        if query.instance.isReadByFunction, lowest == .zero {
            throw CDCError(
                .accessDenied,
                "the login may not read the capture instance '\(query.instance.name)' of table \(table) any more, or it was dropped; "
                    + "let an administrator make its user a member of the gating role",
                table: table
            )
        }
        if let lowest, lowest > after.next {
            throw CDCError.retentionGap(table, query.instance, after: after, lowest: lowest)
        }
    }

    var isGone: CDCError {
        CDCError(
            .retentionGap,
            "the capture instance '\(query.instance.name)' of table \(table) was dropped while it was read; ask for a full refresh "
                + "of the table",
            table: table
        )
    }
}
