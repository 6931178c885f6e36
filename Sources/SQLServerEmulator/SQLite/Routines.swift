import CSQLite

/// The computations that statements of a connection call: `tsql(number, arguments…)`.
///
/// T-SQL's functions depend on the types of their arguments, which SQLite does not know. So a statement names a routine that
/// was made for those types, by its number.
final class Routines {
    /// Takes the values of the arguments.
    typealias Scalar = ([StoredValue]) throws(SQLError) -> StoredValue

    /// What an aggregate does: values come one row at a time.
    protocol Aggregate: AnyObject {
        func add(_ arguments: [StoredValue]) throws(SQLError)
        func result() throws(SQLError) -> StoredValue
    }

    private var scalars: [Scalar] = []
    private var scalarNumbers: [String: Int] = [:]
    private var aggregates: [() -> any Aggregate] = []
    private var aggregateNumbers: [String: Int] = [:]
    private var collations: Set<String> = []
    private var handle: OpaquePointer?
    /// SQLite carries only a text; the error itself waits here.
    private var error: SQLError?

    /// - Parameter key: Says what the routine does and for which types. Routines of one key are the same routine, so that a
    ///   statement that is made again has the same text.
    /// - Returns: The call in SQL, with `arguments` as its arguments.
    func call(_ key: String, _ arguments: [String], _ scalar: @escaping Scalar) -> String {
        let number: Int
        if let known = scalarNumbers[key] {
            number = known
        } else {
            scalars.append(scalar)
            number = scalars.count - 1
            scalarNumbers[key] = number
        }
        return "tsql(" + (["\(number)"] + arguments).joined(separator: ", ") + ")"
    }

    /// How many scalar routines are kept.
    static let limit = 2000

    var count: Int { scalars.count }

    /// Forgets the scalar routines where they have become too many: keys may hold what clients make up. No SQL that was made
    /// before may be run any more. Aggregates depend on types only, which are few.
    func forgetWhereTooMany() {
        guard scalars.count > Self.limit else { return }
        scalars = []
        scalarNumbers = [:]
    }

    /// The same for an aggregate.
    func aggregate(
        _ key: String,
        _ arguments: [String],
        isDistinct: Bool = false,
        _ make: @escaping () -> any Aggregate
    ) -> String {
        let number: Int
        if let known = aggregateNumbers[key] {
            number = known
        } else {
            aggregates.append(make)
            number = aggregates.count - 1
            aggregateNumbers[key] = number
            registerAggregate(number, "tsql_aggregate_\(number)")
        }
        // The number is part of the name, because SQLite takes DISTINCT for one argument only.
        return "tsql_aggregate_\(number)(\(isDistinct ? "DISTINCT " : "")\(arguments.joined(separator: ", ")))"
    }

    func takeError() -> SQLError? {
        defer { error = nil }
        return error
    }

    // MARK: Registration

    func register(with handle: OpaquePointer) {
        self.handle = handle
        registerCollationsWhenNeeded()
        sqlite3_create_function_v2(
            handle,
            "tsql",
            -1,
            SQLITE_UTF8,
            Unmanaged.passUnretained(self).toOpaque(),
            { context, count, values in
                guard let data = sqlite3_user_data(context) else { return }
                let routines = Unmanaged<Routines>.fromOpaque(data).takeUnretainedValue()
                let number = Int(sqlite3_value_int64(values?[0]))
                let arguments = (1..<max(1, Int(count))).map { StoredValue(values?[$0]) }
                routines.perform(context) { () throws(SQLError) in
                    guard routines.scalars.indices.contains(number) else {
                        throw SQLError(50_000, "The emulator called a routine that it has not.")
                    }
                    try routines.scalars[number](arguments).give(to: context)
                }
            },
            nil,
            nil,
            nil
        )
    }

    /// Makes a collation known to SQLite, under its own name.
    ///
    /// - Returns: The clause `COLLATE "…"`.
    func collate(_ collation: Collation) -> String {
        register(collation)
        return "COLLATE \"\(collation.name)\""
    }

