import Columnar
import Testing

@testable import TDSSource

@Suite("Statements", .enabled(if: MockServer.isThere, MockServer.message))
struct StatementTests {
    @Test("rows come in batches of at most so many")
    func batches() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("bulk 2500", rowsPerBatch: 1000)
            var counts: [Int] = []
            var ids: [Value] = []
            while let batch = try await rows.next() {
                counts.append(batch.rowCount)
                ids += (0..<batch.rowCount).map { batch.columns[0].value(at: $0) }
            }
            #expect(counts == [1000, 1000, 500])
            #expect(ids == (0..<2500).map { .integer($0) })
            #expect(try await rows.next() == nil)
        }
    }

    @Test("a batch also ends after about so many bytes")
    func bytes() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("bulk 1000", rowsPerBatch: 1000, bytesPerBatch: 10_000)
            var total = 0
            while let batch = try await rows.next() {
                #expect(batch.byteCount < 11_000)
                total += batch.rowCount
            }
            #expect(total == 1000)
        }
    }

    @Test("a number of rows that batches divide evenly ends without an empty batch")
    func even() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("bulk 2000", rowsPerBatch: 1000)
            #expect(try await rows.next()?.rowCount == 1000)
            #expect(try await rows.next()?.rowCount == 1000)
            #expect(try await rows.next() == nil)
        }
    }

    @Test("a result set without rows has a schema")
    func none() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("none")
            #expect(rows.schema == [Field("n", .integer)])
            #expect(try await rows.next() == nil)
            #expect(try await connection.smallResult("none").rowCount == 0)
        }
    }

    @Test("a statement without a result set is no query")
    func noResult() async throws {
        try await withConnection { connection in
            let error = try await tdsError { _ = try await connection.query("SET NOCOUNT ON") }
            #expect(error.code == .unexpectedResult)
            #expect(try await connection.smallResult("none").rowCount == 0, "and the connection goes on")
        }
    }

    @Test("rows in a second result set are an error, an empty one is not")
    func secondResultSet() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("two")
            #expect(try await tdsError { _ = try await rows.next() }.code == .unexpectedResult)
            #expect(try await connection.smallResult("twoempty").rows == [[1]])
            try await connection.execute("two")
        }
    }

    @Test(
        "a statement that the server ends early without a message is no complete one",
        arguments: ["killed 5 2", "killed 5 102", "killed 5 12", "killed 0 2", "killedearly", "killedprocedure 5"]
    )
    func killed(statement: String) async throws {
        try await withConnection { connection in
            let error = try await tdsError {
                let rows = try await connection.query(statement, rowsPerBatch: 3)
                while try await rows.next() != nil {}
            }
            #expect(error.code == .connectionLost)
            #expect(await !connection.isAlive, "what its session is in is not known")
        }
        guard statement == "killedearly" else { return }
        let error = try await withConnection { connection in
            try await tdsError { try await connection.execute(statement) }
        }
        #expect(error.code == .connectionLost)
    }

    @Test("a procedure may count no rows: that it returned shows that it is complete")
    func procedure() async throws {
        try await withConnection { connection in
            #expect(try await connection.smallResult("procedure 5").rowCount == 5)
            let error = try await tdsError { _ = try await connection.smallResult("killed 5 2") }
            #expect(error.code == .connectionLost, "the status of the procedure before is not that of this statement")
        }
    }

    @Test("an error between rows is not lost where a batch ends with the next row", arguments: [1, 2, 5])
    func errorBetweenRows(rowsBefore: Int) async throws {
        try await withConnection { connection in
            let rows = try await connection.query("between 1", rowsPerBatch: rowsBefore)
            let error = try await tdsError { while try await rows.next() != nil {} }
            #expect(error.server?.number == 8134)
        }
    }

    @Test("rows that were given up do not look like rows that were read")
    func givenUp() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("bulk 2000", rowsPerBatch: 1000)
            _ = try await rows.next()
            await connection.stop()
            #expect(try await tdsError { _ = try await rows.next() }.code == .unexpectedResult)
            let failed = try await connection.query("midfail")
            _ = try await tdsError { _ = try await failed.next() }
            #expect(try await tdsError { _ = try await failed.next() }.code == .unexpectedResult)
        }
    }

    @Test("a column narrower than its type is refused before memory is read", arguments: ["guid1", "int3"])
    func narrow(statement: String) async throws {
        try await withConnection { connection in
            let error = try await tdsError { _ = try await connection.query(statement) }
            #expect(error.code == .unexpectedResult)
            #expect(error.message.contains("'g'"))
        }
    }

    @Test("whatever a broken server sends: rows or an error, never the end of the process")
    func damaged() async throws {
        for seed in 0..<250 {
            try await withConnection { connection in
                do throws(TDSError) {
                    let rows = try await connection.query("damaged \(seed)")
                    while let batch = try await rows.next() {
                        for column in batch.columns { for row in 0..<batch.rowCount { _ = column.value(at: row) } }
                    }
                } catch {
                    #expect(!error.message.isEmpty, "seed \(seed)")
                }
            }
        }
    }

    @Test("an error after rows is an error, though every call into the library succeeds")
    func errorAfterRows() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("midfail")
            let error = try await tdsError { _ = try await rows.next() }
            #expect(error.code == .serverError)
            #expect(error.server?.number == 8134)
            #expect(try await connection.smallResult("none").rowCount == 0, "and the connection goes on")
            #expect(try await tdsError { try await connection.execute("midfail") }.server?.number == 8134)
        }
    }

    @Test("an error in a later statement of a batch is an error before the last rows are handed out")
    func lateError() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("late")
            #expect(try await tdsError { _ = try await rows.next() }.server?.number == 547)
            #expect(try await tdsError { try await connection.execute("late") }.server?.number == 547)
        }
    }

    @Test("what is printed is no error")
    func information() async throws {
        try await withConnection { connection in try await connection.execute("infoline") }
    }

    @Test(
        "the server's numbers have names",
        arguments: [
            (1205, 13, TDSError.Code.deadlockVictim, true), (1222, 16, .lockTimeout, true),
            (229, 14, .permissionDenied, false),
            (208, 16, .objectNotFound, false), (911, 16, .unknownDatabase, false), (40_501, 16, .serverError, true),
            (601, 12, .serverError, true), (547, 16, .serverError, false),
        ]
    )
    func numbers(number: Int32, severity: Int, code: TDSError.Code, isRetryable: Bool) async throws {
        try await withConnection { connection in
            let error = try await tdsError { try await connection.execute("raise \(number) \(severity)") }
            #expect(error.code == code)
            #expect(error.isRetryable == isRetryable)
            #expect(
                error.server
                    == ServerMessage(
                        number: number,
                        state: 1,
                        severity: severity,
                        text: "as asked",
                        serverName: "MOCK",
                        procedure: "p",
                        line: 7
                    )
            )
            #expect(
                error.description.contains(
                    "Msg \(number), severity \(severity), state 1, line 7, procedure p, server MOCK"
                )
            )
            #expect(await connection.isAlive)
        }
    }

    @Test(
        "of messages that quote values of rows only the meaning is kept",
        arguments: [220, 232, 244, 245, 248, 1505, 2601, 2627, 2628, 6522, 13609] as [Int32]
    )
    func quotedValues(number: Int32) async throws {
        try await withConnection { connection in
            let error = try await tdsError { try await connection.execute("raise \(number) 16") }
            #expect(error.server?.number == number)
            #expect(error.server?.text.contains("the server's text quotes values and is left out") == true)
            #expect(!"\(error)".contains("as asked") && !String(reflecting: error).contains("as asked"))
        }
    }

    @Test("an error that closes the connection leaves it dead")
    func fatalError() async throws {
        try await withConnection { connection in
            let error = try await tdsError { try await connection.execute("err20") }
            #expect(error.code == .connectionLost)
            #expect(error.isRetryable)
            #expect(error.server?.number == 20_001)
            #expect(await !connection.isAlive)
            #expect(try await tdsError { try await connection.execute("SELECT 1") }.code == .connectionLost)
        }
    }

    @Test("a connection that is cut in the middle of a packet is lost, and its rows with it")
    func cut() async throws {
        // Small packets, so that some rows arrive before the cut.
        try await withConnection {
            $0.packetSize = 4096
        } body: { connection in
            let rows = try await connection.query("midcut", rowsPerBatch: 100_000)
            let error = try await tdsError { _ = try await rows.next() }
            #expect(error.code == .connectionLost)
            #expect(error.isRetryable)
            #expect(await !connection.isAlive)
        }
    }

    @Test("rows that are not read do not stand in the way of the next statement")
    func abandoned() async throws {
        try await withConnection { connection in
            let rows = try await connection.query("bulk 50000", rowsPerBatch: 10)
            _ = try await rows.next()
            #expect(try await connection.smallResult("bulk 3").rowCount == 3)
            #expect(try await tdsError { _ = try await rows.next() }.code == .unexpectedResult)
        }
    }

    @Test("more rows than a small result may have are an error")
    func smallResult() async throws {
        try await withConnection { connection in
            #expect(try await connection.smallResult("bulk 10", limit: 10).rowCount == 10)
            let error = try await tdsError { _ = try await connection.smallResult("bulk 5000", limit: 10) }
            #expect(error.code == .unexpectedResult)
            #expect(try await connection.smallResult("bulk 1").rowCount == 1)
        }
    }

    @Test("SQL with a NUL character, which the library would cut off, is refused")
    func nul() async throws {
        try await withConnection { connection in
            let error = try await tdsError { try await connection.execute("SELECT 1\0") }
            #expect(error.code == .invalidConfiguration)
        }
    }

    @Test("a closed connection says so")
    func closed() async throws {
        try await withConnection { connection in
            await connection.close()
            #expect(await !connection.isAlive)
            let error = try await tdsError { try await connection.execute("SELECT 1") }
            #expect(error.code == .connectionLost)
        }
    }

    @Test("many connections work side by side, each with its own messages")
    func sideBySide() async throws {
        try await withMockServer { server in
            let configuration = server.configuration
            try await withThrowingTaskGroup(of: Int32?.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        let connection = try await TDSConnection.open(configuration, logger: .quiet)
                        _ = try await connection.smallResult("bulk 100")
                        let number = Int32(50_001 + number)
                        let failure = try await tdsError { try await connection.execute("raise \(number) 16") }
                        return failure.server?.number == number ? number : nil
                    }
                }
                var numbers: Set<Int32> = []
                for try await number in group { numbers.insert(try #require(number)) }
                #expect(numbers.count == 12)
            }
        }
    }
}
