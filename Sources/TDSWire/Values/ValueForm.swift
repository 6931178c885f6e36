/// A type as the encoders and decoders of values see it: what a value is and how it is framed, without names.
///
/// It is computed once per column, has no references, and so costs nothing to look at per value.
struct ValueForm: Hashable, Sendable {
    enum Kind: UInt8, Sendable {
        case null, bit, integer, float, money, datetime, decimal, date, time, datetime2, datetimeoffset, guid
        /// Bytes in the code page of the collation.
        case char
        /// UTF-16.
        case nchar
        case binary, xml, udt, variant
    }

    /// How a reader knows where a value ends and whether it is null.
    enum Framing: UInt8, Sendable {
        /// There are no bytes at all.
        case none
        /// The bytes of the type's size; no null.
        case fixed
        /// All bytes of what surrounds it: a value within an `sql_variant`.
        case bare
        /// A byte of length; 0 is null.
        case byteLength
        /// Two bytes of length; FFFF is null.
        case shortLength
        /// Chunks (PLP).
        case chunked
        /// A text pointer, a timestamp and four bytes of length; a pointer of no bytes is null.
        case textPointer
        /// Four bytes of length; FFFFFFFF is null.
        case longLength
        /// Four bytes of length; 0 is null.
        case variant
    }

    var kind: Kind
    var framing: Framing
    var precision: UInt8 = 0
    var scale: UInt8 = 0
    /// The bytes of a value of fixed size, or the most bytes of one that has none.
    var size: Int
    var collation = Collation(lcid: 0)

    init(_ kind: Kind, _ framing: Framing, size: Int) {
        self.kind = kind
        self.framing = framing
        self.size = size
    }

    init(_ type: TDSType, as place: TDSType.Place) {
        let long: Framing = place == .column ? .textPointer : .longLength
        switch type {
        case .null: self.init(.null, .none, size: 0)
        case .bit(let nullable): self.init(.bit, nullable ? .byteLength : .fixed, size: 1)
        case .integer(let size, let nullable): self.init(.integer, nullable ? .byteLength : .fixed, size: size.rawValue)
        case .float(let size, let nullable): self.init(.float, nullable ? .byteLength : .fixed, size: size.rawValue)
        case .money(let size, let nullable): self.init(.money, nullable ? .byteLength : .fixed, size: size.rawValue)
        case .datetime(let size, let nullable):
            self.init(.datetime, nullable ? .byteLength : .fixed, size: size.rawValue)
        case .decimal(let decimal):
            self.init(.decimal, .byteLength, size: Int(DecimalType.valueBytes(precision: decimal.precision)))
            precision = decimal.precision
            scale = decimal.scale
        case .date: self.init(.date, .byteLength, size: 3)
        case .time(let scale):
            self.init(.time, .byteLength, size: TimeOfDay.byteCount(scale: scale))
            self.scale = scale
        case .datetime2(let scale):
            self.init(.datetime2, .byteLength, size: TimeOfDay.byteCount(scale: scale) + 3)
            self.scale = scale
        case .datetimeoffset(let scale):
            self.init(.datetimeoffset, .byteLength, size: TimeOfDay.byteCount(scale: scale) + 5)
            self.scale = scale
        case .guid: self.init(.guid, .byteLength, size: 16)
        case .char(let length, let collation), .varchar(let length, let collation):
            self.init(.char, .shortLength, size: Int(length))
            self.collation = collation
        case .varcharMax(let collation):
            self.init(.char, .chunked, size: .max)
            self.collation = collation
        case .nchar(let length, let collation), .nvarchar(let length, let collation):
            self.init(.nchar, .shortLength, size: Int(length))
            self.collation = collation
        case .nvarcharMax(let collation):
            self.init(.nchar, .chunked, size: .max)
            self.collation = collation
        case .binary(let length), .varbinary(let length): self.init(.binary, .shortLength, size: Int(length))
        case .varbinaryMax: self.init(.binary, .chunked, size: .max)
        case .xml: self.init(.xml, .chunked, size: .max)
        case .text(let length, let collation):
            self.init(.char, long, size: Int(length))
            self.collation = collation
        case .ntext(let length, let collation):
            self.init(.nchar, long, size: Int(length))
            self.collation = collation
        case .image(let length): self.init(.binary, long, size: Int(length))
        case .variant(let length): self.init(.variant, .variant, size: Int(length))
        case .udt: self.init(.udt, .chunked, size: .max)
        }
    }
}
