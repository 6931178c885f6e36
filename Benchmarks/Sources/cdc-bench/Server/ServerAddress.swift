import Foundation
import TDSSource

/// Where the server of the benchmarks is, and how its other side is told what to do.
struct ServerAddress: Codable {
    var port: Int
    var control: Int
    var password: String

    /// The variable of the environment that tells a process of a benchmark.
    static let variable = "CDC_BENCH_SERVER"

    static func fromEnvironment() throws -> ServerAddress {
        guard let text = ProcessInfo.processInfo.environment[variable] else {
            throw Main.Failure("\(variable) is not set; benchmarks with a server are started by cdc-bench itself")
        }
        return try JSONDecoder().decode(ServerAddress.self, from: Data(text.utf8))
    }

    func source(_ database: String = BenchServer.database) -> SQLServerSource {
        var options = SQLServerSourceOptions()
        options.fencePause = .milliseconds(10)
        options.rowsPerPage = Workbench.rowsPerPage
        let configuration = SQLServerConfiguration(
            host: "127.0.0.1",
            endpoint: .port(port),
            database: database,
            user: "sa",
            password: Secret(password),
            encryption: .disabled
        )
        return SQLServerSource(configuration, options: options)
    }

    /// How many round trips clients have made so far.
    func requests() throws -> Int { Int(try tell("requests")) ?? 0 }

    /// Runs T-SQL on the server itself, beside all connections.
    ///
    /// - Returns: The first value of the last result.
    @discardableResult
    func run(_ script: String) throws -> String {
        let answer = try tell(script)
        if answer.hasPrefix("error: ") { throw Main.Failure(answer) }
        return answer
    }

    private func tell(_ command: String) throws -> String {
        let socket = try Socket.connect(to: control)
        defer { socket.close() }
        socket.write(Array(command.utf8) + [0])
        var answer: [UInt8] = []
        while let bytes = socket.read() { answer += bytes }
        return String(decoding: answer, as: UTF8.self)
    }
}
