import CDCJSON
import Columnar

/// What the demo found out: printed step by step for people, and as one document for programs.
struct DemoReport: Sendable {
    /// Something that must be so, and whether it is.
    struct Check: Sendable {
        var name: String
        /// What is wrong; `nil` where it is as it must be.
        var problem: String?

        var isOK: Bool { problem == nil }
    }

    /// A row of a table, as `cat` prints it.
    struct Row: Sendable {
        var names: [String]
        /// JSON texts.
        var values: [String]
    }

    /// Published cuts of the staging volume.
    struct Cut: Sendable {
        var number: Int64
        var lsn: String
        var rows: Int
        var files: Int
        var bytes: Int
    }

    var lake = ""
    /// Where the database was.
    var source = ""
    var scale = 1.0
    var seed: UInt64 = 0
    var snapshotRows = 0
    var snapshotDuration = Duration.zero
    var workshop: [RetailWorkshop.Change] = []
    var workshopDuration = Duration.zero
    var traffic = RetailTraffic.Counts()
    var trafficDuration = Duration.zero
    var restart = Restart()
    var counts: [(table: String, rows: Int, sourceRows: Int)] = []
    var rows: [(question: String, row: Row?)] = []
    var cuts: [Cut] = []
    var checks: [Check] = []

    /// Where the tables were when the pipeline was stopped.
    struct Restart: Sendable {
        var cut: Int64 = 0
        /// By table: the last cut applied, and the version.
        var positions: [(table: String, cut: Int64, version: Int64)] = []
    }

    var failed: [Check] { checks.filter { !$0.isOK } }

    mutating func check(_ name: String, _ problem: String?) {
        checks.append(Check(name: name, problem: problem))
    }

    // MARK: JSON

    func write(to writer: inout JSONWriter, validation: (inout JSONWriter) -> Void) {
        writer.object { writer in
            writer.member("lake", lake)
            writer.member("source", source)
            writer.key("scale")
            writer.number(scale)
            writer.member("seed", seed)
            writer.key("snapshot")
            writer.object { writer in
                writer.member("rows", snapshotRows)
                Self.write(snapshotDuration, rate: snapshotRows, as: "rowsPerSecond", to: &writer)
            }
            writer.key("workshop")
            writer.object { writer in
                writer.key("changes")
                writer.array { writer in
                    for change in workshop {
                        writer.object { writer in
                            writer.member("change", change.title)
                            if !change.sql.isEmpty {
                                writer.member("sql", .array(change.sql.map { .string($0) }))
                            }
                            writer.member("commitLSN", "\(change.lsn)")
                            writer.member(
                                "commitTimestamp",
                                CivilTime.format(microseconds: change.commitTime) + "Z"
                            )
                        }
                    }
                }
                Self.write(workshopDuration, rate: nil, as: "", to: &writer)
            }
            writer.key("traffic")
            writer.object { writer in
                writer.member("transactions", traffic.transactions)
                writer.member("inserts", traffic.inserts)
                writer.member("updates", traffic.updates)
                writer.member("deletes", traffic.deletes)
                Self.write(trafficDuration, rate: traffic.changes, as: "changesPerSecond", to: &writer)
                writer.key("restart")
                writer.object { writer in
                    writer.member("stoppedInCut", restart.cut)
                    writer.key("tables")
                    writer.array { writer in
                        for position in restart.positions {
                            writer.object { writer in
                                writer.member("table", position.table)
                                writer.member("cut", position.cut)
                                writer.member("version", position.version)
                            }
                        }
                    }
                }
            }
            writer.key("validation")
            writer.object { writer in
                writer.key("rowCounts")
                writer.array { writer in
                    for count in counts {
                        writer.object { writer in
                            writer.member("table", count.table)
                            writer.member("rows", count.rows)
                            writer.member("sourceRows", count.sourceRows)
                        }
                    }
                }
                writer.key("queries")
                writer.array { writer in
                    for (question, row) in rows {
                        writer.object { writer in
                            writer.member("query", question)
                            writer.key("row")
                            if let row { Self.write(row, to: &writer) } else { writer.null() }
                        }
                    }
                }
                validation(&writer)
            }
            writer.key("checks")
            writer.array { writer in
                for check in checks {
                    writer.object { writer in
                        writer.member("check", check.name)
                        writer.member("ok", check.isOK)
                        writer.member("problem", check.problem)
                    }
                }
            }
            writer.member("ok", failed.isEmpty)
        }
    }

    func writeCuts(to writer: inout JSONWriter) {
        writer.array { writer in
            for cut in cuts {
                writer.object { writer in
                    writer.member("cut", cut.number)
                    writer.member("lsn", cut.lsn)
                    writer.member("rows", cut.rows)
                    writer.member("files", cut.files)
                    writer.member("bytes", cut.bytes)
                }
            }
        }
    }

    private static func write(_ row: Row, to writer: inout JSONWriter) {
        writer.object { writer in
            for (name, value) in zip(row.names, row.values) {
                writer.key(name)
                writer.raw(value)
            }
        }
    }

    private static func write(_ duration: Duration, rate things: Int?, as name: String, to writer: inout JSONWriter) {
        writer.key("seconds")
        writer.raw(Readable.decimal(Readable.inSeconds(duration), 3))
        if let things { writer.member(name, Readable.rate(things, duration)) }
    }
}
