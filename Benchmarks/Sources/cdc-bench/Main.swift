import Foundation

/// `cdc-bench [NAME…] [--runs N] [--json FILE]`: measures each benchmark and its peer in turn, every run in a process of its
/// own, and prints the medians.
@main
enum Main {
    static func main() async {
        do { try await run(Array(CommandLine.arguments.dropFirst())) } catch {
            FileHandle.standardError.write(Data("cdc-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        let bench = Workbench(folder: ProcessInfo.processInfo.environment["CDC_BENCH_FOLDER"] ?? "bench-work")
        if arguments.first == "one" { return try await one(arguments[1], isPeer: arguments[2] == "peer", bench) }
        var names: [String] = []
        var runs = 5
        var json: String?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--runs": runs = rest.popFirst().flatMap { Int($0) } ?? runs
            case "--json": json = rest.popFirst()
            case "--help", "-h":
                print("cdc-bench [NAME…] [--runs N] [--json FILE]\n\nNAME is one of:")
                for benchmark in Benchmark.all { print("  \(benchmark.name)") }
                return
            default: names.append(argument)
            }
        }
        let chosen = Benchmark.all.filter { names.isEmpty || names.contains($0.name) }
        guard !chosen.isEmpty, names.allSatisfy({ name in chosen.contains { $0.name == name } }) else {
            throw Failure("unknown benchmark; there are: \(Benchmark.all.map(\.name).joined(separator: ", "))")
        }
        try await bench.prepare()
        _ = try python("prepare", bench)
        var rows: [Row] = []
        print(Row.title)
        for benchmark in chosen {
            var ours: [Measurement] = []
            var peers: [Measurement] = []
            for _ in 0..<runs {  // in turn, so that a change in the machine's mood meets both
                ours.append(try measure(benchmark, isPeer: false, bench))
                peers.append(try measure(benchmark, isPeer: true, bench))
            }
            let row = Row(benchmark: benchmark, ours: ours.median, peer: peers.median)
            print(row.text)
            rows.append(row)
        }
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(rows.flatMap(\.figures)).write(to: URL(fileURLWithPath: json))
        }
    }

    /// Measures one side once, in this process, and prints the figures.
    private static func one(_ name: String, isPeer: Bool, _ bench: Workbench) async throws {
        guard let benchmark = Benchmark.all.first(where: { $0.name == name }) else { throw Failure("no \(name)") }
        let prepare: (Workbench) async throws -> () async throws -> Void
        switch (isPeer, benchmark.peer) {
        case (true, .ours(let peer)): prepare = peer
        default: prepare = benchmark.ours
        }
        let measurement = try await Measurement.of(try await prepare(bench))
        print(String(decoding: try JSONEncoder().encode(measurement), as: UTF8.self))
    }

    /// Measures one side in a new process.
    private static func measure(_ benchmark: Benchmark, isPeer: Bool, _ bench: Workbench) throws -> Measurement {
        let text: Data
        if isPeer, case .python(let name) = benchmark.peer {
            text = try python(name, bench)
        } else {
            text = try output(of: CommandLine.arguments[0], ["one", benchmark.name, isPeer ? "peer" : "ours"])
        }
        let line = text.split(separator: UInt8(ascii: "\n")).last ?? Data()
        return try JSONDecoder().decode(Measurement.self, from: Data(line))
    }

    /// Runs a case of the peers; from the project's folder, where `script/bootstrap --python` puts `.venv`.
    private static func python(_ name: String, _ bench: Workbench) throws -> Data {
        guard FileManager.default.isExecutableFile(atPath: ".venv/bin/python") else {
            throw Failure("there is no .venv with the peers here; run script/bootstrap --python")
        }
        return try output(of: ".venv/bin/python", ["Benchmarks/peers/peers.py", name, bench.folder])
    }

    private static func output(of program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure("\(program) \(arguments.joined(separator: " ")) failed")
        }
        return text
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }
}

/// A line of the result.
struct Row {
    var benchmark: Benchmark
    var ours: Measurement
    var peer: Measurement

    struct Figure: Codable {
        var name: String
        var unit: String
        var ours: Double
        var peer: Double
        var peer_name: String
        /// Above 1: ours is better.
        var ratio: Double
    }

    var figures: [Figure] {
        [
            ("", "CPU s", ours.cpu, peer.cpu), (".wall", "s", ours.wall, peer.wall),
            (".memory", "MB", ours.memory, peer.memory),
        ]
        .map { suffix, unit, ours, peer in
            Figure(
                name: benchmark.name + suffix,
                unit: unit,
                ours: ours,
                peer: peer,
                peer_name: benchmark.peerName,
                ratio: ours > 0 ? peer / ours : 0
            )
        }
    }

    static let title = """
        | benchmark | CPU s | peer's | ratio | wall s | peer's | peak MB | peer's | per CPU s | peer |
        |---|---|---|---|---|---|---|---|---|---|
        """

    var text: String {
        func show(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }
        let rate = Double(benchmark.items.count) / max(ours.cpu, 1e-9)
        return "| `\(benchmark.name)` | \(show(ours.cpu)) | \(show(peer.cpu)) | **\(show(peer.cpu / ours.cpu))** | "
            + "\(show(ours.wall)) | \(show(peer.wall)) | \(show(ours.memory, 0)) | \(show(peer.memory, 0)) | "
            + "\(show(rate, 0)) \(benchmark.items.name) | \(benchmark.peerName) |"
    }
}
