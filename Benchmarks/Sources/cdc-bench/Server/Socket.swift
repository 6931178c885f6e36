import Foundation

#if canImport(Glibc)
import Glibc
private let streamType = Int32(SOCK_STREAM.rawValue)
private let noSignal = Int32(MSG_NOSIGNAL)
#else
import Darwin
private let streamType = SOCK_STREAM
private let noSignal: Int32 = 0
#endif

/// A TCP socket on 127.0.0.1 whose calls block.
struct Socket: Sendable {
    let descriptor: Int32

    struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ call: String) { description = "\(call): \(String(cString: strerror(errno)))" }
    }

    /// A socket that listens on a port that is free.
    static func listen() throws -> (socket: Socket, port: Int) {
        let socket = try Socket()
        var address = Self.address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket.descriptor, address, size) + getsockname(socket.descriptor, address, &size)
            }
        }
        guard result == 0, listenOn(socket.descriptor) == 0 else { throw Failure("listen") }
        return (socket, Int(UInt16(bigEndian: address.sin_port)))
    }

    static func connect(to port: Int) throws -> Socket {
        let socket = try Socket()
        var address = Self.address(port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connectTo(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure("connect") }
        return socket
    }

    private init() throws {
        descriptor = socket(AF_INET, streamType, 0)
        guard descriptor >= 0 else { throw Failure("socket") }
        setNoDelay()
    }

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        setNoDelay()
    }

    private func setNoDelay() {
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    func accept() throws -> Socket {
        let client = acceptOn(descriptor)
        guard client >= 0 else { throw Failure("accept") }
        return Socket(descriptor: client)
    }

    /// The next bytes, at most 64 KiB; `nil` at the end.
    func read() -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Exactly so many bytes; `nil` where the end comes before.
    func read(exactly count: Int) -> [UInt8]? {
        var filled = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            while filled < count {
                let read = recv(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, 0)
                if read <= 0 { break }
                filled += read
            }
            length = filled
        }
        return filled == count ? bytes : nil
    }

    /// Whether all bytes went out.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let written = send(descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, noSignal)
                if written <= 0 { return false }
                sent += written
            }
            return true
        }
    }

    /// Ends both directions, so that whoever waits for bytes is told.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func close() { closeIt(descriptor) }
}

// The functions of C that methods of the type would hide.
private func listenOn(_ descriptor: Int32) -> Int32 { listen(descriptor, 64) }
private func connectTo(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Int32 {
    connect(descriptor, address, size)
}
private func acceptOn(_ descriptor: Int32) -> Int32 { accept(descriptor, nil, nil) }
private func closeIt(_ descriptor: Int32) { _ = close(descriptor) }
