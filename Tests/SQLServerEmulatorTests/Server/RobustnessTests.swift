#if Emulator
import Foundation
import SQLServerEmulator
import TDSWire
import Testing

/// A random number generator that gives the same numbers for the same seed (SplitMix64).
private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

extension ServerTests {
    @Suite("Nonsense and bad manners do no harm", .timeLimit(.minutes(2)))
    struct RobustnessTests {
        @Test func connectionsThatCloseAnywhereLeaveNothingBehind() async throws {
            try await withServer { (server) async throws in
                try await server.run("CREATE TABLE t (id int)")
                let batch =
                    "BEGIN TRAN; INSERT t VALUES (1); SELECT REPLICATE(CAST('x' AS varchar(max)), 300000) FROM t"
                for stop in 0..<4 {
                    let client = try TDSClient(port: server.port)
                    if stop > 0 { _ = try client.logIn { $0.password = Password(server.password) } }
                    if stop > 1 { try client.sendBatch(batch) }
                    if stop > 2 { try await Task.sleep(for: .milliseconds(30)) }
                    client.close()
                }
                try await server.run("SET LOCK_TIMEOUT 10000; INSERT t VALUES (2)")
                #expect(try await server.run("SELECT * FROM t") == [["2"]])
                let deadline = ContinuousClock.now + .seconds(120)
                while !server.clients.isEmpty, ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(5))
                }
                #expect(server.clients.isEmpty)
            }
        }

        @Test func aClientThatDoesNotReadMakesTheSessionWait() async throws {
            try await withServer { (server) async throws in
                try await server.run("CREATE TABLE progress (id int)")
                let client = try TDSClient.loggedIn(port: server.port, password: server.password)
                try client.sendBatch(
                    "DECLARE @i int = 0; DECLARE @x varchar(max) = REPLICATE(CAST('x' AS varchar(max)), 500000); "
                        + "WHILE @i < 40 BEGIN INSERT progress VALUES (@i); SELECT @x AS x; SET @i += 1 END"
                )
                // Nobody reads the 20 MB: the session comes to a halt once socket and memory hold what they may.
                var before = -1
                var now = 0
                while now != before || now == 0 {
                    try await Task.sleep(for: .milliseconds(400))
                    before = now
                    now =
                        Int(try await server.run("SELECT COUNT(*) FROM progress").first?.first.flatMap { $0 } ?? "")
                        ?? 0
                }
                #expect(now < 40)
                #expect(try client.tokens().rows.count == 40)
                #expect(try await server.run("SELECT COUNT(*) FROM progress") == [["40"]])
            }
        }

        @Test func stopEndsEverything() async throws {
            let server = try await SQLServerEmulator.start()
            let waiting = try TDSClient.loggedIn(port: server.port, password: server.password)
            try waiting.sendBatch("WAITFOR DELAY '01:00:00'")
            server.inject(.silence)
            let silent = try TDSClient.loggedIn(port: server.port, password: server.password)
            try silent.sendBatch("SELECT 1")
            await server.stop()
            #expect(throws: (any Error).self) { try waiting.tokens() }
        }

        @Test func bytesThatAreNoTDSCloseTheConnection() async throws {
            try await withServer { (server) async throws in
                for bytes in [
                    [0x16, 3, 1, 0, 200], [UInt8](repeating: 0xFF, count: 100), Array("GET / HTTP/1.1\r\n\r\n".utf8),
                ] as [[UInt8]] {
                    let client = try TDSClient(port: server.port)
                    try client.send(raw: bytes + [UInt8](repeating: 0, count: 20))
                    #expect(try client.receive() == nil)
                }
                // A call cut short, by a client that is known.
                let client = try TDSClient.loggedIn(port: server.port, password: server.password)
                try client.send(.rpc, [22, 0, 0, 0])
                #expect(try client.tokens().errors == [4002])
                #expect(try client.receive() == nil)
            }
        }

        /// Requests of real clients, changed at random, after a login that is in order: an answer or the end of the connection, and a
        /// server that goes on.
        @Test func mutatedRequests() async throws {
            let seed = UInt64.random(in: 0...UInt64.max)
            var numbers = SeededNumbers(state: seed)
            try await withServer { (server) async throws in
                let streams = Self.recordedStreams + [try Self.ownStream()]
                for _ in 0..<150 {
                    let stream = streams.randomElement(using: &numbers) ?? []
                    let client = try TDSClient(port: server.port)
                    // One in four is cut before the login.
                    if numbers.next() % 4 != 0 { _ = try client.logIn { $0.password = Password(server.password) } }
                    client.setTimeout(milliseconds: 50)
                    try? client.send(raw: Self.mutated(stream, &numbers))
                    if numbers.next() % 4 == 0 { _ = try? client.receive() }
                    client.close()
                }
                let client = try TDSClient.loggedIn(port: server.port, password: server.password)
                #expect(try client.batch("SELECT 1 AS n").rows == [[.int(1)]], "seed \(seed)")
            }
        }

        /// What clients of FreeTDS and Microsoft sent, after their logins where these were not encrypted.
        private static var recordedStreams: [[UInt8]] {
            let folder =
                ProcessInfo.processInfo.environment["SWIFT_CDC_TEST_DATA"].map { URL(filePath: $0) }
                ?? Peer.package.appending(path: "../shared/data")
            return (1...7).compactMap { number in
                let file = folder.appending(path: "tds-vectors/babelfish.\(number).c2s.bin")
                guard let bytes = try? Data(contentsOf: file) else { return nil }
                return withoutLogin([UInt8](bytes))
            }
        }

        private static func withoutLogin(_ bytes: [UInt8]) -> [UInt8] {
            var start = 0
            while start + 8 <= bytes.count, bytes[start] == 0x12 || bytes[start] == 0x10 {
                let length = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
                if length < 8 { break }
                start += length
            }
            return Array(bytes.dropFirst(start))
        }

        private static func ownStream() throws -> [UInt8] {
            var bytes: [UInt8] = []
            let text = TDSType.nvarchar(8000, .sqlLatin1GeneralCP1CIAS)
            try Message(type: .sqlBatch, body: SQLBatchRequest("SELECT name, 1.5, N'x' FROM sys.objects").encoded())
                .encode(packetSize: 4096, into: &bytes)
            let call = RPCCall(
                .system(.executeSQL),
                parameters: [
                    RPCParameter("", text, .nchar("SELECT @a, @b, @c, @d")),
                    RPCParameter("", text, .nchar("@a int, @b datetime2(3), @c varchar(max), @d decimal(9, 2)")),
                    RPCParameter("@a", .int, .int(1)),
                    RPCParameter("@b", .datetime2(scale: 3), .datetime2(days: 738_000, ticks: 10_000)),
                    RPCParameter("@c", .varcharMax(.sqlLatin1GeneralCP1CIAS), .char([0x41], .sqlLatin1GeneralCP1CIAS)),
                    RPCParameter("@d", .decimal(precision: 9, scale: 2), .decimal(TDSDecimal(unscaled: 5, scale: 2))),
                ]
            )
            try Message(type: .rpc, body: try RPCRequest([call]).encoded()).encode(packetSize: 4096, into: &bytes)
            try Message(type: .transactionManager, body: try TransactionManagerRequest(.begin(.init())).encoded())
                .encode(packetSize: 4096, into: &bytes)
            return bytes
        }

        private static func mutated(_ stream: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
            var bytes = stream
            for _ in 0..<Int.random(in: 1...8, using: &numbers) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &numbers)
                switch numbers.next() % 4 {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
                case 1: bytes[place] ^= 1 << UInt8(numbers.next() % 8)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int(numbers.next() % 16)))
                default:
                    bytes.insert(
                        contentsOf: (0..<numbers.next() % 16).map { _ in UInt8.random(in: 0...255, using: &numbers) },
                        at: place
                    )
                }
            }
            return bytes
        }
    }
}
#endif
