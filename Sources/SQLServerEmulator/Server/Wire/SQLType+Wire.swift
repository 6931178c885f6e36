#if Emulator
import TDSWire

/// Types as COLMETADATA and RETURNVALUE say them.
///
/// Source: MS-TDS 2.2.5.4.
extension SQLType {
    /// The type on the wire.
    ///
    /// - Parameter isNullable: Numbers and dates that are never null have forms of their own, without a length.
    func wireType(isNullable: Bool = true) -> TDSType {
        switch self {
        // A NULL that nothing gave a type is an int to clients.
        case .null: .int
        case .bit: .bit(nullable: isNullable)
        case .tinyint: .integer(.one, nullable: isNullable)
        case .smallint: .integer(.two, nullable: isNullable)
        case .int: .integer(.four, nullable: isNullable)
        case .bigint: .integer(.eight, nullable: isNullable)
        case .decimal(let precision, let scale):
            .decimal(precision: UInt8(clamping: precision), scale: UInt8(clamping: scale))
        case .smallmoney: .money(.four, nullable: isNullable)
        case .money: .money(.eight, nullable: isNullable)
        case .real: .float(.four, nullable: isNullable)
        case .float: .float(.eight, nullable: isNullable)
        case .date: .date
        case .time(let scale): .time(scale: UInt8(clamping: scale))
        case .smalldatetime: .datetime(.four, nullable: isNullable)
        case .datetime: .datetime(.eight, nullable: isNullable)
        case .datetime2(let scale): .datetime2(scale: UInt8(clamping: scale))
        case .datetimeoffset(let scale): .datetimeoffset(scale: UInt8(clamping: scale))
        case .char(let length, let collation): .char(Self.bytes(length), collation.wire)
        case .varchar(.units(let length), let collation): .varchar(Self.bytes(length), collation.wire)
        case .varchar(.max, let collation): .varcharMax(collation.wire)
        case .nchar(let length, let collation): .nchar(Self.bytes(length * 2), collation.wire)
        case .nvarchar(.units(let length), let collation): .nvarchar(Self.bytes(length * 2), collation.wire)
        case .nvarchar(.max, let collation): .nvarcharMax(collation.wire)
        case .text(let collation): .text(2_147_483_647, collation.wire)
        case .ntext(let collation): .ntext(2_147_483_646, collation.wire)
        case .image: .image(2_147_483_647)
        case .binary(let length): .binary(Self.bytes(length))
        case .varbinary(.units(let length)): .varbinary(Self.bytes(length))
        case .varbinary(.max): .varbinaryMax
        case .rowversion: .binary(8)
        case .uniqueidentifier: .guid
        case .xml: .xml(nil)
        case .sqlVariant: .variant
        case .hierarchyid: .udt(Self.systemType("hierarchyid", "SqlHierarchyId", maximumBytes: 892))
        case .geometry: .udt(Self.systemType("geometry", "SqlGeometry", maximumBytes: .max))
        case .geography: .udt(Self.systemType("geography", "SqlGeography", maximumBytes: .max))
        }
    }

    /// Declared lengths are at most 8000 bytes; a literal of no characters is of a type of one.
    private static func bytes(_ count: Int) -> UInt16 { UInt16(min(max(count, 1), byteMaximum)) }

    private static func systemType(_ name: String, _ class: String, maximumBytes: UInt16) -> UDTName {
        UDTName(
            database: "master",
            name: name,
            maximumBytes: maximumBytes,
            assemblyQualifiedName: "Microsoft.SqlServer.Types.\(`class`), Microsoft.SqlServer.Types, Version=16.0.0.0, "
                + "Culture=neutral, PublicKeyToken=89845dcd8080cc91"
        )
    }

    /// `SET TEXTSIZE` cuts values of these types.
    var isCutByTextSize: Bool { isOldLarge || (self != .xml && length == .max) }
}

extension Collation {
    /// The five bytes by which clients choose the code page.
    var wire: TDSWire.Collation { TDSWire.Collation(named: name) ?? .sqlLatin1GeneralCP1CIAS }
}

extension ColumnDescription {
    /// The description of a column of a result.
    init(_ column: BoundQuery.Column) {
        let isVersion = column.type == .rowversion
        var flags: Flags =
            column.isIdentity ? .identity : column.name.isEmpty ? .computed : isVersion ? [] : .updatableUnknown
        if column.isNullable { flags.insert(.nullable) }
        if column.type.collation?.isCaseSensitive == true { flags.insert(.caseSensitive) }
        self.init(
            String(decoding: column.name.utf16.prefix(128), as: UTF16.self),
            column.type.wireType(isNullable: column.isNullable),
            flags: flags,
            userType: isVersion ? Self.rowVersionUserType : 0,
            // Nobody looks at the table's name; it has to have one.
            tableName: column.type.isOldLarge ? ["t"] : []
        )
    }
}
#endif
