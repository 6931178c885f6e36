/// LOGINACK: the login succeeded.
///
/// Source: MS-TDS 2.2.7.14.
public struct LoginAcknowledgement: Hashable, Sendable {
    /// 1: Transact-SQL.
    public var interface: UInt8
    public var version: TDSVersion
    /// The name of the product: "Microsoft SQL Server".
    public var program: String
    public var major: UInt8
    public var minor: UInt8
    public var build: UInt16

    public init(
        interface: UInt8 = 1,
        version: TDSVersion = .v7_4,
        program: String = "Microsoft SQL Server",
        major: UInt8,
        minor: UInt8 = 0,
        build: UInt16
    ) {
        self.interface = interface
        self.version = version
        self.program = program
        self.major = major
        self.minor = minor
        self.build = build
    }

    init(_ reader: inout ByteReader) throws(TDSWireError) {
        var content = try reader.part(Int(try reader.number(UInt16.self)))
        interface = try content.byte()
        version = TDSVersion(rawValue: try content.bigEndian())
        program = try content.shortText()
        major = try content.byte()
        minor = try content.byte()
        build = try content.bigEndian()
        try content.expectEnd(of: "LOGINACK")
    }

    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        bytes.append(TokenCode.loginAcknowledgement)
        let start = bytes.beginMeasured()
        bytes.append(interface)
        bytes.append(bigEndian: version.rawValue)
        try bytes.append(shortText: program, "the name of the server's program")
        bytes.append(major)
        bytes.append(minor)
        bytes.append(bigEndian: build)
        try bytes.endMeasured(start, "LOGINACK")
    }
}
