import CDCCore
import CDCJSON
import Columnar

/// Consistent points as JSON, readable by anybody.
extension ConsistentPoint {
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("pipeline", pipeline)
            writer.member("cut", cut)
            writer.member("settledCut", settledCut)
            writer.member("lsn", position.lsn.description)
            writer.member("commitTime", CivilTime.format(microseconds: position.commitTime) + "Z")
            writer.member("isComplete", isComplete)
            writer.key("tables")
            writer.array { writer in
                for table in tables {
                    writer.object { writer in
                        writer.member("source", table.source.description)
                        writer.member("table", table.name)
                        writer.member("version", table.version)
                        writer.member("lsn", table.lsn.description)
                        writer.member("isConsistent", table.isConsistent)
                    }
                }
            }
        }
        writer.newline()
        return writer.bytes
    }

    init(json bytes: [UInt8], path: String) throws {
        let value = try? JSONValue(parsing: bytes)
        guard let value, let pipeline = value["pipeline"]?.string, let cut = value["cut"]?.integer,
            let settled = value["settledCut"]?.integer, let lsn = value["lsn"]?.string.flatMap({ LSN($0) }),
            let time = value["commitTime"]?.string.flatMap({ CivilTime.parse(timestamp: $0) }),
            let tables = value["tables"]?.array, let isComplete = value["isComplete"]?.boolean
        else { throw Self.corrupt(path) }
        self.init(
            pipeline: pipeline,
            cut: cut,
            settledCut: settled,
            position: SourcePosition(lsn: lsn, commitTime: time.microseconds),
            tables: try tables.map { table in
                guard let source = table["source"]?.string.flatMap({ TableName($0) }),
                    let name = table["table"]?.string, let version = table["version"]?.integer,
                    let lsn = table["lsn"]?.string.flatMap({ LSN($0) }),
                    let isConsistent = table["isConsistent"]?.boolean
                else { throw Self.corrupt(path) }
                return Table(source: source, name: name, version: version, lsn: lsn, isConsistent: isConsistent)
            },
            isComplete: isComplete
        )
    }

    private static func corrupt(_ path: String) -> CDCError {
        CDCError(
            .destinationFailed,
            "the consistent point \(path) cannot be read; remove the file: the one before it will be used"
        )
    }
}
