import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "Keys of which different values are read as equal ones",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct AmbiguousKeyTests {
    @Test(
        "are refused by name, so that no two rows become one",
        arguments: [
            ("DATETIME2(7)", ["'2024-01-01T00:00:00.0000001'", "'2024-01-01T00:00:00.0000002'"]),
            ("DATETIMEOFFSET(7)", ["'2024-01-01T00:00:00.0000001+00:00'", "'2024-01-01T00:00:00.0000002+00:00'"]),
            ("SQL_VARIANT", ["1", "N'1'"]),
        ]
    )
    func refused(type: String, values: [String]) async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (k \(type) PRIMARY KEY, n INT IDENTITY)")
            for value in values { try await server.run("INSERT t VALUES (\(value))") }
            try await server.capture("t")
            let lake = try TestLake()
            let source = server.source()
            let error = try await #require(throws: CDCError.self) {
                try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            }
            #expect(error.code == .noKey && error.message.contains("'k'"))
            try await lake.pipeline(from: source, [TableSelection("dbo.t", key: ["n"])]).run(.triggered)
            #expect(try await lake.rows("t", ["n"]) == [[1], [2]])
            await source.close()
        }
    }

    @Test("but not where all digits are read")
    func exact() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("CREATE TABLE t (k DATETIME2(6) PRIMARY KEY)")
            try await server.run("INSERT t VALUES ('2024-01-01T00:00:00.000001'), ('2024-01-01T00:00:00.000002')")
            try await server.capture("t")
            let lake = try TestLake()
            let source = server.source()
            try await lake.pipeline(from: source, ["dbo.t"]).run(.triggered)
            #expect(try await lake.rows("t", ["k"]).count == 2)
            await source.close()
        }
    }
}
