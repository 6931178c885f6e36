import Testing

@testable import CDCCore

@Suite("Checksums are XXH64")
struct ChecksumTests {
    @Test(
        "What the reference implementation says",
        arguments: [
            (0, "ef46db3751d8e999"), (1, "1f25c8d0bc1f4bb6"), (3, "31d2363f52e564c9"), (4, "9bb64b7d66ee9fda"),
            (7, "9a7b149959ce60d8"), (8, "dab99d95c6f90092"), (31, "a2aa5f33cc4a6119"), (32, "23c3c17ef790fd97"),
            (33, "50a7cfc7ba588784"), (63, "5e3e54b431c7493c"), (64, "0eb64b3ef6eeb01f"), (100, "a61f8d4c170fe531"),
            (1000, "5f235fa033f1a3fb"),
        ]
    )
    func reference(count: Int, expected: String) {
        #expect(Checksum.of((0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }) == expected)
    }

    @Test("A text of three letters")
    func text() {
        #expect(Checksum.of(Array("abc".utf8)) == "44bc2cf5ad770999")
    }

    @Test("Pieces of any size give the same as the whole", arguments: 0..<20 as Range<UInt64>)
    func pieces(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let bytes = (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
        var checksum = Checksum()
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0...80, using: &random))
            checksum.update(Array(bytes[start..<end]))
            start = end
            #expect(checksum.finish() == Checksum.of(Array(bytes[..<end])))
        }
    }
}
