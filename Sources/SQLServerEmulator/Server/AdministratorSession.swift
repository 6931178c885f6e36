#if Emulator
import Synchronization

/// The session in which the server's owner runs T-SQL without a connection.
final class AdministratorSession: Sendable {
    private struct Job: Sendable {
        var batch: String
        var continuation: CheckedContinuation<Result<[[String?]], EmulatorError>, Never>
    }

    private let jobs = BlockingQueue<Job>()
    private let cancellation = Cancellation()

    init(_ core: ServerCore) throws(EmulatorError) {
        let (jobs, cancellation) = (jobs, cancellation)
        // The first connection makes the file, so that a failure is one of the start.
        do { _ = try SQLiteConnection(path: core.state.path) } catch {
            throw EmulatorError(.cannotStart, error.message)
        }
        let isStarted = core.workers.start {
            guard let login = core.state.login("sa") else { return jobs.close() }
            let sink = TextSink(cancellation)
            let session = try? Session(
                server: core.state,
                login: login,
                database: nil,
                recorder: core.makeRecorder(),
                sink: sink
            )
            session?.sqlite.cancellation = cancellation
            while let job = jobs.next() {
                cancellation.reset()
                session?.run(batch: job.batch)
                job.continuation.resume(returning: sink.take())
            }
        }
        guard isStarted else { throw EmulatorError(.cannotStart, "The system has no thread left.") }
        core.onStop {
            cancellation.close()
            jobs.close()
        }
    }

    func run(_ batch: String) async throws(EmulatorError) -> [[String?]] {
        let (jobs, cancellation) = (jobs, cancellation)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if !jobs.append(Job(batch: batch, continuation: continuation)) {
                    continuation.resume(returning: .failure(EmulatorError(.stopped, "The server has been stopped.")))
                }
            }
        } onCancel: {
            cancellation.request()
        }
        return try result.get()
    }
}

/// Keeps the last result as text, and the first error.
private final class TextSink: ReplySink {
    private let cancellation: Cancellation
    private var columns: [BoundQuery.Column] = []
    private var rows: [[String?]] = []
    private var error: EmulatorError?

    init(_ cancellation: Cancellation) { self.cancellation = cancellation }

    var isCancelled: Bool { cancellation.isRequested }

    func begin(_ columns: [BoundQuery.Column]) {
        self.columns = columns
        rows = []
    }

    func row(_ values: [StoredValue]) throws(SQLError) {
        var texts: [String?] = []
        for (value, column) in zip(values, columns) {
            texts.append(try ValueRules.text(try column.type.decode(value), column.type))
        }
        rows.append(texts)
    }

    func done(_ command: CommandCode, rowCount: Int64?, hasResult: Bool) {}
    func changed(_ change: SessionChange) {}

    func message(_ message: ServerText) {
        if message.severity > 10, error == nil { error = EmulatorError(message) }
        if message.number == SQLError.interrupted.number, error == nil { error = EmulatorError(message) }
    }

    func take() -> Result<[[String?]], EmulatorError> {
        defer {
            rows = []
            error = nil
        }
        return error.map { .failure($0) } ?? .success(rows)
    }
}
#endif
