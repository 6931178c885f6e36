import CDCCore
import Testing

@testable import TDSSource

@Suite("Ranges of keys")
struct KeyRangeTests {
    private func column(_ name: String, _ type: String, length: Int = 4, collation: String? = nil) -> SourceColumn {
        SourceColumn(
            name: name,
            type: type,
            maxLength: length,
            precision: 10,
            scale: 0,
            isNullable: false,
            isComputed: false,
            collation: collation
        )
    }

    @Test("a range of one column is inclusive below and exclusive above")
    func oneColumn() {
        let range = KeyRange(columns: [column("id", "int")], from: ["10"], to: ["20"])
        #expect(range.condition("t") == "t.[id] >= CONVERT(int, N'10') AND t.[id] < CONVERT(int, N'20')")
        #expect(KeyRange(columns: [column("id", "int")], from: nil, to: nil).condition("t").isEmpty)
    }

    @Test("of several columns the first lets the server seek")
    func severalColumns() {
        let range = KeyRange(columns: [column("a", "int"), column("b", "bigint")], from: ["1", "2"], to: nil)
        #expect(
            range.condition("t")
                == "(t.[a] >= CONVERT(int, N'1') AND (t.[a] > CONVERT(int, N'1') OR t.[b] >= CONVERT(bigint, N'2')))"
        )
    }

    @Test("texts travel as bytes, so that no code page or quote changes them")
    func texts() {
        let key = column("code", "varchar", length: 10, collation: "Latin1_General_CS_AS")
        #expect(
            KeyLiteral(column: key).writing("0x41002700")
                == "CONVERT(varchar(10), CONVERT(nvarchar(max), CONVERT(varbinary(max), N'0x41002700', 1)) COLLATE Latin1_General_CS_AS)"
        )
    }

    @Test("an accent behind a quote does not hide it, should a plan have been tampered with")
    func accents() {
        let accent = "\u{301}"
        let written = KeyLiteral(column: column("id", "int")).writing("1'\(accent); DROP TABLE y--")
        let expected = "CONVERT(int, N'1''\(accent); DROP TABLE y--')"
        #expect(written.unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test("bounds survive a plan")
    func plans() throws {
        let columns = [column("a", "int"), column("b", "nvarchar", length: 20)]
        let chunk = SnapshotChunk(number: 1, from: KeyRange.text(["1", "0x2200"]), to: nil)
        #expect(try KeyRange(chunk, columns: columns, table: "t").from == ["1", "0x2200"])
        #expect(throws: CDCError.self) {
            try KeyRange(SnapshotChunk(number: 1, from: "[\"1\"]", to: nil), columns: columns, table: "t")
        }
    }
}
