import CFreeTDS
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The file in which FreeTDS finds the settings of the connections that are being opened right now.
///
/// FreeTDS takes TLS settings from nowhere else. The file holds no user and no password, only its owner may read it, and it is
/// there only while a connection is being opened, in a folder of its own, so that nobody else can put another file into its place.
/// It is replaced as a whole, so connections may be opened side by side.
final class PrivateConfigurationFile: Sendable {
    private let sections = Mutex(Sections())

    private struct Sections {
        var texts: [Int: String] = [:]
        var last = 0
        /// There while there are texts.
        var folder = ""

        var path: String { folder + "/freetds.conf" }
    }

    /// Runs `body` while the file has a section with these settings; `body` receives the section's name.
    func withSection<T>(
        _ configuration: SQLServerConfiguration,
        _ body: (_ section: String) throws(TDSError) -> T
    ) throws(TDSError) -> T {
        let number = try sections.withLock { sections throws(TDSError) in
            if sections.texts.isEmpty {
                sections.folder = try Self.makeFolder()
                // Nobody is reading the file now. The C declaration lacks a const.
                sections.path.withCString { dbsetifile(UnsafeMutablePointer(mutating: $0)) }
            }
            sections.last += 1
            let number = sections.last
            sections.texts[number] = Self.section("swift-cdc-\(number)", configuration)
            do throws(TDSError) { try Self.write(sections.texts, to: sections.path) } catch {
                Self.remove(number, from: &sections)
                throw error
            }
            return number
        }
        defer { sections.withLock { Self.remove(number, from: &$0) } }
        return try body("swift-cdc-\(number)")
    }

    private static func remove(_ number: Int, from sections: inout Sections) {
        sections.texts[number] = nil
        if sections.texts.isEmpty {
            _ = unlink(sections.path)
            _ = rmdir(sections.folder)
        } else {
            // A section too many does no harm, so the file may stay as it is where it cannot be written.
            try? write(sections.texts, to: sections.path)
        }
    }

    /// The settings as FreeTDS reads them; they have been validated.
    static func section(_ name: String, _ configuration: SQLServerConfiguration) -> String {
        var lines = ["[\(name)]", "host = \(configuration.host)"]
        switch configuration.endpoint {
        case .port(let port): lines.append("port = \(port)")
        case .instance(let instance): lines.append("instance = \(instance)")
        }
        // Without a version FreeTDS tries several, and waits without end for a server that never answers.
        lines.append("tds version = 7.4")
        switch configuration.encryption {
        case .disabled: lines.append("encryption = off")
        case .required(let trust, let checkHostName):
            lines.append("encryption = require")
            // Without authorities FreeTDS takes any certificate.
            switch trust {
            case .system: lines.append("ca file = system")
            case .file(let path): lines.append("ca file = \(path)")
            case .anyCertificate: break
            }
            lines.append("check certificate hostname = \(checkHostName ? "yes" : "no")")
        }
        lines.append("client charset = UTF-8")
        lines.append("connect timeout = \(configuration.loginTimeout.wholeSeconds)")
        lines.append("initial block size = \(configuration.packetSize)")
        if configuration.readOnlyIntent { lines.append("read-only intent = yes") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Makes a folder that only this user may open.
    private static func makeFolder() throws(TDSError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        var name = Array(((parent.hasPrefix("/") ? parent : "/tmp") + "/swift-cdc-XXXXXX").utf8CString)
        let folder = name.withUnsafeMutableBufferPointer { name in
            name.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let folder else { throw notWritten(to: parent.isEmpty ? "/tmp" : parent, errno) }
        return folder
    }

    private static func notWritten(to path: String, _ error: Int32) -> TDSError {
        let reason = systemText(of: error)
        return TDSError(
            .libraryFailed,
            "the settings for FreeTDS cannot be written to \(path): \(reason); check TMPDIR"
        )
    }

    private static func write(_ texts: [Int: String], to path: String) throws(TDSError) {
        let text = Array(texts.values.joined(separator: "\n").utf8)
        let draft = path + ".new"
        _ = unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw notWritten(to: path, errno) }
        let written = text.withUnsafeBytes { systemWrite(descriptor, $0) }
        let error = errno
        _ = close(descriptor)
        guard written == text.count else {
            _ = unlink(draft)
            throw notWritten(to: path, written < 0 ? error : ENOSPC)
        }
        guard rename(draft, path) == 0 else { throw notWritten(to: path, errno) }
    }
}

/// `write(2)`, which a method of this name would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

extension Duration {
    /// Seconds, rounded up.
    var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
