import Foundation
import Synchronization

@testable import SQLServerEmulator

/// Keeps what a session answers as values.
final class Collector: ReplySink {
    private(set) var rows: [[SQLValue]] = []
    private(set) var errors: [Int32] = []
    private(set) var messages: [String] = []
    private var columns: [BoundQuery.Column] = []
    private(set) var names: [String] = []
    let isCancelled = false

    func begin(_ columns: [BoundQuery.Column]) {
        self.columns = columns
        names = columns.map(\.name)
    }

    func row(_ values: [StoredValue]) throws(SQLError) { rows.append(try Binder.decode(values, columns.map(\.type))) }
    func done(_ command: CommandCode, rowCount: Int64?, hasResult: Bool) {}

    func message(_ message: ServerText) {
        if message.severity > 10 { errors.append(message.number) }
        messages.append(message.text)
    }

    func changed(_ change: SessionChange) {}
}

/// A server with a database that captures, and a clock that is moved by hand.
final class CaptureBench {
    let server: ServerState
    let session: Session
    let clock = Clock()
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("capture-\(UUID().uuidString).db")
        .path

    final class Clock: Sendable {
        private let time = Mutex<Int64>(1_700_000_000_000_000)
        var now: Int64 { time.withLock { $0 } }
        func advance(seconds: Int64) { time.withLock { $0 += seconds * 1_000_000 } }
    }

    init(enabled: Bool = true) throws {
        let clock = clock
        server = ServerState(name: "EMULATOR", path: path, now: { clock.now })
        let login = ServerState.Login(name: "sa", password: "", isSysadmin: true)
        server.add(login)
        session = try Session(
            server: server,
            login: login,
            database: "master",
            recorder: CaptureRecorder(),
            sink: Collector()
        )
        run("CREATE DATABASE shop")
        run("USE shop")
        if enabled { run("EXEC sys.sp_cdc_enable_db") }
    }

    deinit { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }

    /// Another session of the database.
    func connect(_ name: String? = nil) throws -> Session {
        let login = name.flatMap { server.login($0) } ?? ServerState.Login(name: "sa", password: "", isSysadmin: true)
        return try Session(
            server: server,
            login: login,
            database: "shop",
            recorder: CaptureRecorder(),
            sink: Collector()
        )
    }

    @discardableResult
    func run(_ text: String, on other: Session? = nil) -> Collector {
        let session = other ?? session
        let collector = Collector()
        session.sink = collector
        session.run(batch: text)
        return collector
    }

    /// The rows of a query as text; binaries as `0x…`.
    func rows(_ text: String, on other: Session? = nil) -> [String] {
        let answer = run(text, on: other)
        return answer.rows.map { $0.map(Self.text).joined(separator: " ") } + answer.errors.map { "Msg \($0)" }
    }

    static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .decimal(let number): "\(number)"
        case .text(let bytes): String(decoding: bytes, as: UTF8.self)
        case .binary(let bytes): "0x" + bytes.map { String(format: "%02X", $0) }.joined()
        default: "\(value)"
        }
    }

    func capture(_ table: String, _ more: String = "") {
        run(
            "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'\(table)', @role_name = NULL\(more)"
        )
    }

    @discardableResult
    func scan() -> [Int32] { run("EXEC sys.sp_cdc_scan").errors }

    /// The rows of a change table in their order, places in the log as numbers in order of their appearance.
    func changes(_ instance: String, _ columns: String) -> [String] {
        let order = "ORDER BY __$start_lsn, __$command_id, __$seqval, __$operation"
        let rows = run(
            "SELECT __$start_lsn, __$seqval, __$operation, __$update_mask, __$command_id, \(columns) FROM cdc.[\(instance)_CT] \(order)"
        ).rows
        func ranks(_ column: Int) -> [SQLValue: Int] {
            let sorted = Set(rows.map { Self.text($0[column]) }).sorted()
            return Dictionary(rows.map { ($0[column], (sorted.firstIndex(of: Self.text($0[column])) ?? 0) + 1) }) {
                a,
                _ in a
            }
        }
        let (lsns, sequences) = (ranks(0), ranks(1))
        return rows.map { row in
            (["L\(lsns[row[0]] ?? 0)", "s\(sequences[row[1]] ?? 0)"] + row[2...].map(Self.text)).joined(separator: " ")
        }
    }
}
