import Columnar
import Testing

@testable import CDCCore

@Suite("Tables that others refer to come first")
struct TableOrderTests {
    private func table(_ name: TableName, _ parents: TableName...) -> SourceTable {
        SourceTable(name, schema: [], key: [], foreignKeys: parents.map { ForeignKey(["x"], references: $0) })
    }

    @Test("Levels follow references")
    func levels() {
        let tables = [
            table("dbo.items", "dbo.orders", "dbo.products"), table("dbo.orders", "dbo.customers"),
            table("dbo.products"),
            table("dbo.customers"), table("dbo.notes", "dbo.items"),
        ]
        #expect(
            TableOrder.levels(tables)
                == [["dbo.customers", "dbo.products"], ["dbo.orders"], ["dbo.items"], ["dbo.notes"]]
        )
    }

    @Test("References to itself and to tables that are not ingested bind nobody")
    func unbound() {
        #expect(TableOrder.levels([table("dbo.a", "dbo.a", "dbo.elsewhere"), table("dbo.b")]) == [["dbo.a", "dbo.b"]])
        #expect(TableOrder.levels([]) == [])
    }

    @Test("Tables in a circle share a level, and those outside keep theirs where the circle allows")
    func circles() {
        #expect(TableOrder.levels([table("dbo.a", "dbo.b"), table("dbo.b", "dbo.a")]) == [["dbo.a", "dbo.b"]])
        let tables = [table("dbo.a", "dbo.b", "dbo.z"), table("dbo.b", "dbo.a"), table("dbo.z")]
        #expect(TableOrder.levels(tables) == [["dbo.z"], ["dbo.a", "dbo.b"]])
    }

    @Test(
        "Every table is in exactly one level, after all it refers to where there is no circle",
        arguments: 0..<20 as Range<UInt64>
    )
    func random(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let names = (0..<12).map { TableName(schema: "dbo", name: "t\($0)") }
        let tables = names.indices.map { index in
            SourceTable(
                names[index],
                schema: [],
                key: [],
                foreignKeys: names[..<index].filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
                    .map { ForeignKey(["x"], references: $0) }
            )
        }.shuffled(using: &random)
        let levels = TableOrder.levels(tables)
        #expect(levels.flatMap { $0 }.sorted() == names.sorted())
        var done: Set<TableName> = []
        for level in levels {
            for name in level {
                let parents = tables.first { $0.name == name }?.foreignKeys.map(\.references) ?? []
                #expect(done.isSuperset(of: parents))
            }
            done.formUnion(level)
        }
    }
}
