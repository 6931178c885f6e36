#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the system calls the error `number`.
func systemText(of number: Int32) -> String { String(cString: strerror(number)) }

/// A pipe by which one thread ends another one's wait in `poll`.
final class WakeUp: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    init() throws(TDSError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw TDSError(.libraryFailed, "no pipe for a connection: \(systemText(of: errno))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        _ = close(readEnd)
        _ = close(writeEnd)
    }

    func wake() {
        // A full pipe wakes as well as one more byte.
        withUnsafeBytes(of: UInt8(1)) { _ = write(writeEnd, $0.baseAddress, 1) }
    }

    /// Takes back all wake-ups so far.
    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(readEnd, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}

/// What a thread that waits for the server was woken by.
enum Awakening { case reply, wakeUp, timeout }

/// Waits until `socket` has something to read, `wakeUp` wakes, or `time` is over; `nil` waits forever.
func awaitReading(_ socket: Int32, _ wakeUp: WakeUp, for time: Duration?) -> Awakening {
    let deadline = time.map { ContinuousClock.now.advanced(by: $0) }
    while true {
        var milliseconds: Int32 = -1
        if let deadline {
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { return .timeout }
            milliseconds = Int32(
                clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
            )
        }
        var descriptors = [
            pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.readEnd, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&descriptors, 2, milliseconds)
        // A descriptor that fails counts as ready: the library finds out what is the matter with it.
        if ready < 0, errno != EINTR { return .reply }
        if ready > 0 {
            if descriptors[0].revents != 0 { return .reply }
            wakeUp.drain()
            return .wakeUp
        }
    }
}

/// The first byte that waits in a socket, left there; `nil` where there is none.
func peek(_ socket: Int32) -> UInt8? {
    var byte: UInt8 = 0
    return recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 1 ? byte : nil
}
