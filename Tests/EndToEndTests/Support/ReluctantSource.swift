import CDCCore

/// A source that does not say all that the one behind it knows.
struct ReluctantSource: ForwardingSource {
    let source: any ChangeSource
    /// Otherwise that it was restored is only seen where its log ends too soon.
    var namesHistory = true
    /// Tables that it does not describe, and why.
    var refused: [TableName: CDCError] = [:]

    var target: any ChangeSource { source }

    func history() async throws -> String? { namesHistory ? try await source.history() : nil }

    func describe(_ tables: [TableName]) async throws -> [SourceTable] {
        for table in tables { if let error = refused[table] { throw error } }
        return try await source.describe(tables)
    }
}
