import CDCCore
import Columnar
import TDSSource
import Testing

@Suite(
    "Set-up beside capture instances of others",
    .enabled(if: TestServer.isAvailable, "needs the trait Emulator or a server")
)
struct OthersInstancesTests {
    private static let table = "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(20), ssn VARCHAR(20))"
    private static let theirs =
        "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'people', @role_name = N'gate', "
        + "@captured_column_list = N'[id],[name]', @supports_net_changes = 0, @capture_instance = "

    private func instances(_ server: TestServer) async throws -> [[Value]] {
        try await server.rows(
            "SELECT capture_instance FROM cdc.change_tables WHERE capture_instance <> N'swift_cdc_watermark' ORDER BY start_lsn"
        )
    }

    @Test("columns that others left out of their instance stay left out, whatever is altered")
    func leftOut() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("\(Self.table)\nGO\n\(Self.theirs) N'theirs'")
            try await CaptureSetup(tables: ["dbo.people"]).installation.apply(to: server.configuration)
            try await server.run("ALTER TABLE people ADD CONSTRAINT positive CHECK (id > 0)")
            try await server.run("ALTER TABLE people ADD note INT")
            #expect(try await instances(server) == [[.string("theirs")]])
            let outcomes = try await server.rows("SELECT outcome FROM swift_cdc.definition_changes")
            #expect(outcomes == Array(repeating: [.string("captured by others")], count: 2))
        }
    }

    @Test(
        "changes that others capture are not kept for a shorter time, but for a longer one, and it is said whose table is left alone"
    )
    func retention() async throws {
        try await TestServer.withDatabase { server in
            try await server.run("\(Self.table)\nGO\n\(Self.theirs) N'theirs'")
            func install(hours: Int64) async throws(TDSError) -> [String] {
                let setup = CaptureSetup(tables: ["dbo.people"], retention: .seconds(hours * 3600))
                return try await setup.installation.apply(to: server.configuration)
            }
            let error = await #expect(throws: TDSError.self) { () async throws in _ = try await install(hours: 71) }
            #expect(error?.message.contains("Others have capture instances in this database") == true)
            let said = try await install(hours: 73)
            #expect(said.contains { $0.hasPrefix("[dbo].[people] is captured by others and left alone") })
        }
    }

    @Test("an instance is not dropped for a younger one of others, which may have less")
    func younger() async throws {
        try await TestServer.withDatabase { server in
            try await server.run(Self.table)
            try await CaptureSetup(tables: ["dbo.people"]).installation.apply(to: server.configuration)
            try await server.run("\(Self.theirs) N'theirs'")
            _ = try await server.source().fence()
            try await server.run("EXEC swift_cdc.report_position 0xFFFFFFFFFFFFFFFFFFFF")
            #expect(try await instances(server) == [[.string("swift_cdc_dbo_people_1")], [.string("theirs")]])
        }
    }
}
