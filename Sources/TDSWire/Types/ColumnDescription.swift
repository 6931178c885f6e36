/// A column of a result: what COLMETADATA says of it.
///
/// Source: MS-TDS 2.2.7.4.
public struct ColumnDescription: Hashable, Sendable {
    public var name: String
    public var type: TDSType
    public var flags: Flags
    /// The user type; 0 but for alias types and ``rowVersionUserType``.
    public var userType: UInt32
    /// The parts of the name of the table; of `text`, `ntext` and `image` only.
    public var tableName: [String]

    public struct Flags: OptionSet, Hashable, Sendable {
        public var rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let nullable = Flags(rawValue: 0x0001)
        public static let caseSensitive = Flags(rawValue: 0x0002)
        public static let updatable = Flags(rawValue: 0x0004)
        public static let updatableUnknown = Flags(rawValue: 0x0008)
        public static let identity = Flags(rawValue: 0x0010)
        public static let computed = Flags(rawValue: 0x0020)
        /// A CLR type of fixed length.
        public static let fixedLengthUDT = Flags(rawValue: 0x0100)
        public static let sparseColumnSet = Flags(rawValue: 0x0400)
        /// Protected by Always Encrypted, which this module does not support.
        public static let encrypted = Flags(rawValue: 0x0800)
        public static let hidden = Flags(rawValue: 0x2000)
        public static let key = Flags(rawValue: 0x4000)
        public static let nullableUnknown = Flags(rawValue: 0x8000)
    }

    /// The user type of a `rowversion`, whose type is `binary(8)`.
    public static let rowVersionUserType: UInt32 = 0x50

    public init(
        _ name: String,
        _ type: TDSType,
        flags: Flags = [.nullable, .updatableUnknown],
        userType: UInt32 = 0,
        tableName: [String] = []
    ) {
        self.name = name
        self.type = type
        self.flags = flags
        self.userType = userType
        self.tableName = tableName
    }

    /// A `rowversion` column.
    public static func rowVersion(_ name: String) -> ColumnDescription {
        ColumnDescription(name, .binary(8), flags: .updatableUnknown, userType: rowVersionUserType)
    }
}
