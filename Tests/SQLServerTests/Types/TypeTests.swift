import CDCCore
import Columnar
import TDSSource
import Testing

@Suite("Every type of SQL Server", .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server"))
struct TypeTests {
    /// As many rows as the case with the most values has; a case with fewer begins anew.
    private static let rows = TypeCase.all.map(\.values.count).max() ?? 0
    private static let names = TypeCase.all.indices.map { "c\($0)" }

    private static func value(_ row: Int, _ column: TypeCase) -> (literal: String, value: Value) {
        column.values[row % column.values.count]
    }

    private static func insert(_ id: Int, row: Int) -> String {
        let literals = TypeCase.all.map { value(row, $0).literal }.joined(separator: ", ")
        return "INSERT types (id, \(names.joined(separator: ", "))) VALUES (\(id), \(literals))"
    }

    @Test("rows and changes hold the same values, which are those that were written")
    func values() async throws {
        try await TestServer.withDatabase { server in
            let columns = zip(Self.names, TypeCase.all).map { "\($0) \($1.declaration) NULL" }.joined(separator: ", ")
            try await server.run("CREATE TABLE types (id INT NOT NULL PRIMARY KEY, \(columns), version ROWVERSION)")
            for row in 0..<Self.rows { try await server.run(Self.insert(row, row: row)) }
            try await server.run("INSERT types (id) VALUES (100)")
            try await server.capture("types")
            let lake = try TestLake()
            let source = server.source()
            let pipeline = lake.pipeline(from: source, ["dbo.types"])
            let fields = try await source.describe(["dbo.types"])[0].schema.fields
            #expect(fields.map(\.type) == [.integer] + TypeCase.all.map(\.type) + [.binary])
            try await pipeline.run(.triggered)
            try await expectRows(0, nulls: [100], server, lake)

            // The same as changes: inserts, and updates of every column from and to NULL.
            for row in 0..<Self.rows { try await server.run(Self.insert(1000 + row, row: row)) }
            try await server.run("INSERT types (id) VALUES (1100)")
            for row in 0..<Self.rows {
                let id = 2000 + row
                let literals = zip(Self.names, TypeCase.all).map { "\($0) = \(Self.value(row, $1).literal)" }
                try await server.run("INSERT types (id) VALUES (\(id))")
                try await server.run("UPDATE types SET \(literals.joined(separator: ", ")) WHERE id = \(id)")
            }
            let nulls = Self.names.map { "\($0) = NULL" }.joined(separator: ", ")
            try await server.run(Self.insert(1101, row: 1) + "; UPDATE types SET \(nulls) WHERE id = 1101")
            try await pipeline.run(.triggered)
            for first in [0, 1000, 2000] {
                try await expectRows(first, nulls: [100, 1100, 1101], server, lake)
            }
            await source.close()
        }
    }

    @Test("values of more than a megabyte come whole")
    func largeValues() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("EXEC sp_configure 'max text repl size', -1; RECONFIGURE")
            try await server.run(
                "CREATE TABLE large (id INT PRIMARY KEY, a VARCHAR(MAX), b NVARCHAR(MAX), c VARBINARY(MAX))"
            )
            try await server.capture("large")
            let lake = try TestLake()
            let source = server.source()
            let pipeline = lake.pipeline(from: source, ["dbo.large"])
            // One megabyte and a bit of each: characters that begin and end anywhere in chunks, packets and pages.
            let count = 1_100_000
            let row = """
                REPLICATE(CAST('abc' AS VARCHAR(MAX)), \(count / 3)), REPLICATE(CAST(N'Ж😀' AS NVARCHAR(MAX)), \(count / 6)),
                CAST(REPLICATE(CAST('ab' AS VARCHAR(MAX)), \(count / 2)) AS VARBINARY(MAX))
                """
            let expected: [Value] = [
                .string(String(repeating: "abc", count: count / 3)), .string(String(repeating: "Ж😀", count: count / 6)),
                .binary((0..<count).map { $0 % 2 == 0 ? 97 : 98 }),
            ]
            for id in 1...2 {
                try await server.run("INSERT large SELECT \(id), \(row)")
                try await pipeline.run(.triggered)
                let rows = try await lake.rows("large", ["a", "b", "c"])
                #expect(rows.count == id)
                for values in rows where values != expected { Issue.record("row \(id) is another") }
            }
            await source.close()
        }
    }

    private func expectRows(_ first: Int, nulls: [Int64], _ server: TestServer, _ lake: TestLake) async throws {
        let found = Dictionary(
            try await lake.rows("types", ["id"] + Self.names + ["version"]).map { ($0[0], Array($0.dropFirst())) }
        ) { $1 }
        let versions = Dictionary(try await server.rows("SELECT id, version FROM types").map { ($0[0], $0[1]) }) { $1 }
        for row in 0..<Self.rows {
            let values = try #require(found[.integer(Int64(first + row))], "row \(first + row)")
            for (column, value) in zip(TypeCase.all, values) {
                let expected = Self.value(row, column)
                #expect(value == expected.value, "\(column.declaration): \(expected.literal)")
            }
            #expect(values.last == versions[.integer(Int64(first + row))])
        }
        for id in nulls {
            #expect(found[.integer(id)]?.dropLast().allSatisfy(\.isNull) == true, "row \(id)")
        }
    }
}
