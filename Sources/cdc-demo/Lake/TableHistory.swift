import CDCJSON
import Columnar
import DeltaLog

/// The versions of a table, for people and for programs.
struct TableHistory {
    var commits: [CommitHistory]

    static let columns: [(String, TextTable.Alignment)] = [
        ("version", .right), ("timestamp", .left), ("operation", .left), ("what it did", .left),
    ]

    /// A row of ``columns`` for each version.
    var rows: [[String]] {
        commits.map { commit in
            [String(commit.version), Self.time(commit.timestamp), commit.operation ?? "–", Self.metrics(commit)]
        }
    }

    var table: TextTable {
        var table = TextTable(Self.columns)
        for row in rows { table.add(row) }
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

    /// What a commit did, as far as the usual metrics tell: `12 inserted, 3 deleted, 1 file added`.
    private static func metrics(_ commit: CommitHistory) -> String {
        func number(_ name: String) -> Int64 {
            guard let value = commit.operationMetrics[name] else { return 0 }
            return value.integer ?? value.string.flatMap { Int64($0) } ?? 0
        }
        let parts: [(Int64, String)] = [
            (number("numTargetRowsInserted"), "inserted"), (number("numTargetRowsUpdated"), "updated"),
            (number("numUpdatedRows"), "updated"),
            (number("numTargetRowsDeleted") + number("numDeletedRows"), "deleted"),
            (commit.operation == "MERGE" ? 0 : number("numOutputRows"), "row written"),
            (number("numTargetRowsCopied") + number("numCopiedRows"), "copied"),
            (number("numFiles") + number("numTargetFilesAdded") + number("numAddedFiles"), "file added"),
            (number("numRemovedFiles") + number("numTargetFilesRemoved"), "file removed"),
        ]
        return parts.filter { $0.0 > 0 }.map { count, what in
            // `1 file added`, `2 files added`; what is no thing, `inserted`, has no plural.
            let words = what.split(separator: " ")
            let noun = words.count > 1 ? Readable.count(Int(count), String(words[0])) : Readable.count(count)
            return "\(noun) \(words.last ?? "")"
        }.joined(separator: ", ")
    }

    /// Milliseconds since 1970 as `2024-01-31T12:00:00.000Z`.
    static func time(_ milliseconds: Int64) -> String {
        let (microseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
        return overflow
            ? "\(milliseconds) ms since 1970" : CivilTime.format(microseconds: microseconds, digits: 3) + "Z"
    }
}
