import Columnar
import Testing

@Suite("Types")
struct DataTypeTests {
    @Test("A type that is not nested is read from its own name", arguments: Sample.types)
    func names(type: DataType) {
        #expect(DataType(sqlName: type.description) == type)
        #expect(!type.isNested)
    }

    @Test(
        "What is no name of such a type is not read",
        arguments: [
            "", "Int", "INTEGER", "integer", "int ", "decimal", "decimal()", "decimal(10)", "decimal(0,0)",
            "decimal(39,0)",
            "decimal(5,6)", "decimal(5,-1)", "decimal(+5,1)", "decimal(5,,1)", "decimal(,5,1)", "decimal(5, 1)",
            "decimal(05,1)", "decimal(5,1", "decimal(99999999999999999999,1)", "array<int>", "struct<a:int>",
        ]
    )
    func noNames(text: String) {
        #expect(DataType(sqlName: text) == nil)
    }

    @Test("Nested types are written as SQL writes them")
    func nestedNames() {
        let type = DataType.structure([
            Field("a", .list(element: .integer, containsNull: true)),
            Field("m", .map(key: .string, value: .decimal(precision: 10, scale: 2), valueContainsNull: false)),
        ])
        #expect(type.description == "struct<a:array<int>,m:map<string,decimal(10,2)>>")
        #expect(Sample.nestedTypes.allSatisfy { $0.isNested })
    }

    @Test("Decimals of up to 18 digits lie in 64 bits")
    func kinds() {
        #expect(DataType.decimal(precision: 18, scale: 3).vectorKind == .int64)
        #expect(DataType.decimal(precision: 19, scale: 3).vectorKind == .int128)
        #expect(DataType.date.vectorKind == .int32)
        #expect(DataType.timestampNTZ.vectorKind == .int64)
    }
}
