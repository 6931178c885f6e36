/// COLMETADATA, read column by column: it has no length of its own, and may not be there as a whole yet.
///
/// Source: MS-TDS 2.2.7.4.
struct ColumnMetadata: Sendable {
    /// The columns that are still to be read.
    private(set) var missing: Int
    private(set) var columns: [ColumnDescription] = []
    /// How far the reading is, counted from where it began.
    private(set) var offset: Int
    private let place: Place

    /// Whether the columns are those of a reply or of a bulk load, which says the table of a text in another way.
    enum Place: Sendable {
        case reply, bulkLoad
    }

    /// The number of columns that says that there is no description of them.
    static let noMetadata: UInt16 = 0xFFFF

    /// Reads the number of columns; `nil` where there is no description.
    init?(_ reader: inout ByteReader, in place: Place) throws(TDSWireError) {
        let start = reader.position
        let count = try reader.number(UInt16.self)
        if count == ColumnMetadata.noMetadata { return nil }
        guard count <= ResultColumns.maximumCount else {
            throw TDSWireError(
                .tooLarge,
                "a result has \(count) columns, more than the \(ResultColumns.maximumCount) of a SELECT",
                structure: "COLMETADATA",
                byteOffset: start
            )
        }
        missing = Int(count)
        offset = reader.position - start
        self.place = place
    }

    /// Goes on to the last column.
    /// - Parameter start: Where in `bytes` the reading began.
    mutating func read(_ bytes: [UInt8], from start: Int) throws(TDSWireError) {
        var reader = ByteReader(bytes, at: start + offset)
        while missing > 0 {
            do {
                columns.append(try ColumnDescription(&reader, in: place))
            } catch {
                throw error.located(structure: "COLMETADATA", column: columns.count)
            }
            missing -= 1
            offset = reader.position - start
        }
    }

    static func encode(
        _ columns: [ColumnDescription]?,
        in place: Place = .reply,
        into bytes: inout [UInt8]
    ) throws(TDSWireError) {
        bytes.append(TokenCode.columnMetadata)
        guard let columns else { return bytes.append(number: noMetadata) }
        guard columns.count <= ResultColumns.maximumCount else {
            throw .invalidValue("a result has \(columns.count) columns, more than the 4096 of a SELECT")
        }
        bytes.append(number: UInt16(columns.count))
        for (index, column) in columns.enumerated() {
            do {
                try column.encode(in: place, into: &bytes)
            } catch {
                throw error.located(structure: "COLMETADATA", column: index)
            }
        }
    }
}

extension ColumnDescription {
    /// Server, database, schema and table.
    private static let maximumNameParts = 4

    init(_ reader: inout ByteReader, in place: ColumnMetadata.Place) throws(TDSWireError) {
        let userType = try reader.number(UInt32.self)
        let flags = Flags(rawValue: try reader.number())
        try flags.refuseEncryption()
        let type = try TDSType(&reader, as: .column)
        var tableName: [String] = []
        if type.hasTableName {
            let start = reader.position
            let parts = place == .reply ? try reader.byte() : 1
            guard parts <= ColumnDescription.maximumNameParts else {
                throw .malformed("the name of a table has \(parts) parts", at: start)
            }
            for _ in 0..<parts { tableName.append(try reader.longText()) }
        }
        self.init(try reader.shortText(), type, flags: flags, userType: userType, tableName: tableName)
    }

    func encode(in place: ColumnMetadata.Place, into bytes: inout [UInt8]) throws(TDSWireError) {
        bytes.append(number: userType)
        bytes.append(number: flags.rawValue)
        try type.encode(into: &bytes)
        if type.hasTableName {
            guard let parts = UInt8(exactly: tableName.count), parts <= ColumnDescription.maximumNameParts,
                place == .reply || parts == 1
            else {
                throw .invalidValue("the name of the table of a text has \(tableName.count) parts")
            }
            if place == .reply { bytes.append(parts) }
            for part in tableName { try bytes.append(longText: part, "the name of a table") }
        }
        try bytes.append(shortText: name, "the name of a column")
    }
}

extension TDSType {
    /// Whether a column of the type says the table that it comes from.
    var hasTableName: Bool {
        switch self {
        case .text, .ntext, .image: true
        default: false
        }
    }
}
