/// How text is compared, and which code page its bytes are in: five bytes of the type of a column.
///
/// Source: MS-TDS 2.2.5.1.2.
public struct Collation: Hashable, Sendable {
    /// The Windows locale, 20 bits.
    public var lcid: UInt32
    public var flags: Flags
    /// The generation of the Windows collation, 4 bits: 0 the first, 1 `_90`, 2 `_100`, 3 `_140`.
    public var version: UInt8
    /// The number of a collation of SQL Server's own (`SQL_…`); 0 of a Windows collation.
    public var sortID: UInt8

    public struct Flags: OptionSet, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let ignoresCase = Flags(rawValue: 0x01)
        public static let ignoresAccent = Flags(rawValue: 0x02)
        public static let ignoresWidth = Flags(rawValue: 0x04)
        public static let ignoresKana = Flags(rawValue: 0x08)
        public static let binary = Flags(rawValue: 0x10)
        public static let binary2 = Flags(rawValue: 0x20)
        /// `varchar` of this collation is UTF-8.
        public static let utf8 = Flags(rawValue: 0x40)
    }

    public init(lcid: UInt32, flags: Flags = [], version: UInt8 = 0, sortID: UInt8 = 0) {
        self.lcid = lcid
        self.flags = flags
        self.version = version
        self.sortID = sortID
    }

    /// The default of servers set up in US English.
    public static let sqlLatin1GeneralCP1CIAS = Collation(
        lcid: 0x0409,
        flags: [.ignoresCase, .ignoresWidth, .ignoresKana],
        sortID: 52
    )

    /// The number of bytes of a collation.
    public static let byteCount = 5

    /// A collation from its five bytes; `nil` where there are more or fewer.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Collation.byteCount else { return nil }
        let bits = bytes.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        self.init(bits: bits, sortID: bytes.reduce(0) { $1 })
    }

    private init(bits: UInt32, sortID: UInt8) {
        lcid = bits & 0xFFFFF
        flags = Flags(rawValue: UInt8(truncatingIfNeeded: bits >> 20))
        version = UInt8(truncatingIfNeeded: bits >> 28)
        self.sortID = sortID
    }

    private var bits: UInt32 { lcid & 0xFFFFF | UInt32(flags.rawValue) << 20 | UInt32(version & 0xF) << 28 }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }

    func encode(into bytes: inout [UInt8]) {
        bytes.append(number: bits)
        bytes.append(sortID)
    }

    init(_ reader: inout ByteReader) throws(TDSWireError) {
        let bits = try reader.number(UInt32.self)
        self.init(bits: bits, sortID: try reader.byte())
    }
}

extension Collation {
    /// The code page of `char`, `varchar` and `text`; `nil` where the collation has none (it is for Unicode only, or this
    /// module does not know the locale).
    public var codePage: CodePage? {
        if flags.contains(.utf8) { return .utf8 }
        if sortID != 0 { return CollationNames.codePage(sortID: sortID) }
        return CollationNames.codePage(lcid: lcid)
    }
}
