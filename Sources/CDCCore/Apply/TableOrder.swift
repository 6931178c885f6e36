/// The order in which tables are applied: those that others refer to come first.
enum TableOrder {
    /// The tables in levels: the tables of a level refer only to tables of earlier levels, so they may be worked on at once.
    ///
    /// Tables that refer to each other in a circle share a level; what order cannot give, the consistent point gives.
    static func levels(_ tables: [SourceTable]) -> [[TableName]] {
        let names = Set(tables.map(\.name))
        var waiting: [TableName: Set<TableName>] = [:]
        for table in tables {
            let parents = table.foreignKeys.map(\.references).filter { names.contains($0) && $0 != table.name }
            waiting[table.name] = Set(parents)
        }
        var levels: [[TableName]] = []
        while !waiting.isEmpty {
            var level = waiting.filter { $0.value.isEmpty }.map(\.key)
            if level.isEmpty { level = Array(waiting.keys) }
            for name in level { waiting[name] = nil }
            for name in waiting.keys { waiting[name]?.subtract(level) }
            levels.append(level.sorted())
        }
        return levels
    }
}
