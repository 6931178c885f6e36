#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The clock on the wall.
enum SystemTime {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    @Sendable
    static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension Int64 {
    /// The next larger number; the largest stays as it is. Times in logs are anybody's numbers.
    var successor: Int64 { self == .max ? self : self + 1 }
}
