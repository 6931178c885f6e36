import Testing

@testable import DeltaLog

@Suite("Names of the log's files")
struct LogFileNameTests {
    @Test(
        "what a file is by its name",
        arguments: [
            ("00000000000000000010.json", .commit(10)),
            ("04611686018427387903.json", .commit(.max / 2)), ("09223372036854775807.json", nil),
            ("00000000000000000010.crc", .checksum(10)),
            ("00000000000000000010.checkpoint.parquet", .checkpoint(10)),
            ("00000000000000000010.checkpoint.0000000002.0000000003.parquet", .checkpointPart(10, part: 2, of: 3)),
            (
                "00000000000000000010.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json",
                .uniqueCheckpoint(10, isJSON: true)
            ),
            (
                "00000000000000000010.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet",
                .uniqueCheckpoint(10, isJSON: false)
            ),
            ("00000000000000000004.00000000000000000006.compacted.json", .compaction(4, 6)),
            ("99999999999999999999.json", nil), ("0000000000000000010.json", nil), ("0000000000000000001x.json", nil),
            ("-0000000000000000001.json", nil), ("_last_checkpoint", nil), (".00000000000000000010.json.crc", nil),
            ("00000000000000000010.checkpoint.0000000004.0000000003.parquet", nil),
            ("00000000000000000010.checkpoint.0000000000.0000000003.parquet", nil),
            ("00000000000000000006.00000000000000000004.compacted.json", nil), ("00000000000000000010", nil), ("", nil),
            ("00000000000000000010.tmp.json", nil),
        ] as [(String, LogFileName?)]
    )
    func parsing(name: String, expected: LogFileName?) {
        #expect(LogFileName(name) == expected)
    }

    @Test("names of a version")
    func formatting() {
        #expect(LogFileName.commit(named: 7) == "00000000000000000007.json")
        #expect(LogFileName.checkpoint(named: 7) == "00000000000000000007.checkpoint.parquet")
        #expect(LogFileName(LogFileName.commit(named: 12_345_678_901)) == .commit(12_345_678_901))
    }
}
