/// Nobody listens: to the server's own sessions, and to what runs within an expression, which gives its value only.
final class SilentSink: ReplySink {
    private let outer: (any ReplySink)?

    /// - Parameter outer: Whose client may cancel the work.
    init(in outer: (any ReplySink)? = nil) { self.outer = outer }

    var isCancelled: Bool { outer?.isCancelled ?? false }
    func begin(_ columns: [BoundQuery.Column]) {}
    func row(_ values: [StoredValue]) {}
    func done(_ command: CommandCode, rowCount: Int64?, hasResult: Bool) {}
    func message(_ message: ServerText) {}
    func changed(_ change: SessionChange) {}
}
