import CDCCore
import CDCJSON
import Columnar
import DeltaLog

/// Tells a person what the demo does, step by step.
struct DemoNarrator {
    let lake: DemoLake
    /// Whether programs read the output, and want no story.
    let isSilent: Bool

    func begin(_ output: inout OutputBuffer) throws {
        try title("RetailDB into Delta tables", &output)
        try say("  lake    \(lake.folder)", &output)
        try output.flush()
    }

    func source(_ report: DemoReport, _ contents: RetailContents, _ output: inout OutputBuffer) throws {
        try say("  source  \(report.source)", &output)
        try say(
            "          \(Readable.count(contents.customers.count)) customers, \(Readable.count(contents.orders.rowCount)) orders, "
                + "\(Readable.count(contents.products.count)) products; seed \(report.seed)",
            &output
        )
        try output.flush()
    }

    func snapshot(_ report: DemoReport, _ output: inout OutputBuffer) throws {
        try title("1. Snapshot: all rows that were there before", &output)
        try say(
            "  \(Readable.count(report.snapshotRows)) rows in \(Readable.seconds(report.snapshotDuration)), "
                + "\(Readable.count(Readable.rate(report.snapshotRows, report.snapshotDuration))) rows/s",
            &output
        )
        try output.flush()
    }

    func workshop(_ report: DemoReport, _ output: inout OutputBuffer) throws {
        try title("2. The workshop's four changes, a transaction each", &output)
        for line in report.workshop.flatMap(\.sql) {
            for piece in SQLLines.wrapped(line, width: 116) { try say("  \(piece)", &output) }
        }
        if report.workshop.contains(where: { !$0.sql.isEmpty }) { try say("", &output) }
        var table = TextTable([("change", .left), ("committed", .left), ("LSN", .left)])
        for change in report.workshop {
            let time = CivilTime.format(microseconds: change.commitTime, digits: 0) + "Z"
            table.add([change.title, time, "\(change.lsn)"])
        }
        try say(table, &output)
        try say("  in the Delta tables \(Readable.seconds(report.workshopDuration)) later", &output)
        try output.flush()
    }

    func traffic(_ report: DemoReport, _ output: inout OutputBuffer) throws {
        let counts = report.traffic
        try title("3. A burst of mixed traffic, and a restart in the middle", &output)
        try say(
            "  \(Readable.count(counts.transactions)) transactions: \(Readable.count(counts.inserts)) inserts, "
                + "\(Readable.count(counts.updates)) updates, \(Readable.count(counts.deletes)) deletes",
            &output
        )
        try say("  stopped in the middle of cut \(report.restart.cut); the tables were at:", &output)
        var table = TextTable([("table", .left), ("cut", .right), ("version", .right)])
        for position in report.restart.positions {
            table.add([position.table, String(position.cut), String(position.version)])
        }
        try say(table, &output)
        try say(
            "  every object was thrown away, the checkpoint store too; a new pipeline went on from the tables",
            &output
        )
        try say(
            "  all of it in \(Readable.seconds(report.trafficDuration)), "
                + "\(Readable.count(Readable.rate(counts.changes, report.trafficDuration))) changes/s",
            &output
        )
        try output.flush()
    }

    func validation(_ report: DemoReport, _ output: inout OutputBuffer) async throws {
        if isSilent { return }
        try title("4. Validation: the Delta tables are asked", &output)
        var counts = TextTable([("row count", .left), ("Delta", .right), ("source", .right)])
        for count in report.counts {
            counts.add([count.table, Readable.count(count.rows), Readable.count(count.sourceRows)])
        }
        try say(counts, &output)
        try tellRows(report, &output)
        try await tellTables(&output)
        try tellStaging(report, &output)
        try await tellEvents(&output)
        try tellChecks(report, &output)
    }

    // MARK: Parts of the validation

    private func tellRows(_ report: DemoReport, _ output: inout OutputBuffer) throws {
        for (question, row) in report.rows {
            try say("", &output)
            guard let row else {
                try say("  \(question): absent", &output)
                continue
            }
            try say("  \(question)", &output)
            let width = row.names.map(\.count).max() ?? 0
            for name in row.names {
                try say("    \(name)\(String(repeating: " ", count: width - name.count))  \(row.text(name))", &output)
            }
        }
    }

