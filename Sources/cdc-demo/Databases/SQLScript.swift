import CDCJSON
import TSQL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file of T-SQL.
struct SQLScript: Sendable {
    let path: String
    let batches: [ScriptBatch]

    /// - Throws: ``Failure`` where the file cannot be read.
    init(readFrom path: String) throws(Failure) {
        self.path = path
        batches = BatchSplitter.batches(of: Self.text(try Self.bytes(of: path)))
    }

    /// UTF-8 or UTF-16 by its mark, UTF-8 where it is valid, else Latin-1, as old scripts are.
    static func text(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return String(decoding: bytes.dropFirst(3), as: UTF8.self) }
        if bytes.starts(with: [0xFF, 0xFE]) {
            let units = stride(from: 2, to: bytes.count - 1, by: 2).map {
                UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
            }
            return String(decoding: units, as: UTF16.self)
        }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }

    private static func bytes(of path: String) throws(Failure) -> [UInt8] {
        guard let file = fopen(path, "r") else { throw unreadable(path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            if count == 0 { break }
            bytes += piece[..<count]
        }
        guard ferror(file) == 0 else { throw unreadable(path) }
        return bytes
    }

    private static func unreadable(_ path: String) -> Failure {
        Failure(
            .noInput,
            "script",
            "the script cannot be read: \(String(cString: strerror(errno)))",
            context: [("file", .string(path))]
        )
    }
}
