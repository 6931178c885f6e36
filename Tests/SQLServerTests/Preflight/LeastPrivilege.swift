import CDCCore
import TDSSource

extension TestServer {
    /// A source that logs in as somebody with no rights but to connect to the database, for as long as `body` runs.
    func withReader(_ body: (SQLServerSource, _ user: String) async throws -> Void) async throws {
        let user = "reader_\(UInt32.random(in: 0 ... .max))"
        let password = "Aa1-\(UInt64.random(in: 0 ... .max))"
        try await run("CREATE LOGIN [\(user)] WITH PASSWORD = '\(password)'; CREATE USER [\(user)] FOR LOGIN [\(user)]")
        var configuration = configuration
        configuration.user = user
        configuration.password = Secret(password)
        let source = SQLServerSource(configuration)
        do { try await body(source, user) } catch {
            await source.close()
            try? await run("DROP LOGIN [\(user)]")
            throw error
        }
        await source.close()
        try await run("DROP USER [\(user)]; DROP LOGIN [\(user)]")
    }

    /// Runs what a preflight says is to be run, all of it that is more than good to know.
    func apply(_ preflight: Preflight) async throws {
        let remedies = preflight.findings.filter { $0.severity > .info }.compactMap(\.remedy)
        for remedy in remedies {
            try await run(remedy)
            // A permission on the server is granted in master.
            if remedy.hasPrefix("USE [master]") { try await run("USE [\(configuration.database)]") }
        }
    }
}
