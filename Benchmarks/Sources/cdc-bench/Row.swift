import Foundation

/// A line of the result: a benchmark beside one of its peers.
struct Row {
    var benchmark: Benchmark
    var peerName: String
    /// Distinguishes the figures of the second peer and further ones from those of the first.
    var suffix: String
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
            (".round-trips", "statements", ours.roundTrips ?? 0, peer.roundTrips ?? 0),
        ]
        .filter { $0.2 > 0 && $0.3 > 0 }
        .map { kind, unit, ours, peer in
            Figure(
                name: benchmark.name + suffix + kind,
                unit: unit,
                ours: ours,
                peer: peer,
                peer_name: peerName,
                ratio: peer / ours
            )
        }
    }

    static let title = """
        | benchmark | CPU s | peer's | ratio | wall s | peer's | peak MB | peer's | round trips | peer's | per CPU s | peer |
        |---|---|---|---|---|---|---|---|---|---|---|---|
        """

    var text: String {
        func show(_ value: Double?, _ digits: Int = 2) -> String {
            value.flatMap { $0 > 0 ? String(format: "%.\(digits)f", $0) : nil } ?? "–"
        }
        let rate = Double(benchmark.items.count) / max(ours.cpu, 1e-9)
        let cells = [
            "`\(benchmark.name)`", show(ours.cpu), show(peer.cpu), "**\(show(peer.cpu / ours.cpu))**", show(ours.wall),
            show(peer.wall), show(ours.memory, 0), show(peer.memory, 0), show(ours.roundTrips, 0),
            show(peer.roundTrips, 0), "\(show(rate, 0)) \(benchmark.items.name)", peerName,
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }
}
