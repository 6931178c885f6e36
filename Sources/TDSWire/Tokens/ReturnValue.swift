/// RETURNVALUE: an output parameter of a procedure.
///
/// Source: MS-TDS 2.2.7.19.
public struct ReturnValue: Hashable, Sendable {
    /// The place of the parameter.
    public var ordinal: UInt16
    public var name: String
    /// 1 for an output parameter, 2 for what a function returns.
    public var status: UInt8
    public var userType: UInt32
    public var flags: ColumnDescription.Flags
    public var type: TDSType
    public var value: TDSValue
    public var layout: ValueLayout

    public init(
        _ name: String = "",
        ordinal: UInt16,
        status: UInt8 = 1,
        userType: UInt32 = 0,
        flags: ColumnDescription.Flags = [],
        type: TDSType,
        value: TDSValue,
        layout: ValueLayout = .standard
    ) {
        self.ordinal = ordinal
        self.name = name
        self.status = status
        self.userType = userType
        self.flags = flags
        self.type = type
        self.value = value
        self.layout = layout
    }

    /// Reads what comes before the value; the value is null until ``readValue(_:)``.
    init(header reader: inout ByteReader) throws(TDSWireError) {
        ordinal = try reader.number()
        name = try reader.shortText()
        status = try reader.byte()
        userType = try reader.number()
        flags = ColumnDescription.Flags(rawValue: try reader.number())
        try flags.refuseEncryption()
        type = try TDSType(&reader, as: .column)
        value = .null
        layout = .standard
    }

    var form: ValueForm { ValueForm(type, as: .column) }

    mutating func readValue(_ reader: inout ByteReader) throws(TDSWireError) {
        var frame = try ValueFrame(form, &reader)
        value = try TDSValue(form, in: &frame)
        layout = frame.layout
    }

    func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        bytes.append(TokenCode.returnValue)
        bytes.append(number: ordinal)
        try bytes.append(shortText: name, "the name of a return value")
        bytes.append(status)
        bytes.append(number: userType)
        bytes.append(number: flags.rawValue)
        try type.encode(into: &bytes)
        try bytes.append(value, form, layout)
    }
}

extension ColumnDescription.Flags {
    /// A column of Always Encrypted has further fields, which this module does not read.
    func refuseEncryption() throws(TDSWireError) {
        guard !contains(.encrypted) else {
            throw .unsupported("Always Encrypted is not supported; connect without column encryption")
        }
    }
}
