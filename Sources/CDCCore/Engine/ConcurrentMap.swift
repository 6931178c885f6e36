/// Works on all items, at most `limit` at a time, and returns the results in the order of the items.
///
/// The first error cancels what is still running and is thrown.
func concurrentMap<Item: Sendable, Result: Sendable>(
    _ items: [Item],
    limit: Int,
    _ work: @escaping @Sendable (Item) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var results = [Result?](repeating: nil, count: items.count)
        for (index, item) in items.enumerated() {
            if index >= max(1, limit), let (finished, result) = try await group.next() {
                results[finished] = result
                try Task.checkCancellation()
            }
            group.addTask { (index, try await work(item)) }
        }
        while let (finished, result) = try await group.next() { results[finished] = result }
        return results.compactMap { $0 }
    }
}
