#if Emulator
import SQLServerEmulator
import TDSWire
import Testing

extension ServerTests {
    @Suite("Batches and calls are answered as SQL Server answers them")
    struct RequestTests {
        private func withClient(_ work: (TDSClient, SQLServerEmulator) async throws -> Void) async throws {
            try await withServer { (server) async throws in
                try await server.run(
                    "CREATE DATABASE shop\nGO\nUSE shop\nGO\nCREATE TABLE t (id int NOT NULL PRIMARY KEY, name nvarchar(20))"
                )
                let client = try TDSClient.loggedIn(port: server.port, password: server.password, database: "shop")
                try await work(client, server)
            }
        }

        @Test func everyStatementHasItsDone() async throws {
            try await withClient { (client, _) async throws in
                #expect(
                    try client.batch(
                        "INSERT t VALUES (1, N'a'), (2, NULL); UPDATE t SET name = N'b'; SELECT id FROM t; DELETE t WHERE id = 2"
                    ).told == [
                        "done 11 c3 2", "done 11 c5 2", "columns id", "row int(1)", "row int(2)", "done 11 c1 2",
                        "done 10 c4 1",
                    ]
                )
                #expect(
                    try client.batch("SET NOCOUNT ON; DELETE t; SELECT id FROM t").told == [
                        "columns id", "done 0 c1 0",
                    ]
                )
                #expect(try client.batch("").told == ["done 0 0 0"])
            }
        }

        @Test("what a procedure or a text sets ends with it", arguments: ["EXEC quiet", "EXEC ('SET NOCOUNT ON')"])
        func settingsOfModules(_ call: String) async throws {
            try await withClient { (client, _) async throws in
                _ = try client.batch("CREATE PROCEDURE quiet AS SET NOCOUNT ON")
                _ = try client.batch(call)
                #expect(try client.batch("SELECT id FROM t").told == ["columns id", "done 10 c1 0"])
            }
        }

        @Test func errorsAndMessagesComeWhereTheyHappen() async throws {
            try await withClient { (client, _) async throws in
                #expect(
                    try client.batch("PRINT 'one'\nSELECT 1/0\nRAISERROR('two', 5, 1)\nSELECT 3 AS n").told == [
                        "info 0 one", "columns ", "error 8134 Divide by zero error encountered.", "done 3 0 0",
                        "info 50000 two",
                        "columns n", "row int(3)", "done 10 c1 1",
                    ]
                )
                #expect(
                    try client.batch("SELECT * FROM nowhere").told == [
                        "error 208 Invalid object name 'nowhere'.", "done 2 0 0",
                    ]
                )
                let tokens = try client.batch("SELECT 1\n\nSELEC 2")
                #expect(tokens.errors.count == 1 && tokens.lastDone?.status == .error)
            }
        }

        @Test func theEnvironmentChanges() async throws {
            try await withClient { (client, _) async throws in
                #expect(
                    try client.batch("USE master").told == [
                        "env 1", "info 5701 Changed database context to 'master'.", "done 0 0 0",
                    ]
                )
                #expect(
                    try client.batch("BEGIN TRAN; COMMIT").told == ["env 8", "done 1 d4 0", "env 9", "done 0 d5 0"]
                )
                let began = try client.transaction(.begin(.init(isolation: .serializable)))
                #expect(began.told == ["env 8", "done 0 d4 0"])
                #expect(try client.transaction(.save(name: "s")).told == ["done 0 0 0"])
                #expect(try client.transaction(.rollback(name: "s", then: nil)).told == ["done 0 0 0"])
                #expect(try client.transaction(.rollback(name: "", then: nil)).told == ["env 10", "done 0 0 0"])
                #expect(try client.transaction(.commit(name: "", then: nil)).errors == [3902])
            }
        }

        @Test func numbersThatAreNeverNullHaveNoLength() async throws {
            try await withClient { (client, _) async throws in
                let tokens = try client.batch("SELECT id, name, 1 + 1 AS two FROM t")
                #expect(tokens.columns[0].type == .integer(.four, nullable: false))
                #expect(tokens.columns[0].flags == .updatableUnknown)
                #expect(tokens.columns[1].type == .nvarchar(40, .sqlLatin1GeneralCP1CIAS))
                #expect(tokens.columns[1].flags == [.nullable, .updatableUnknown])
            }
        }

        @Test func valuesOfEveryType() async throws {
            try await withClient { (client, _) async throws in
                _ = try client.batch(
                    """
                    CREATE TABLE every (
                        bt bit, ti tinyint, si smallint, i int, bi bigint, de decimal(38, 10), sm smallmoney, mo money, re real, fl float,
                        da date, ti0 time(0), ti7 time(7), sd smalldatetime, dt datetime, d2 datetime2(3), dto datetimeoffset(7),
                        ch char(4), vc varchar(10), vm varchar(max), nc nchar(4), nv nvarchar(10), nm nvarchar(max), tx text, nt ntext,
                        bn binary(4), vb varbinary(4), vx varbinary(max), im image, ui uniqueidentifier, xm xml, sv sql_variant)
                    INSERT every VALUES (
                        1, 255, -32768, -2147483648, -9223372036854775808, -1234567890123456789012345678.0123456789, -1.5, 922337203685477.5807,
                        1.5, -2.25, '0001-01-01', '23:59:59', '23:59:59.9999999', '2024-02-29 13:14', '1753-01-01 00:00:00.003',
                        '9999-12-31 23:59:59.999', '2024-02-29 13:14:15.1234567 -05:30',
                        'ab', 'caf' + CHAR(233), REPLICATE(CAST('x' AS varchar(max)), 20000), N'ab', N'žluť', REPLICATE(CAST(N'Ω' AS nvarchar(max)), 9000),
                        'text', N'ntext', 0xDEAD, 0x0100, CAST(REPLICATE(CAST('y' AS varchar(max)), 9000) AS varbinary(max)), 0x00FF,
                        '6F9619FF-8B86-D011-B42D-00C04FC964FF', '<a/>', CAST(12.5 AS decimal(5, 2)))
                    CREATE TABLE versions (id int, rv rowversion)
                    INSERT versions (id) VALUES (1)
                    """
                )
                let tokens = try client.batch("SELECT * FROM every")
                #expect(tokens.errors == [])
                let values = try #require(tokens.rows.first)
                let latin = Collation.sqlLatin1GeneralCP1CIAS
                let expected: [TDSValue] = [
                    .bit(true), .tinyint(255), .smallint(.min), .int(.min), .bigint(.min),
                    .decimal(TDSDecimal(unscaled: -12_345_678_901_234_567_890_123_456_780_123_456_789, scale: 10)),
                    .smallmoney(-15_000), .money(.max), .real(1.5), .float(-2.25),
                    .date(days: 0), .time(ticks: 863_990_000_000), .time(ticks: 863_999_999_999),
                    .smalldatetime(days: 45349, minutes: 794),
                    .datetime(days: -53690, threeHundredths: 1), .datetime2(days: 3_652_058, ticks: 863_999_990_000),
                    .datetimeoffset(days: 738_944, ticks: 674_551_234_567, offset: -330),
                    .char(Array("ab  ".utf8), latin), .char([0x63, 0x61, 0x66, 0xE9], latin),
                    .char([UInt8](repeating: 0x78, count: 20_000), latin),
                    .nchar("ab  "), .nchar("žluť"), .nchar(String(repeating: "Ω", count: 9000)),
                    .char(Array("text".utf8), latin), .nchar("ntext"),
                    .binary([0xDE, 0xAD, 0, 0]), .binary([1, 0]), .binary([UInt8](repeating: 0x79, count: 9000)),
                    .binary([0, 0xFF]),
                    .guid(try #require(GUID("6F9619FF-8B86-D011-B42D-00C04FC964FF"))),
                    .xml([0xFF, 0xFE] + "<a/>".utf16.flatMap { [UInt8($0), 0] }),
                    .variant(
                        TDSVariant(.decimal(precision: 5, scale: 2), .decimal(TDSDecimal(unscaled: 1250, scale: 2)))
                    ),
                ]
                for (index, value) in expected.enumerated() {
                    #expect(values[index] == value, "\(tokens.columns[index].name)")
                }
                #expect(values.count == expected.count)
                let version = try client.batch("SELECT rv FROM versions")
                #expect(version.columns.first?.userType == ColumnDescription.rowVersionUserType)
                #expect(version.columns.first?.type == .binary(8))
            }
        }

        @Test func manyNullsTakeABitEach() async throws {
            try await withClient { (client, _) async throws in
                let list = (1...20).map { "CAST(NULL AS int) AS c\($0)" }.joined(separator: ", ")
                let tokens = try client.batch("SELECT \(list), 'x' AS last")
                guard case .row(let row)? = tokens.first(where: { if case .row = $0 { true } else { false } }) else {
                    Issue.record("no row")
                    return
                }
                #expect(row.hasNullBitmap)
                #expect(
                    try row.values() == [TDSValue](repeating: .null, count: 20) + [
                        .char([0x78], .sqlLatin1GeneralCP1CIAS)
                    ]
                )
            }
        }

        @Test func textSizeCutsLargeValues() async throws {
            try await withClient { (client, _) async throws in
                let tokens = try client.batch(
                    "SET TEXTSIZE 10; SELECT REPLICATE(CAST('x' AS varchar(max)), 100), REPLICATE('y', 20)"
                )
                let row = try #require(tokens.rows.first)
                #expect(
                    row == [
                        .char([UInt8](repeating: 0x78, count: 10), .sqlLatin1GeneralCP1CIAS),
                        .char([UInt8](repeating: 0x79, count: 20), .sqlLatin1GeneralCP1CIAS),
                    ]
                )
            }
        }

        @Test func statementsWithParameters() async throws {
            try await withClient { (client, _) async throws in
                let text = TDSType.nvarchar(8000, .sqlLatin1GeneralCP1CIAS)
                let tokens = try client.call(
                    RPCCall(
                        .system(.executeSQL),
                        parameters: [
                            RPCParameter("", text, .nchar("SET @out = @in * 2; SELECT @in AS n, @name AS name")),
                            RPCParameter("", text, .nchar("@in int, @out bigint OUTPUT, @name nvarchar(10)")),
                            RPCParameter("@name", text, .nchar("ž")), RPCParameter("@in", .int, .int(21)),
                            RPCParameter("@out", .bigint, .null, status: .output),
                        ]
                    )
                )
                #expect(
                    tokens.told == [
                        "columns n,name", "row int(21),nchar([382])", "doneinproc 11 c1 1", "status 0",
                        "value 4 @out bigint(42)",
                        "doneproc 0 e0 0",
                    ]
                )
                let failed = try client.call(
                    RPCCall(.system(.executeSQL), parameters: [RPCParameter("", text, .nchar("SELECT * FROM nowhere"))])
                )
                #expect(
                    failed.errors == [208] && failed.lastDone?.kind == .procedure && failed.lastDone?.status == .error
                )
            }
        }

        @Test func preparedStatements() async throws {
            try await withClient { (client, _) async throws in
                let text = TDSType.nvarcharMax(.sqlLatin1GeneralCP1CIAS)
                func handle(_ value: TDSValue) -> RPCParameter { RPCParameter("", .int, value) }
                let prepared = try client.call(
                    RPCCall(
                        .system(.prepareExecute),
                        parameters: [
                            RPCParameter("", .int, .null, status: .output), RPCParameter("", text, .nchar("@a int")),
                            RPCParameter("", text, .nchar("SELECT @a + 1 AS b")), RPCParameter("", .int, .int(1)),
                        ]
                    )
                )
                #expect(
                    prepared.told == [
                        "columns b", "row int(2)", "doneinproc 11 c1 1", "status 0", "value 0  int(1)",
                        "doneproc 0 e0 0",
                    ]
                )
                let executed = try client.call(
                    RPCCall(.system(.execute), parameters: [handle(.int(1)), RPCParameter("", .int, .int(41))])
                )
                #expect(executed.rows == [[.int(42)]])
                #expect(try client.call(RPCCall(.system(.unprepare), parameters: [handle(.int(1))])).errors == [])
                #expect(try client.call(RPCCall(.system(.execute), parameters: [handle(.int(1))])).errors == [8179])
                let described = try client.call(
                    RPCCall(
                        .system(.prepare),
                        parameters: [
                            RPCParameter("", .int, .null, status: .output), RPCParameter("", text, .null),
                            RPCParameter("", text, .nchar("SELECT id, name FROM t")), RPCParameter("", .int, .int(1)),
                        ]
                    )
                )
                #expect(described.columns.map(\.name) == ["id", "name"])
                #expect(try client.call(RPCCall(.system(.cursorOpen))).errors == [40517])
            }
        }

        @Test func proceduresOfUsers() async throws {
            try await withClient { (client, _) async throws in
                _ = try client.batch(
                    "CREATE PROCEDURE twice @a int, @b int = 5, @sum int OUTPUT AS BEGIN SET @sum = 2 * (@a + @b); INSERT t VALUES (@a, N'x'); RETURN 7 END"
                )
                let tokens = try client.call(
                    RPCCall(
                        .name("dbo.twice"),
                        parameters: [
                            RPCParameter("@a", .int, .int(1)), RPCParameter("@b", .int, .null, status: .defaultValue),
                            RPCParameter("@sum", .int, .null, status: .output),
                        ]
                    )
                )
                #expect(tokens.told == ["doneinproc 11 c3 1", "status 7", "value 2 @sum int(12)", "doneproc 0 e0 0"])
                #expect(
                    try client.batch("DECLARE @s int; EXEC twice 2, 3, @s OUTPUT; SELECT @s AS s").told == [
                        "doneinproc 11 c3 1", "status 7", "doneproc 1 e0 0", "columns s", "row int(10)", "done 10 c1 1",
                    ]
                )
                #expect(try client.call(RPCCall(.name("nowhere"))).errors == [2812])
            }
        }

        @Test func aResetForgetsWhatTheSessionLeftBehind() async throws {
            try await withClient { (client, _) async throws in
                _ = try client.batch(
                    "CREATE TABLE #x (a int); SET NOCOUNT ON; USE master; BEGIN TRAN; INSERT shop.dbo.t VALUES (9, N'gone')"
                )
                let tokens = try client.batch(
                    "SELECT @@TRANCOUNT AS n; SELECT * FROM t; SELECT * FROM #x",
                    status: [.endOfMessage, .resetConnection]
                )
                #expect(tokens.told.contains("env 18") && tokens.told.contains("env 10"))
                #expect(tokens.rows == [[.int(0)]])
                #expect(tokens.errors == [208])
            }
        }

        @Test func rowsInBulk() async throws {
            try await withClient { (client, _) async throws in
                #expect(try client.batch("INSERT BULK t (id int, name nvarchar(20))").told == ["done 0 0 0"])
                let columns = ResultColumns([
                    ColumnDescription("id", .int), ColumnDescription("name", .nvarchar(40, .sqlLatin1GeneralCP1CIAS)),
                ])
                var writer = RowWriter(columns)
                for id in 1...1000 {
                    try writer.beginRow()
                    try writer.integer(Int64(id))
                    if id % 2 == 0 { try writer.null() } else { try writer.text("n\(id)") }
                    try writer.endRow()
                }
                try writer.append(.done(Done(rowCount: 1000)))
                try client.send(.bulkLoad, try BulkLoad.begin(columns) + writer.takeBytes())
                #expect(try client.tokens().told == ["done 10 c3 1000"])
                #expect(
                    try client.batch("SELECT COUNT(*) AS n, COUNT(name) AS m, MAX(id) AS x FROM t").rows == [
                        [.int(1000), .int(500), .int(1000)]
                    ]
                )
            }
        }
    }
}
#endif
