/// One entry of the flat list in which a footer keeps its tree of columns, parents before children.
///
/// Source: parquet-format, parquet.thrift, `SchemaElement`.
struct SchemaElement: Sendable {
    enum Repetition: Int32, Sendable {
        case required = 0
        case optional = 1
        case repeated = 2
    }

    var name = ""
    var type: PhysicalType?
    /// How many bytes a value of fixed length has.
    var typeLength = 0
    var repetition = Repetition.required
    /// How many of the following entries are children; 0 for a column of values.
    var childCount = 0
    var fieldID: Int32?
    var logicalType: LogicalType?

    init(_ name: String, _ repetition: Repetition) {
        self.name = name
        self.repetition = repetition
    }

    init(_ reader: inout ThriftReader) throws(ParquetError) {
        var converted: Int32?
        var scale: Int?
        var precision: Int?
        var new = SchemaElement("", .required)
        try reader.structure { (reader, field) throws(ParquetError) -> Bool in
            switch field.id {
            case 1:
                let code = try reader.int32(field)
                guard let type = PhysicalType(rawValue: code) else {
                    throw .unsupported("the schema names the physical type \(code), which this version does not know")
                }
                new.type = type
            case 2: new.typeLength = Int(try reader.int32(field))
            case 3:
                guard let repetition = Repetition(rawValue: try reader.int32(field)) else {
                    throw .corrupt("the schema has an unknown repetition")
                }
                new.repetition = repetition
            case 4: new.name = try reader.string(field)
            case 5: new.childCount = Int(try reader.int32(field))
            case 6: converted = try reader.int32(field)
            case 7: scale = Int(try reader.int32(field))
            case 8: precision = Int(try reader.int32(field))
            case 9: new.fieldID = try reader.int32(field)
            case 10: new.logicalType = try LogicalType(&reader, field)
            default: return false
            }
            return true
        }
        // A meaning that only the newer field knows leaves the older one to state what readers may take it for.
        if let converted, new.logicalType == nil || new.logicalType == .other {
            new.logicalType = LogicalType(converted: converted, precision: precision, scale: scale)
        }
        self = new
    }

    func write(_ writer: inout ThriftWriter) {
        if let type { writer.int32(1, type.rawValue) }
        if type == .fixedLengthByteArray { writer.int32(2, Int32(typeLength)) }
        writer.int32(3, repetition.rawValue)
        writer.string(4, name)
        if type == nil { writer.int32(5, Int32(childCount)) }
        if let converted = logicalType?.converted { writer.int32(6, converted) }
        if case .decimal(let precision, let scale)? = logicalType {
            writer.int32(7, Int32(scale))
            writer.int32(8, Int32(precision))
        }
        if let fieldID { writer.int32(9, fieldID) }
        logicalType?.write(10, &writer)
    }
}
