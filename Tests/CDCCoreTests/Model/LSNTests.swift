import CDCCore
import Testing

@Suite("Log sequence numbers")
struct LSNTests {
    @Test(
        "Both spellings are the same number",
        arguments: [
            ("0x0000002D00000580001D", "0000002d:00000580:001d"), ("0000002D00000580001D", "0000002d:00000580:001d"),
            ("0x00000000000000000000", "00000000:00000000:0000"), ("0xFFFFFFFFFFFFFFFFFFFF", "ffffffff:ffffffff:ffff"),
            ("0XabcdefABCDEF01234567", "abcdefab:cdef0123:4567"),
        ]
    )
    func text(hexadecimal: String, groups: String) throws {
        let lsn = try #require(LSN(hexadecimal))
        #expect(lsn.description == groups)
        #expect(LSN(groups) == lsn)
        #expect(LSN(lsn.bytes) == lsn)
    }

    @Test("The bytes are the digits, the most significant first")
    func bytes() throws {
        let lsn = try #require(LSN("0000002d:00000580:001d"))
        #expect(lsn == LSN(high: 0x2D_0000_0580, low: 0x1D))
        #expect(lsn.bytes == [0, 0, 0, 0x2D, 0, 0, 0x05, 0x80, 0, 0x1D])
        #expect(LSN(lsn.bytes + [0]) == nil)
        #expect(LSN(lsn.bytes.dropLast()) == nil)
        #expect(LSN([UInt8]()) == nil)
        #expect(LSN.zero.bytes == Array(repeating: 0, count: 10))
    }

    @Test(
        "What is no LSN is not read",
        arguments: [
            "", "0x", "0", "0000002d:00000580:001", "0000002d:00000580:001d0", "0000002d:00000580:001g",
            "-000002d:00000580:001d",
            "+0000002d000005800001", "0x0x0000002d00000580", "0000002d 00000580 001d", "００00002d:00000580:001d",
        ]
    )
    func refusals(text: String) {
        #expect(LSN(text) == nil)
    }

    @Test("Order is that of the ten unsigned bytes, and of the texts")
    func order() {
        let ascending = [
            "00000000:00000000:0000", "00000000:00000000:ffff", "00000000:00000001:0000", "0000002d:00000580:001d",
            "0000002d:00000588:0003", "0000002d:00000590:0005", "7fffffff:ffffffff:ffff", "80000000:00000000:0000",
            "ffffffff:ffffffff:ffff",
        ].compactMap { LSN($0) }
        #expect(ascending.count == 9)
        for (place, lsn) in ascending.enumerated() {
            for (otherPlace, other) in ascending.enumerated() {
                #expect((lsn < other) == (place < otherPlace))
                #expect((lsn.description < other.description) == (place < otherPlace))
                #expect(lsn.bytes.lexicographicallyPrecedes(other.bytes) == (place < otherPlace))
            }
        }
    }

    @Test(
        "The next number carries from one part into the other",
        arguments: [
            ("0x0000002D000005900005", "0000002d:00000590:0006"), ("0x0000002D00000590FFFE", "0000002d:00000590:ffff"),
            ("0x0000002D00000590FFFF", "0000002d:00000591:0000"),
            ("0x0000002DFFFFFFFFFFFF", "0000002e:00000000:0000"), ("0xFFFFFFFFFFFFFFFFFFFF", "ffffffff:ffffffff:ffff"),
        ]
    )
    func next(text: String, following: String) {
        #expect(LSN(text)?.next.description == following)
    }
}

@Suite("Names of tables")
struct TableNameTests {
    @Test(
        "A name is read, and its description reads back",
        arguments: [
            ("dbo.customers", "dbo", "customers", "dbo.customers"), ("customers", "dbo", "customers", "dbo.customers"),
            ("[dbo].[Order Details]", "dbo", "Order Details", "dbo.Order Details"),
            ("sales.[a.b]", "sales", "a.b", "sales.[a.b]"),
            ("[a]]b].[c[d]", "a]b", "c[d", "[a]]b].[c[d]"), ("[]]]", "dbo", "]", "dbo.[]]]"),
            ("dbo.Größe", "dbo", "Größe", "dbo.Größe"),
        ]
    )
    func names(text: String, schema: String, name: String, description: String) throws {
        let table = try #require(TableName(text))
        #expect(table == TableName(schema: schema, name: name))
        #expect(table.description == description)
        #expect(TableName(description) == table)
    }

    @Test(
        "What is no name is not read",
        arguments: ["", ".", "a.", ".a", "a..b", "a.b.c", "[a", "[a]b", "[]", "[].a", "a.[b]]", "[a]]"]
    )
    func refusals(text: String) {
        #expect(TableName(text) == nil)
    }

    @Test("Names with any characters read back from their description")
    func roundTrip() {
        var random = SplitMix(seed: 1)
        let alphabet = Array("a.[] é'\"")
        for _ in 0..<500 {
            let parts = (0..<2).map { _ in
                String(
                    (0..<Int.random(in: 1...5, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a"
                    }
                )
            }
            let name = TableName(schema: parts[0], name: parts[1])
            #expect(TableName(name.description) == name)
        }
    }

    @Test("Names are ordered by schema, then by name")
    func order() {
        let names: [TableName] = ["b.a", "a.b", "a.a"]
        #expect(names.sorted() == ["a.a", "a.b", "b.a"])
    }
}

@Suite("Update masks")
struct UpdateMaskTests {
    static func set(_ mask: [UInt8], of columns: Int) -> [Int] {
        (1...columns).filter { UpdateMask.isSet($0, in: mask) }
    }

    @Test(
        "The last byte holds the first eight columns",
        arguments: [
            ([0x04], 5, [3]), ([0x1F], 5, [1, 2, 3, 4, 5]), ([0x01, 0x00], 10, [9]), ([0x02, 0x01], 10, [1, 10]),
            ([0x80], 8, [8]), ([0x00], 8, []), ([0x80, 0, 0, 0, 0, 0, 0, 0, 0], 72, [72]),
        ] as [([UInt8], Int, [Int])]
    )
    func golden(mask: [UInt8], columns: Int, ordinals: [Int]) {
        #expect(Self.set(mask, of: columns) == ordinals)
        #expect(UpdateMask.encode(ordinals, columnCount: columns) == mask)
    }

    @Test("A mask may be longer than needed; what it does not reach counts as touched")
    func lengths() {
        #expect(Self.set([0, 0, 0x04], of: 5) == [3])
        #expect(Self.set([0x04], of: 10) == [3, 9, 10])
        #expect(Self.set([], of: 3) == [1, 2, 3])
        #expect(
            UpdateMask.isSet(0, in: [UInt8(0)]) && UpdateMask.isSet(-5, in: [UInt8(0)])
                && UpdateMask.isSet(.max, in: [UInt8(0)])
        )
    }

    @Test("Any set of columns comes back")
    func roundTrip() {
        var random = SplitMix(seed: 2)
        for columns in [1, 7, 8, 9, 64, 65, 300] {
            let ordinals = (1...columns).filter { _ in Bool.random(using: &random) }
            #expect(Self.set(UpdateMask.encode(ordinals, columnCount: columns), of: columns) == ordinals)
        }
        #expect(UpdateMask.encode([0, 6, -1, 5], columnCount: 5) == [0x10])
    }
}
