import Testing

@testable import TDSWire

@Suite("Reading a reply in pieces")
struct TokenReaderTests {
    private func describe(_ token: Token) throws -> String {
        if case .row(let row) = token { return "row \(try row.values())" }
        return "\(token)"
    }

    private func whole(_ body: [UInt8]) throws -> [String] { try TokenReader.tokens(of: body).map(describe) }

    private func inPieces(_ pieces: [ArraySlice<UInt8>]) throws -> [String] {
        var reader = TokenReader()
        var found: [String] = []
        for piece in pieces {
            reader.append(piece)
            while let token = try reader.next() { found.append(try describe(token)) }
        }
        reader.finish()
        while let token = try reader.next() { found.append(try describe(token)) }
        #expect(reader.unreadCount == 0)
        return found
    }

    @Test("a sample of everything is there")
    func sample() throws {
        #expect(try whole(Samples.reply).count > 35)
        expectSame(try reencode(reply: Samples.reply), Samples.reply)
    }

    @Test("the tokens are the same wherever the bytes are cut")
    func everyBoundary() throws {
        let body = Samples.reply
        let expected = try whole(body)
        for cut in stride(from: 0, through: body.count, by: 7) {
            #expect(try inPieces([body[..<cut], body[cut...]]) == expected, "cut at \(cut)")
        }
    }

    @Test("bytes come one at a time")
    func singleBytes() throws {
        let body = Samples.reply
        #expect(try inPieces(body.indices.map { body[$0...$0] }) == (try whole(body)))
    }

    @Test("a row is given out as soon as it is whole")
    func promptness() throws {
        var reader = TokenReader()
        reader.columns = ResultColumns([ColumnDescription("b", .varbinaryMax)])
        reader.append(hex("d1 0200000000000000 01000000 01"))
        #expect(try reader.next() == nil)
        reader.append(hex("01000000 02 000000"))
        #expect(try reader.next() == nil)
        reader.append(hex("00"))
        guard case .row(let row)? = try reader.next() else {
            Issue.record("no row")
            return
        }
        #expect(try row.values() == [.binary([1, 2])])
        // The row stays what it is when the reader goes on.
        reader.append(hex("d1 ffffffffffffffff"))
        _ = try reader.next()
        reader.append([UInt8](repeating: 0xD1, count: 100))
        #expect(try row.values() == [.binary([1, 2])])
    }

    @Test("a large value in many small chunks and pieces is walked over once", .timeLimit(.minutes(2)))
    func noQuadraticWork() throws {
        // 200,000 chunks of a byte, in 1,000 pieces: looking at all of them for each piece would be 10⁸ steps.
        var reader = TokenReader()
        reader.columns = ResultColumns([ColumnDescription("b", .varbinaryMax)])
        reader.append(hex("d1 feffffffffffffff"))
        let piece = [[UInt8]](repeating: [1, 0, 0, 0, 7], count: 200).flatMap { $0 }
        for _ in 0..<1000 {
            reader.append(piece)
            #expect(try reader.next() == nil)
        }
        reader.append([0, 0, 0, 0])
        guard case .row(let row)? = try reader.next() else {
            Issue.record("no row")
            return
        }
        #expect(try row.values() == [.binary([UInt8](repeating: 7, count: 200_000))])
    }

    @Test("an error stays")
    func failure() {
        var reader = TokenReader(hex("00 79 00000000"))
        for _ in 0..<2 { #expect(wireError { _ = try reader.next() }?.code == .malformed) }
    }

    @Test("columns of a prepared statement can be set")
    func knownColumns() throws {
        var reader = TokenReader(hex("81 ffff d1 04 01000000"))
        reader.columns = ResultColumns([ColumnDescription("a", .int)])
        _ = try reader.next()
        guard case .row(let row)? = try reader.next() else {
            Issue.record("no row")
            return
        }
        #expect(try row.values() == [.int(1)])
    }
}

extension Token? {
    fileprivate static func == (token: Token?, none: _OptionalNilComparisonType) -> Bool {
        switch token {
        case .none: true
        case .some: false
        }
    }
}
