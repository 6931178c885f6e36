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
        if arguments.first == "serve" { return try await BenchServer.run() }
        if arguments.first == "one" { return try await one(arguments[1], peer: Int(arguments[2]), bench) }
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
        let server = chosen.contains(where: \.needsServer) ? try ServerProcess() : nil
        defer { server?.stop() }
        if let server { setenv(ServerAddress.variable, server.address, 1) }
        var rows: [Row] = []
        print(Row.title)
        for benchmark in chosen {
            var ours: [Measurement] = []
            var peers = [[Measurement]](repeating: [], count: benchmark.peers.count)
            for run in 0..<min(runs, benchmark.mostRuns) {  // in turn, so that a change in the machine's mood meets all
                ours.append(try measure(benchmark, peer: nil, bench))
                for (index, peer) in benchmark.peers.enumerated() where run < peer.mostRuns {
                    peers[index].append(try measure(benchmark, peer: index, bench))
                }
            }
            for (index, peer) in benchmark.peers.enumerated() {
                let row = Row(
                    benchmark: benchmark,
                    peerName: peer.name,
                    suffix: index == 0 ? "" : ".\(index + 1)",
                    ours: ours.median,
                    peer: peers[index].median
                )
                print(row.text)
                fflush(nil)
                rows.append(row)
            }
        }
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(rows.flatMap(\.figures)).write(to: URL(fileURLWithPath: json))
        }
    }

    /// Measures one side once, in this process, and prints the figures.
    private static func one(_ name: String, peer: Int?, _ bench: Workbench) async throws {
        guard let benchmark = Benchmark.all.first(where: { $0.name == name }) else { throw Failure("no \(name)") }
        var prepare = benchmark.ours
        if let peer, case .here(let other) = benchmark.peers[peer].kind { prepare = other }
        let work = try await prepare(bench)
        let server = benchmark.needsServer ? try ServerAddress.fromEnvironment() : nil
        let before = try server?.requests()
        var measurement = try await Measurement.of(work)
        if let server, let before { measurement.roundTrips = Double(try server.requests() - before) }
        print(String(decoding: try JSONEncoder().encode(measurement), as: UTF8.self))
    }

    /// Measures one side in a new process; ours where there is no number of a peer.
    private static func measure(_ benchmark: Benchmark, peer: Int?, _ bench: Workbench) throws -> Measurement {
        let text: Data
        switch peer.map({ benchmark.peers[$0].kind }) {
        case .limit(let measurement): return measurement
        case .python(let name): text = try python(name, bench)
        default:
            text = try output(of: CommandLine.arguments[0], ["one", benchmark.name, peer.map(String.init) ?? "ours"])
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
