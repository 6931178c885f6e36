/// Keeps the events of pipelines. Any task may call it at any time.
public protocol EventLog: Sendable {
    func append(_ events: [PipelineEvent]) async throws
}
