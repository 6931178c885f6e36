import Foundation
import SQLServerEmulator

/// `cdc-bench serve`: the emulator behind a ``ReplayProxy``, in a process of its own, so that what is measured is the client.
enum BenchServer {
    static let database = "RetailDB"
    static let idleDatabase = "IdleDB"

    /// Serves until the standard input ends. The first line that it prints says where it is.
    static func run() async throws {
        var configuration = SQLServerEmulator.Configuration()
        // A fence waits for the capture job: here it is to cost little.
        configuration.capture.pollingInterval = .milliseconds(10)
        let emulator = try await SQLServerEmulator.start(configuration)
        try await emulator.run(
            """
            CREATE DATABASE \(database);
            GO
            USE \(database);
            EXEC sys.sp_cdc_enable_db;
            CREATE TABLE dbo.orders (\(OrdersOnTheWire.declaration));
            CREATE TABLE dbo.bulk_orders (\(OrdersOnTheWire.declaration));
            EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'orders', @role_name = NULL;
            EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'bulk_orders', @role_name = NULL;
            """
        )
        let proxy = try ReplayProxy(before: emulator.port, replies: try PreparedReplies())
        let (control, controlPort) = try Socket.listen()
        let address = ServerAddress(port: proxy.port, control: controlPort, password: emulator.password)
        Thread.detachNewThread { serveControl(control, proxy, emulator) }
        print(String(decoding: try JSONEncoder().encode(address), as: UTF8.self))
        fflush(nil)
        while readLine() != nil {}
        await emulator.stop()
    }

    /// Answers one command a connection: `requests`, or a script of T-SQL, whose last result comes back.
    private static func serveControl(_ listener: Socket, _ proxy: ReplayProxy, _ emulator: SQLServerEmulator) {
        while let client = try? listener.accept() {
            Task {
                defer { client.close() }
                var command: [UInt8] = []
                while !command.contains(0), let bytes = client.read() { command += bytes }
                let text = String(decoding: command.prefix { $0 != 0 }, as: UTF8.self)
                if text == "requests" {
                    client.write(Array("\(proxy.requestCount)".utf8))
                    return
                }
                do {
                    let rows = try await emulator.run(text)
                    client.write(Array((rows.first?.first.flatMap { $0 } ?? "").utf8))
                } catch {
                    client.write(Array("error: \(error)".utf8))
                }
            }
        }
    }
}
