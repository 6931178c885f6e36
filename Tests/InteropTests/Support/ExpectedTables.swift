import CDCJSON
import Columnar
import DeltaLog
import LakeStorage

/// Tables of a folder with the rows that another program must find in them.
struct ExpectedTables {
    let storage: LocalStorage
    private var entries: [JSONValue] = []

    init(_ storage: LocalStorage) { self.storage = storage }

    /// Notes that the table at `path` must have these rows: of the columns of `schema` only, where it has more.
    ///
    /// - Parameter wholeSchema: The table's schema, where that is to be compared, too.
    mutating func add(_ path: String, _ schema: Schema, _ rows: [[Value]], wholeSchema: Schema? = nil) async throws {
        let file = "expected-\(entries.count).rows"
        try await storage.put(file, Array(PlainRows(schema, rows).text.utf8))
        var entry: [String: JSONValue] = ["path": .string(path), "rows": .string(file)]
        if let wholeSchema { entry["schema"] = try JSONValue(parsing: SchemaJSON.text(wholeSchema)) }
        entries.append(.object(entry))
    }

    /// Lets a program read all tables.
    ///
    /// - Returns: A line for each table.
    /// - Throws: ``PythonProgram/Failure``, saying for each table whether it differs and how.
    @discardableResult
    func compare(with reader: ForeignReader) async throws -> String {
        try await storage.put("tables.json", Array(JSONValue.array(entries).text.utf8))
        return try await PythonProgram(name: "compare_tables.py").run(reader.rawValue, storage.root)
    }
}

/// Programs that read Delta tables and have no line of code in common with this package.
enum ForeignReader: String, CaseIterable {
    case deltaRS = "delta-rs"
    case duckDB = "duckdb"
    case sail

    static let areThere = Outside.hasPython(
        with: "deltalake",
        "pyarrow",
        "duckdb",
        "duckdb_extension_delta",
        "pysail",
        "pyspark"
    )
}

extension Snapshot {
    /// All rows, boxed.
    func rows() async throws -> [[Value]] {
        var rows: [[Value]] = []
        for try await batch in try scan() { rows += batch.rows }
        return rows
    }
}
