import CDCCore
import Columnar
import Testing

@testable import TDSSource

@Suite("How columns are selected")
struct ProjectionTests {
    private func column(_ type: String, maxLength: Int = 8, precision: Int = 0, scale: Int = 0) -> SourceColumn {
        SourceColumn(
            name: "c]d",
            type: type,
            maxLength: maxLength,
            precision: precision,
            scale: scale,
            isNullable: true,
            isComputed: false,
            collation: nil
        )
    }

    @Test(
        "types that db-lib does not show whole are converted by the server, to the type that the table has",
        arguments: [
            ("hierarchyid", "CAST(t.[c]]d] AS hierarchyid).ToString() AS [c]]d]", DataType.string),
            ("geometry", "CAST(t.[c]]d] AS geometry).STAsBinary() AS [c]]d]", .binary),
            ("geography", "CAST(t.[c]]d] AS geography).STAsBinary() AS [c]]d]", .binary),
            ("xml", "CONVERT(nvarchar(max), t.[c]]d]) AS [c]]d]", .string),
            ("json", "CONVERT(nvarchar(max), t.[c]]d]) AS [c]]d]", .string), ("timestamp", "t.[c]]d]", .binary),
            ("nvarchar", "t.[c]]d]", .string),
        ]
    )
    func converted(type: String, projection: String, dataType: DataType) {
        #expect(column(type).projection(of: "t") == projection)
        #expect(column(type).dataType == dataType)
    }

    @Test("a sql_variant is written with the style that keeps all of its value")
    func variant() {
        let text = column("sql_variant").projection(of: "t")
        #expect(
            text.hasPrefix("CASE WHEN CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY(t.[c]]d], 'BaseType')) IN (N'float'")
        )
        #expect(text.contains("IN (N'float', N'real') THEN CONVERT(nvarchar(60), CONVERT(float, t.[c]]d]), 3)"))
        #expect(text.hasSuffix("ELSE CONVERT(nvarchar(4000), t.[c]]d]) END AS [c]]d]"))
    }

    @Test("a column that an older capture instance lacks is NULL, of the type that the newer one gives")
    func missing() {
        let query = ChangeTableQuery(
            instance: CaptureInstance(name: "old", changeTableID: 1, sourceTableID: 2, startLSN: .zero),
            columns: [
                column("hierarchyid"), column("geography", maxLength: -1), column("sql_variant"),
                column("decimal", precision: 9, scale: 2),
            ],
            time: ServerTime(profile: .sample, zone: nil)
        )
        let text = query.page(after: .zero, from: nil, through: .zero, rows: 1).text
        for type in ["nvarchar(max)", "varbinary(max)", "nvarchar(max)", "decimal(9,2)"] {
            #expect(text.contains("CAST(NULL AS \(type)) AS [c]]d]"))
        }
        #expect(!text.contains("AS hierarchyid"))
    }

    @Test("a type that nobody knows has none here")
    func unknown() { #expect(column("shape").dataType == nil) }
}
