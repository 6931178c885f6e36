import Testing

@testable import DeltaLog

@Suite("File paths in the log")
struct LogPathTests {
    @Test(
        "paths are percent-encoded and back",
        arguments: [
            ("part-0.parquet", "part-0.parquet"), ("s=a b%2Fc/x", "s=a%20b%252Fc/x"), ("d=1:2/ä", "d=1%3A2/%C3%A4"),
            ("q?#[]", "q%3F%23%5B%5D"), ("a+b&c=d", "a+b&c=d"),
        ]
    )
    func encoding(decoded: String, encoded: String) {
        #expect(LogPath.encode(decoded) == encoded)
        #expect(LogPath.decode(encoded) == decoded)
    }

    @Test("what is not encoded is taken as it is; what cannot be decoded is refused")
    func decoding() {
        #expect(LogPath.decode("p=ä/x y") == "p=ä/x y")
        #expect(LogPath.decode("a%") == nil)
        #expect(LogPath.decode("a%2") == nil)
        #expect(LogPath.decode("a%zz") == nil)
        #expect(LogPath.decode("a%ff") == nil, "no UTF-8")
    }

    @Test("paths are relative to the table or absolute")
    func places() throws {
        #expect(try LogPath.resolve("a%20b/c") == .inTable("a b/c"))
        #expect(try LogPath.resolve("/a/b") == .absolute("/a/b"))
        #expect(try LogPath.resolve("s3://bucket/a%20b") == .absolute("s3://bucket/a b"))
        #expect(try LogPath.resolve("p=1:2/x") == .inTable("p=1:2/x"), "no scheme has an equals sign")
        #expect(throws: DeltaError.self) { try LogPath.resolve("../x") }
        #expect(throws: DeltaError.self) { try LogPath.resolve("a/%2e%2e/x") }
        #expect(throws: DeltaError.self) { try LogPath.resolve("") }
        #expect(throws: DeltaError.self) { try LogPath.resolve("%") }
    }

    @Test("spellings of one place are one key")
    func canonical() {
        let spellings = ["/a/p@%23h", "file:/a/p@%23h", "file:///a/p@%23h", "/a/p%40%23h"]
        #expect(Set(spellings.map(LogPath.canonical)) == ["/a/p@#h"])
        #expect(LogPath.canonical("a%20b") == LogPath.canonical("a b"))
        #expect(LogPath.canonical("s3://x/y") == "s3://x/y")
        #expect(LogPath.canonical("file%3Aa") == "file:a", "an encoded colon ends no scheme")
    }
}
