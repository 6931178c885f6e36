import CDCJSON
import Columnar
import DeltaLog

/// The versions of a table, for people and for programs.
struct TableHistory {
    var commits: [CommitHistory]

    var table: TextTable {
        var table = TextTable([("version", .right), ("timestamp", .left), ("operation", .left), ("metrics", .left)])
        for commit in commits {
            table.add([
                String(commit.version), Self.time(commit.timestamp), commit.operation ?? "–", Self.metrics(commit),
            ])
        }
        return table
    }

    /// An array of objects with the column names of DESCRIBE HISTORY.
    var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.text
    }

    func write(to writer: inout JSONWriter) {
        writer.array { writer in
            for commit in commits {
                writer.object { writer in
                    writer.member("version", commit.version)
                    writer.member("timestamp", Self.time(commit.timestamp))
                    writer.member("operation", commit.operation)
                    writer.member("operationParameters", .object(commit.operationParameters))
                    writer.member("readVersion", commit.readVersion)
                    writer.member("isolationLevel", commit.isolationLevel)
                    writer.member("isBlindAppend", commit.isBlindAppend)
                    writer.member("operationMetrics", .object(commit.operationMetrics))
                    writer.member("userMetadata", commit.userMetadata)
                    writer.member("engineInfo", commit.engineInfo)
                }
            }
        }
    }

    /// The metrics that are not zero, as `name=value`; numbers that people have no use for are left out.
    private static func metrics(_ commit: CommitHistory) -> String {
        let parts = commit.operationMetrics.sorted { $0.key < $1.key }.compactMap { name, value -> String? in
            let text = value.string ?? value.text
            return text == "0" || name.hasSuffix("Ms") ? nil : "\(name)=\(text)"
        }
        return parts.joined(separator: " ")
    }

    /// Milliseconds since 1970 as `2024-01-31T12:00:00.000Z`.
    static func time(_ milliseconds: Int64) -> String {
        let (microseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
        return overflow ? "\(milliseconds) ms" : CivilTime.format(microseconds: microseconds, digits: 3) + "Z"
    }
}
