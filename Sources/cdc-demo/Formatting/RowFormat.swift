import ArgumentParser

/// How `cat` prints rows.
enum RowFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// One JSON object a line.
    case ndjson
    /// RFC 4180, with the names of the columns first.
    case csv
}