    /// SQLite asks for the collations of indexes that this connection has not made.
    private func registerCollationsWhenNeeded() {
        sqlite3_collation_needed(handle, Unmanaged.passUnretained(self).toOpaque()) { data, _, _, name in
            guard let data, let name, let collation = try? Collation(String(cString: name)) else { return }
            Unmanaged<Routines>.fromOpaque(data).takeUnretainedValue().register(collation)
        }
    }

    private func register(_ collation: Collation) {
        guard collations.insert(collation.name).inserted else { return }
        sqlite3_create_collation_v2(
            handle,
            collation.name,
            SQLITE_UTF8,
            Unmanaged.passRetained(CollationBox(collation)).toOpaque(),
            { data, leftCount, left, rightCount, right in
                guard let data else { return 0 }
                let collation = Unmanaged<CollationBox>.fromOpaque(data).takeUnretainedValue().collation
                let a = Array(UnsafeRawBufferPointer(start: left, count: Int(leftCount)))
                let b = Array(UnsafeRawBufferPointer(start: right, count: Int(rightCount)))
                return Int32(collation.compare(a, b))
            },
            { data in if let data { Unmanaged<CollationBox>.fromOpaque(data).release() } }
        )
    }

    private final class CollationBox {
        let collation: Collation
        init(_ collation: Collation) { self.collation = collation }
    }

    private func perform(_ context: OpaquePointer?, _ work: () throws(SQLError) -> Void) {
        do { try work() } catch {
            self.error = error
            sqlite3_result_error(context, error.message, -1)
        }
    }

    // MARK: Aggregates

    private final class AggregateSite {
        unowned let routines: Routines
        let number: Int
        init(_ routines: Routines, _ number: Int) {
            self.routines = routines
            self.number = number
        }
    }

    private final class RunningAggregate {
        let aggregate: any Aggregate
        init(_ aggregate: any Aggregate) { self.aggregate = aggregate }
    }

    private func registerAggregate(_ number: Int, _ name: String) {
        let site = Unmanaged.passRetained(AggregateSite(self, number)).toOpaque()
        sqlite3_create_function_v2(
            handle,
            name,
            -1,
            SQLITE_UTF8,
            site,
            nil,
            { context, count, values in
                guard let data = sqlite3_user_data(context) else { return }
                let site = Unmanaged<AggregateSite>.fromOpaque(data).takeUnretainedValue()
                let arguments = (0..<Int(count)).map { StoredValue(values?[$0]) }
                let slot = sqlite3_aggregate_context(context, Int32(MemoryLayout<UnsafeMutableRawPointer?>.size))?
                    .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
                guard let slot, site.routines.aggregates.indices.contains(site.number) else { return }
                if slot.pointee == nil {
                    slot.pointee = Unmanaged.passRetained(RunningAggregate(site.routines.aggregates[site.number]()))
                        .toOpaque()
                }
                guard let pointer = slot.pointee else { return }
                let running = Unmanaged<RunningAggregate>.fromOpaque(pointer).takeUnretainedValue()
                site.routines.perform(context) { () throws(SQLError) in try running.aggregate.add(arguments) }
            },
            { context in
                guard let data = sqlite3_user_data(context) else { return }
                let site = Unmanaged<AggregateSite>.fromOpaque(data).takeUnretainedValue()
                let slot = sqlite3_aggregate_context(context, 0)?.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
                guard let pointer = slot?.pointee else {
                    // No row came: the aggregate of nothing.
                    guard site.routines.aggregates.indices.contains(site.number) else { return }
                    let empty = site.routines.aggregates[site.number]()
                    site.routines.perform(context) { () throws(SQLError) in try empty.result().give(to: context) }
                    return
                }
                slot?.pointee = nil
                let running = Unmanaged<RunningAggregate>.fromOpaque(pointer).takeRetainedValue()
                site.routines.perform(context) { () throws(SQLError) in try running.aggregate.result().give(to: context)
                }
            },
            { data in if let data { Unmanaged<AggregateSite>.fromOpaque(data).release() } }
        )
    }
}
