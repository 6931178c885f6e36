import Columnar
import Testing

@testable import Parquet

/// Source: parquet-format, LogicalTypes.md, "Nested Types", backward-compatibility rules.
@Suite("Lists and maps as older writers had them")
struct LegacySchemaTests {
    private func group(
        _ name: String,
        _ repetition: SchemaElement.Repetition,
        _ children: Int,
        _ meaning: LogicalType? = nil
    ) -> SchemaElement {
        var element = SchemaElement(name, repetition)
        element.childCount = children
        element.logicalType = meaning
        return element
    }

    private func leaf(_ name: String, _ repetition: SchemaElement.Repetition, _ type: PhysicalType) -> SchemaElement {
        var element = SchemaElement(name, repetition)
        element.type = type
        return element
    }

    private func type(_ elements: [SchemaElement]) throws(ParquetError) -> DataType {
        try FileSchema([group("schema", .required, 1)] + elements).schema.fields[0].type
    }

    private func list(_ name: String, _ repeated: [SchemaElement]) throws(ParquetError) -> DataType {
        try type([group(name, .optional, 1, .list)] + repeated)
    }

    @Test("three levels: the element is what lies in the repeated group")
    func threeLevels() throws {
        let repeated = [group("list", .repeated, 1), leaf("element", .optional, .int32)]
        #expect(try list("l", repeated) == .list(element: .integer, containsNull: true))
        // The names do not matter.
        let named = [group("bag", .repeated, 1), leaf("array_element", .required, .int32)]
        #expect(try list("l", named) == .list(element: .integer, containsNull: false))
    }

    @Test("a repeated value is the element, and never null")
    func repeatedValue() throws {
        #expect(try list("l", [leaf("element", .repeated, .int32)]) == .list(element: .integer, containsNull: false))
    }

    @Test("a repeated group of several fields is the element")
    func severalFields() throws {
        let repeated = [
            group("element", .repeated, 2), leaf("a", .required, .int32), leaf("b", .required, .int64),
        ]
        let element = DataType.structure([
            Field("a", .integer, isNullable: false), Field("b", .long, isNullable: false),
        ])
        #expect(try list("l", repeated) == .list(element: element, containsNull: false))
    }

    @Test(
        "a repeated group of one field is the element by the names array and …_tuple",
        arguments: ["array", "l_tuple"]
    )
    func oneField(name: String) throws {
        let element = DataType.structure([Field("a", .integer, isNullable: false)])
        let repeated = [group(name, .repeated, 1), leaf("a", .required, .int32)]
        #expect(try list("l", repeated) == .list(element: element, containsNull: false))
        // The tuple of another list is none.
        #expect(try list("m", repeated) == .list(element: name == "array" ? element : .integer, containsNull: false))
    }

    @Test("a repeated group whose one field is repeated is the element")
    func repeatedField() throws {
        let inner = DataType.structure([Field("a", .list(element: .integer, containsNull: false), isNullable: false)])
        let repeated = [group("list", .repeated, 1), leaf("a", .repeated, .int32)]
        #expect(try list("l", repeated) == .list(element: inner, containsNull: false))
    }

    @Test("a repeated field outside a list is a list that is never null")
    func noAnnotation() throws {
        #expect(try type([leaf("n", .repeated, .int32)]) == .list(element: .integer, containsNull: false))
    }

    @Test("maps by any names, and a map without values as the list of its keys")
    func maps() throws {
        let entries = [
            group("m", .optional, 1, LogicalType(converted: 2, precision: nil, scale: nil)), group("map", .repeated, 2),
            leaf("num", .required, .int32), leaf("str", .optional, .int64),
        ]
        #expect(try type(entries) == .map(key: .integer, value: .long, valueContainsNull: true))
        let keys = [group("m", .optional, 1, .map), group("key_value", .repeated, 1), leaf("key", .required, .int32)]
        #expect(try type(keys) == .list(element: .integer, containsNull: false))
    }

    @Test("decimals in bytes of any and of fixed length")
    func decimals() throws {
        for (physical, length) in [(PhysicalType.byteArray, 0), (.fixedLengthByteArray, 5)] {
            var element = leaf("d", .required, physical)
            element.typeLength = length
            element.logicalType = LogicalType(converted: 5, precision: 10, scale: 2)
            #expect(try type([element]) == .decimal(precision: 10, scale: 2))
        }
    }
}
