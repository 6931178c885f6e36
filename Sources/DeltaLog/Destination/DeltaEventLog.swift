public import CDCCore
import CDCJSON
public import Columnar

/// The event log of pipelines as a Delta table, so that what reads the data reads the log.
public struct DeltaEventLog: EventLog {
    public let table: DeltaTable

    /// The columns of the log.
    public static let schema: Schema = [
        Field("id", .string),
        Field("sequence", .long),
        Field("timestamp", .timestamp),
        Field("level", .string),
        Field("event_type", .string),
        Field("pipeline_name", .string),
        Field("update_id", .string),
        Field("dataset_name", .string),
        Field("message", .string),
        Field("details", .string),
    ]

    init(table: DeltaTable) { self.table = table }

    public func append(_ events: [PipelineEvent]) async throws {
        var builder = RecordBatchBuilder(Self.schema)
        for event in events {
            try builder.columns[0].append(event.id)
            builder.columns[1].append(event.sequence)
            builder.columns[2].append(event.timestamp)
            try builder.columns[3].append(event.severity.rawValue)
            try builder.columns[4].append(event.kind.rawValue)
            try builder.columns[5].append(event.pipeline)
            try builder.columns[6].append(event.updateID)
            if let name = event.table {
                try builder.columns[7].append(name.description)
            } else {
                builder.columns[7].appendNull()
            }
            try builder.columns[8].append(event.message)
            try builder.columns[9].append(JSONValue.object(event.details).text)
        }
        let batch = try builder.finish()
        do { try await table.append([batch]) } catch let error as DeltaError where error.code == .tableNotFound {
            do { try await table.create(Self.schema) } catch let error as DeltaError where error.code == .tableExists {
                // Another pipeline of the lake made it at the same moment.
            }
            try await table.append([batch])
        }
    }
}
