import CFreeTDS

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Finds out what kind of answer a server gives before anybody logs in.
///
/// FreeTDS has the same error for a certificate that it refuses, for a server that does not encrypt, and for a load balancer that has
/// nobody to pass the connection to.
enum ServerProbe {
    enum Answer {
        /// The connection was taken and closed, or nothing was said.
        case none
        /// The server cannot encrypt.
        case withoutEncryption
        case other
    }

    /// Sends what every client says first, and waits for the answer; whatever keeps it from asking says nothing of the server.
    ///
    /// Source: MS-TDS 2.2.6.5 PRELOGIN.
    static func ask(_ host: String, port: Int, within time: Duration) -> Answer {
        var hints = addrinfo()
        #if canImport(Glibc)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0 else { return .other }
        defer { freeaddrinfo(found) }
        var wasTaken = false
        var next = found
        while let address = next?.pointee {
            next = address.ai_next
            guard let reply = reply(from: address, within: time) else { continue }
            if !reply.isEmpty { return encryption(in: reply) == cannotEncrypt ? .withoutEncryption : .other }
            wasTaken = true
        }
        return wasTaken ? .none : .other
    }

    /// - Returns: `nil` where no connection is to be had; empty where it is, and nothing is said.
    private static func reply(from address: addrinfo, within time: Duration) -> [UInt8]? {
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var limit = timeval(tv_sec: .init(time.wholeSeconds), tv_usec: 0)
        for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return nil }
        let sent = prelogin.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
        guard sent == prelogin.count else { return [] }
        // The answer is some forty bytes, which come as one.
        return [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
        }
    }

    /// The option ENCRYPTION of an answer, which is a list of options behind the packet's header: token, offset and length of each.
    private static func encryption(in reply: [UInt8]) -> UInt8? {
        let body = reply.dropFirst(8)
        var place = body.startIndex
        while place + 5 <= body.endIndex, body[place] != 0xFF {
            let value = body.startIndex + Int(body[place + 1]) * 256 + Int(body[place + 2])
            if body[place] == 1 { return value < body.endIndex ? body[value] : nil }
            place += 5
        }
        return nil
    }

    private static let cannotEncrypt: UInt8 = 2

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