    private func tellTables(_ output: inout OutputBuffer) async throws {
        try say(
            "\n  history of the tables in \(lake.folder)/\(DemoLake.schema), newest first, three versions each",
            &output
        )
        var versions = TextTable([("table", .left)] + TableHistory.columns)
        var details = TextTable([("table", .left)] + TableDescription.columns)
        for table in RetailDB.tables {
            let history = try await lake.table(table).history(limit: 3)
            for row in history.rows { versions.add([table.name.name] + row) }
            details.add([table.name.name] + (try await lake.table(table).detail().row))
        }
        try say(versions, &output)
        try say("\n  detail of the tables", &output)
        try say(details, &output)
    }

    private func tellStaging(_ report: DemoReport, _ output: inout OutputBuffer) throws {
        try say(
            "\n  staging volume \(lake.folder)/\(DemoLake.volume), the last of \(Readable.count(report.cuts.count, "cut"))",
            &output
        )
        var table = TextTable([
            ("cut", .right), ("up to LSN", .left), ("rows", .right), ("files", .right), ("size", .right),
        ])
        for cut in report.cuts.suffix(6) {
            table.add([
                String(cut.number), cut.lsn, Readable.count(cut.rows), String(cut.files), Readable.bytes(cut.bytes),
            ])
        }
        try say(table, &output)
    }

    private func tellEvents(_ output: inout OutputBuffer) async throws {
        try say("\n  the last ten pipeline events", &output)
        var table = TextTable([("time", .left), ("severity", .left), ("event", .left), ("message", .left)])
        for event in try await EventRows.last(10, of: lake.events) {
            table.add([event.timestamp, event.severity, event.kind, event.shortMessage])
        }
        try say(table, &output)
    }

    private func tellChecks(_ report: DemoReport, _ output: inout OutputBuffer) throws {
        try say("", &output)
        for check in report.checks {
            try say(
                "  \(check.isOK ? "ok    " : "FAILED") \(check.name)\(check.problem.map { ": \($0)" } ?? "")",
                &output
            )
        }
        let failed = report.failed.count
        try title(
            failed == 0
                ? "All \(report.checks.count) checks passed."
                : "\(failed) of \(report.checks.count) checks FAILED.",
            &output
        )
        let program = ShellText.quoted(CommandLine.arguments.first ?? "cdc-demo")
        let table = ShellText.quoted(lake.tablePath(RetailDB.orders))
        try say("\n  Look further:", &output)
        for command in ["cat \(table) --limit 3", "history \(table) --limit 5", "detail \(table)"] {
            try say("    \(program) \(command)", &output)
        }
    }

    // MARK: JSON

    func json(_ report: DemoReport, _ output: inout OutputBuffer) async throws {
        var histories: [(table: String, history: TableHistory)] = []
        var details: [(table: String, detail: TableDescription)] = []
        for table in RetailDB.tables {
            histories.append((table.name.name, try await lake.table(table).history(limit: 5)))
            details.append((table.name.name, try await lake.table(table).detail()))
        }
        let events = try await EventRows.last(10, of: lake.events)
        var writer = JSONWriter()
        report.write(to: &writer) { writer in
            writer.key("history")
            writer.object { writer in
                for (table, history) in histories {
                    writer.key(table)
                    history.write(to: &writer)
                }
            }
            writer.key("detail")
            writer.object { writer in
                for (table, detail) in details {
                    writer.key(table)
                    detail.write(to: &writer)
                }
            }
            writer.key("staging")
            report.writeCuts(to: &writer)
            writer.key("events")
            writer.array { writer in
                for event in events {
                    writer.object { writer in
                        writer.member("timestamp", event.timestamp)
                        writer.member("severity", event.severity)
                        writer.member("event", event.kind)
                        writer.member("message", event.message)
                    }
                }
            }
        }
        try output.print(writer.text)
    }

    // MARK: Pieces

    private func title(_ text: String, _ output: inout OutputBuffer) throws {
        try say("", &output)
        try say(text, &output)
    }

    private func say(_ line: String, _ output: inout OutputBuffer) throws {
        if !isSilent { try output.print(line) }
    }

    private func say(_ table: TextTable, _ output: inout OutputBuffer) throws {
        for line in table.lines() { try say(line, &output) }
    }
}
