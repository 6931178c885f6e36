import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Sockets on the loopback interface.
enum Loopback {
    struct Failure: Error {}

    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let listener = try Listener()
        return listener.port
    }

    /// Accepts connections and never says a word; or does not listen, so that its port is nobody's and connections are refused.
    final class Listener: Sendable {
        let port: Int
        fileprivate let descriptor: Int32

        init(isListening: Bool = true) throws {
            #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
            #else
            let kind = SOCK_STREAM
            #endif
            let descriptor = socket(AF_INET, kind, 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let outcome = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(descriptor, generic, length) == 0 && (!isListening || listen(descriptor, 16) == 0)
                        && getsockname(descriptor, generic, &length) == 0
                }
            }
            guard outcome else { throw Failure() }
            self.descriptor = descriptor
            port = Int(UInt16(bigEndian: address.sin_port))
        }

        deinit { _ = close(descriptor) }
    }

    /// Accepts connections and closes them at once, as a load balancer does that has no server.
    final class Closing: Sendable {
        private let listener: Listener
        var port: Int { listener.port }

        init() throws {
            let listener = try Listener()
            self.listener = listener
            Thread.detachNewThread {
                while true {
                    let connection = accept(listener.descriptor, nil, nil)
                    if connection < 0 { return }
                    _ = close(connection)
                }
            }
        }

        func stop() { _ = shutdown(listener.descriptor, Int32(SHUT_RDWR)) }
    }
}
