#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why nothing more can be printed.
enum OutputError: Error, Sendable {
    /// Who read the output has gone: `cdc-demo cat … | head`. There is nobody to tell, and nothing is wrong.
    case closed
    /// The system's error number: a full disk, for instance.
    case failed(Int32)
}

extension OutputError {
    /// The system's words for what went wrong.
    var reason: String {
        switch self {
        case .closed: "its reader has gone"
        case .failed(let number): String(cString: strerror(number))
        }
    }
}

/// Standard output, written 64 KiB at a time.
struct OutputBuffer: ~Copyable {
    /// What is not written yet; append here, then call ``flushIfFull()``.
    var bytes: [UInt8] = []
    private let descriptor: Int32
    /// Whether printing goes on into nothing when the reader has gone.
    private let outlivesReader: Bool
    private var hasLostReader = false

    static let standardError = STDERR_FILENO
    private static let capacity = 64 << 10

    init(descriptor: Int32 = STDOUT_FILENO, outlivesReader: Bool = false) {
        self.descriptor = descriptor
        self.outlivesReader = outlivesReader
        bytes.reserveCapacity(Self.capacity + (Self.capacity >> 2))
    }

    mutating func print(_ line: String = "") throws(OutputError) {
        bytes.append(contentsOf: line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        try flushIfFull()
    }

    mutating func flushIfFull() throws(OutputError) {
        if bytes.count >= Self.capacity { try flush() }
    }

    mutating func flush() throws(OutputError) {
        if !hasLostReader {
            do { try Self.write(bytes, to: descriptor) } catch {
                guard case .closed = error, outlivesReader else { throw error }
                hasLostReader = true
            }
        }
        bytes.removeAll(keepingCapacity: true)
    }

    /// Takes the places of standard streams that are closed, so that no file of a lake gets the number of one of them and
    /// what is printed with it. Writing there fails as before.
    static func holdClosedStreams() {
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
            // The lowest number that is free is given: this one.
            _ = open("/dev/null", O_RDONLY)
        }
    }

    /// Writes all bytes to a file descriptor.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(OutputError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                systemWrite(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EPIPE {
                throw .closed
            } else if errno != EINTR {
                throw .failed(errno)
            }
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
