import CFreeTDS

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Finds out whether a SQL Server answers at an address at all.
///
/// FreeTDS has the same error for a certificate that it refuses and for a load balancer that has nobody to pass the connection to.
enum ServerProbe {
    /// Sends what every client says first, and waits for a byte of an answer; whatever keeps it from asking counts as an answer.
    ///
    /// Source: MS-TDS 2.2.6.5 PRELOGIN.
    static func isAnswered(at host: String, port: Int, within time: Duration) -> Bool {
        var hints = addrinfo()
        #if canImport(Glibc)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = found?.pointee else { return true }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { return true }
        defer { _ = close(descriptor) }
        var limit = timeval(tv_sec: .init(time.wholeSeconds), tv_usec: 0)
        for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return false }
        let sent = prelogin.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
        var byte: UInt8 = 0
        return sent == prelogin.count && recv(descriptor, &byte, 1, 0) == 1
    }

    /// A packet with the client's version, and that it can encrypt.
    private static let prelogin: [UInt8] = [
        0x12, 1, 0, 26, 0, 0, 1, 0,
        0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF,
        9, 0, 0, 0, 0, 0, 0,
    ]

    #if canImport(Darwin)
    private static let flags: Int32 = 0
    #else
    private static let flags = Int32(MSG_NOSIGNAL)
    #endif
}
