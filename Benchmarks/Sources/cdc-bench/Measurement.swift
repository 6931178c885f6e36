import Foundation

#if canImport(Glibc)
/// This process, all threads.
private let whole = __rusage_who_t(RUSAGE_SELF.rawValue)
#else
private let whole = RUSAGE_SELF
#endif

/// What one run took.
struct Measurement: Codable {
    /// CPU seconds, user and system, of all threads.
    var cpu: Double
    var wall: Double
    /// The most memory that was resident while it ran, in MB, what was loaded before included.
    var memory: Double
    /// How often the server was asked, where there is one.
    var roundTrips: Double?

    /// Measures `work` in this process.
    static func of(_ work: () async throws -> Void) async throws -> Measurement {
        forgetPeak()
        let (cpu, clock) = (cpuSeconds(), ContinuousClock.now)
        try await work()
        let wall = ContinuousClock.now - clock
        return Measurement(
            cpu: cpuSeconds() - cpu,
            wall: Double(wall.components.seconds) + Double(wall.components.attoseconds) / 1e18,
            memory: peakMegabytes()
        )
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(whole, &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// Makes the kernel count the peak from now on (Linux).
    private static func forgetPeak() {
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    }

    private static func peakMegabytes() -> Double {
        if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM") }),
            let kilobytes = Double(line.split(separator: " ", omittingEmptySubsequences: true)[1])
        {
            return kilobytes / 1024
        }
        var usage = rusage()
        getrusage(whole, &usage)
        return Double(usage.ru_maxrss) / 1_048_576
    }
}

extension [Measurement] {
    /// The median of each figure.
    var median: Measurement {
        func middle(_ figures: [Double]) -> Double { figures.sorted()[figures.count / 2] }
        return Measurement(
            cpu: middle(map(\.cpu)),
            wall: middle(map(\.wall)),
            memory: middle(map(\.memory)),
            roundTrips: allSatisfy { $0.roundTrips != nil } ? middle(compactMap(\.roundTrips)) : nil
        )
    }
}
