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
            position.write(to: &writer)
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

    init(json bytes: [UInt8], path: String) throws(CDCError) {
        do {
            let object = JSONObject(try JSONValue(parsing: bytes))
            self.init(
                pipeline: try object.string("pipeline"),
                cut: try object.integer("cut"),
                settledCut: try object.integer("settledCut"),
                position: try object.position(),
                tables: try object.array("tables").map(JSONObject.init).map { table in
                    Table(
                        source: try table.tableName("source"),
                        name: try table.string("table"),
                        version: try table.integer("version"),
                        lsn: try table.lsn("lsn"),
                        isConsistent: try table.boolean("isConsistent")
                    )
                },
                isComplete: try object.boolean("isComplete")
            )
        } catch {
            throw CDCError(
                .destinationFailed,
                "the consistent point \(path) cannot be read (\(error)); remove the file: the one before it will be used",
                underlying: error
            )
        }
    }
}
