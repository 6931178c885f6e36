/// A parameter of a call.
///
/// Source: MS-TDS 2.2.6.6.
public struct RPCParameter: Hashable, Sendable {
    public struct Status: OptionSet, Hashable, Sendable {
        public var rawValue: UInt8

        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// An output parameter: the reply has a RETURNVALUE for it.
        public static let output = Status(rawValue: 0x01)
        /// The procedure's default is to be used in place of the value.
        public static let defaultValue = Status(rawValue: 0x02)
        /// Protected by Always Encrypted, which this module does not support.
        public static let encrypted = Status(rawValue: 0x08)
    }

    /// With its `@`; empty where the parameter is known by its place.
    public var name: String
    public var status: Status
    public var type: TDSType
    public var value: TDSValue
    public var layout: ValueLayout

    public init(
        _ name: String = "",
        _ type: TDSType,
        _ value: TDSValue,
        status: Status = [],
        layout: ValueLayout = .standard
    ) {
        self.name = name
        self.status = status
        self.type = type
        self.value = value
        self.layout = layout
    }

    init(_ reader: inout ByteReader) throws(TDSWireError) {
        name = try reader.shortText()
        status = Status(rawValue: try reader.byte())
        guard !status.contains(.encrypted) else {
            throw .unsupported("Always Encrypted is not supported; connect without column encryption")
        }
        type = try TDSType(&reader, as: .parameter)
        let form = ValueForm(type, as: .parameter)
        var frame = try ValueFrame(form, &reader)
        value = try TDSValue(form, in: &frame)
        layout = frame.layout
    }

    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        // From 128 on the number of code units would be read as what separates two calls.
        guard name.utf16.count < Int(RPCCall.Separator.oldBatch) else {
            throw .invalidValue("the name of a parameter is longer than 127 UTF-16 code units; shorten it")
        }
        try bytes.append(shortText: name, "the name of a parameter")
        bytes.append(status.rawValue)
        try type.encode(as: .parameter, into: &bytes)
        try bytes.append(value, ValueForm(type, as: .parameter), layout)
    }
}
