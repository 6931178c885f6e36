/// The metadata keys of the library's log lines.
enum LoggingKeys {
    static let pipeline = "cdc.pipeline"
    static let update = "cdc.update"
    static let table = "cdc.table"
    static let event = "cdc.event"
}
