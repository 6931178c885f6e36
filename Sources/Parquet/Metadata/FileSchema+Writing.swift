internal import CDCJSON
internal import Columnar

extension FileSchema {
    /// The entries of a footer for `schema`, in the shapes that the current format recommends.
    static func elements(_ schema: Schema) throws(ParquetError) -> [SchemaElement] {
        var elements: [SchemaElement] = []
        var root = SchemaElement("schema", .required)
        root.childCount = schema.count
        elements.append(root)
        for field in schema.fields { try append(field, to: &elements) }
        return elements
    }

    private static func append(_ field: Field, to elements: inout [SchemaElement]) throws(ParquetError) {
        var fieldID: Int32?
        if let number = field.metadata[fieldIDKey]?.integer {
            guard let fits = Int32(exactly: number) else {
                throw ParquetError(.invalidSchema, "the field number \(number) exceeds 32 bits", column: field.name)
            }
            fieldID = fits
        }
        try append(field.name, field.type, isNullable: field.isNullable, fieldID: fieldID, to: &elements)
    }

    private static func append(
        _ name: String,
        _ type: DataType,
        isNullable: Bool,
        fieldID: Int32? = nil,
        to elements: inout [SchemaElement]
    ) throws(ParquetError) {
        var element = SchemaElement(name, isNullable ? .optional : .required)
        element.fieldID = fieldID
        switch type {
        case .structure(let schema):
            guard schema.count > 0 else {
                throw ParquetError(
                    .invalidSchema,
                    "Parquet cannot hold a structure without fields; leave the column out or give it a field",
                    column: name
                )
            }
            element.childCount = schema.count
            elements.append(element)
            for field in schema.fields { try append(field, to: &elements) }
        case .list(let inner, let containsNull):
            element.childCount = 1
            element.logicalType = .list
            elements.append(element)
            var repeated = SchemaElement("list", .repeated)
            repeated.childCount = 1
            elements.append(repeated)
            try append("element", inner, isNullable: containsNull, to: &elements)
        case .map(let key, let value, let valueContainsNull):
            element.childCount = 1
            element.logicalType = .map
            elements.append(element)
            var repeated = SchemaElement("key_value", .repeated)
            repeated.childCount = 2
            elements.append(repeated)
            try append("key", key, isNullable: false, to: &elements)
            try append("value", value, isNullable: valueContainsNull, to: &elements)
        default:
            try setLeaf(&element, type)
            elements.append(element)
        }
    }

    private static func setLeaf(_ element: inout SchemaElement, _ type: DataType) throws(ParquetError) {
        switch type {
        case .boolean: element.type = .boolean
        case .byte: (element.type, element.logicalType) = (.int32, .integer(bits: 8, isSigned: true))
        case .short: (element.type, element.logicalType) = (.int32, .integer(bits: 16, isSigned: true))
        case .integer: element.type = .int32
        case .long: element.type = .int64
        case .float: element.type = .float
        case .double: element.type = .double
        case .decimal(let precision, let scale):
            guard (1...DataType.maximumDecimalPrecision).contains(precision), (0...precision).contains(scale) else {
                throw ParquetError(.invalidSchema, "\(type) is no decimal type", column: element.name)
            }
            element.logicalType = .decimal(precision: precision, scale: scale)
            if precision <= 9 {
                element.type = .int32
            } else if precision <= 18 {
                element.type = .int64
            } else {
                element.type = .fixedLengthByteArray
                element.typeLength = decimalLength(precision: precision)
            }
        case .string: (element.type, element.logicalType) = (.byteArray, .string)
        case .binary: element.type = .byteArray
        case .date: (element.type, element.logicalType) = (.int32, .date)
        case .timestamp:
            (element.type, element.logicalType) = (.int64, .timestamp(.micros, isAdjustedToUTC: true))
        case .timestampNTZ:
            (element.type, element.logicalType) = (.int64, .timestamp(.micros, isAdjustedToUTC: false))
        case .structure, .list, .map: break
        }
    }

    /// The fewest bytes whose two's complement holds every number of `precision` digits.
    static func decimalLength(precision: Int) -> Int {
        let largest = DecimalText.powersOfTen[precision] - 1
        var bytes = 1
        while bytes < 16, largest >> Int128(bytes * 8 - 1) != 0 { bytes += 1 }
        return bytes
    }
}
