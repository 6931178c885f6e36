import CDCCore
import CDCTesting
import Columnar
import TDSSource
import Testing

@Suite(
    "Tables that are changed under a pipeline",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct ChangedTableTests {
    /// Two tables with a row each, of which `changing` is changed later.
    private static let tables = """
        CREATE TABLE changing (id INT PRIMARY KEY, w INT, v INT); CREATE TABLE other (id INT PRIMARY KEY)
        INSERT changing VALUES (1, 100, 10); INSERT other VALUES (1)
        """

    private static let replacing = """
        ALTER TABLE changing DROP COLUMN v
        GO
        ALTER TABLE changing ADD v INT
        GO
        UPDATE changing SET v = 11; INSERT changing (id, v, w) VALUES (2, 20, 200); INSERT other VALUES (2)
        """

    private static let names: [TableSelection] = ["dbo.changing", "dbo.other"]

    /// Runs, expects that `changing` and only it could not follow, and returns the message.
    private func expectBehind(_ pipeline: IngestionPipeline, _ lake: TestLake) async throws -> String {
        let error = try await #require(throws: CDCError.self) { try await pipeline.run(.triggered) }
        #expect(error.code == .tablesIncomplete)
        #expect(!error.message.contains("dbo.other"))
        #expect(try await lake.rows("other", ["id"]) == [[1], [2]])
        return error.message
    }

    @Test("a column dropped and added again is not the one that is captured", arguments: [true, false])
    func columnReplaced(mayReadCapture: Bool) async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.tables)
            try await server.capture("changing")
            try await server.capture("other")
            let user = try await server.makeUser()
            try await server.run(
                "GRANT SELECT ON SCHEMA::dbo TO [\(user.name)]; GRANT VIEW DATABASE STATE TO [\(user.name)]"
            )
            let lake = try TestLake()
            let source = mayReadCapture ? server.source() : server.source(as: user)
            let pipeline = lake.pipeline(from: source, Self.names)
            try await pipeline.run(.triggered)
            try await server.run(Self.replacing)

            let message = try await expectBehind(pipeline, lake)
            #expect(message.contains("column 'v'") && message.contains("capture instance"))
            #expect(try await lake.rows("changing", ["id", "v"]) == [[1, 10]])
            let found = try await server.source().preflight(tables: ["dbo.changing"]).findings.map(\.code)
            #expect(found.contains(.columnsReplaced))

            try await server.capture("changing", as: "changing_2")
            _ = try await expectBehind(pipeline, lake)
            try await pipeline.run(.triggered, refreshing: ["dbo.changing"])
            #expect(try await lake.rows("changing", ["id", "v", "w"]) == [[1, 11, 100], [2, 20, 200]])
            await source.close()
        }
    }

    @Test("a column of a tracked table dropped and added again needs a full refresh")
    func trackedColumnReplaced() async throws {
        try await TestServer.withDatabase(isCaptured: false) { server in
            try await server.track()
            try await server.run(Self.tables)
            try await server.run(
                "ALTER TABLE changing ENABLE CHANGE_TRACKING; ALTER TABLE other ENABLE CHANGE_TRACKING"
            )
            let lake = try TestLake()
            let source = server.source()
            let pipeline = lake.pipeline(from: source, Self.names)
            try await pipeline.run(.triggered)
            try await server.run(Self.replacing)
            #expect(try await expectBehind(pipeline, lake).contains("changed at the source"))
            try await pipeline.run(.triggered, refreshing: ["dbo.changing"])
            #expect(try await lake.rows("changing", ["id", "v", "w"]) == [[1, 11, 100], [2, 20, 200]])
            await source.close()
        }
    }

    @Test("a snapshot begins again where the rows are divided by another column than before")
    func otherChunks() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(
                """
                CREATE TABLE changing (a INT NOT NULL, b INT NOT NULL, CONSTRAINT ua UNIQUE (a))
                DECLARE @i INT = 0
                WHILE @i < 100 BEGIN INSERT changing VALUES (@i, 1000 - @i); SET @i += 1 END
                """
            )
            try await server.capture("changing")
            let lake = try TestLake()
            let source = server.source { $0.rowsPerChunk = 40 }
            var options = IngestionOptions()
            options.snapshotChunksPerCut = 1
            let tables: [TableSelection] = [TableSelection("dbo.changing", key: ["a"])]
            let dying = InterceptedSource(source, before: Self.failing(atSecond: .snapshot("dbo.changing")))
            await #expect(throws: CDCError.self) {
                try await lake.pipeline(from: dying, tables, options: options).run(.triggered)
            }
            try await server.run(
                "ALTER TABLE changing DROP CONSTRAINT ua; ALTER TABLE changing ADD CONSTRAINT ub UNIQUE (b)"
            )
            try await lake.pipeline(from: source, tables, options: options).run(.triggered)
            #expect(try await lake.rows("changing", ["a"]).count == 100)
            await source.close()
        }
    }

    /// A hook that fails every call of a kind but the first.
    private static func failing(atSecond call: SourceCall) -> InterceptedSource.Hook {
        let count = CallCount()
        return { made in
            guard made == call, count.next() > 1 else { return }
            throw CDCError(.sourceFailed, "the process ends here")
        }
    }
}
