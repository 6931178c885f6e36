import CDCCore
import Testing

@testable import TDSSource

@Suite("What a preflight finds of a table")
struct TableRulesTests {
    private func column(
        _ name: String,
        _ type: String = "int",
        id: Int? = nil,
        length: Int = 4,
        scale: Int = 0,
        isComputed: Bool = false,
        collation: String? = nil
    ) -> SourceColumn {
        SourceColumn(
            name: name,
            id: id,
            type: type,
            maxLength: length,
            precision: 10,
            scale: scale,
            isNullable: true,
            isComputed: isComputed,
            collation: collation
        )
    }

    private func facts(_ columns: [SourceColumn], captured: [SourceColumn]? = nil) -> TableFacts {
        var info = SourceTableInfo(name: "dbo.t", objectID: 1, columns: columns, key: ["id"])
        info.captureInstances = [
            CaptureInstance(
                name: "dbo_t",
                changeTableID: 2,
                sourceTableID: 1,
                startLSN: LSN(high: 1, low: 1),
                columns: captured ?? columns
            )
        ]
        var facts = TableFacts(name: "dbo.t", info: info, mayRead: true, mayViewTracking: true)
        facts.options = ["dbo_t": InstanceOptions()]
        return facts
    }

    /// A table with a column that neither of its two capture instances has.
    private func full(oldest: String) -> TableFacts {
        var table = facts([column("id"), column("b")], captured: [column("id")])
        table.info?.captureInstances.insert(
            CaptureInstance(name: oldest, changeTableID: 3, sourceTableID: 1, startLSN: LSN(high: 0, low: 1)),
            at: 0
        )
        return table
    }

    @Test("an instance of others is not dropped for a new one, nor for the room that it takes")
    func othersInstance() {
        let found = findings(full(oldest: "theirs"))
        #expect(found.map(\.code) == [.columnsNotCaptured, .captureInstancesFull])
        #expect(found.map(\.remedy) == [nil, nil])
    }

    @Test(
        "an older instance of the set-up is not dropped either, because nobody knows here what is read; it goes by itself"
    )
    func ownInstance() {
        var table = full(oldest: "swift_cdc_dbo_t_1")
        #expect(findings(table).compactMap(\.remedy) == [])
        #expect(findings(table).last?.message.contains("goes by itself") == false, "the newer one is of others")
        table.ownInstances = ["swift_cdc_dbo_t_1", "dbo_t"]
        #expect(findings(table).compactMap(\.remedy) == [])
        #expect(findings(table).last?.message.contains("goes by itself") == true)
    }

    @Test("an instance that the set-up made is made again by the set-up; one that is only called so is not")
    func setupAgain() {
        var table = facts([column("id"), column("b")], captured: [column("id")])
        table.info?.captureInstances[0].name = "swift_cdc_t_1"
        table.options = ["swift_cdc_t_1": InstanceOptions()]
        #expect(findings(table).first?.remedy?.contains("N'swift_cdc_t_1_2'") == true)
        table.ownInstances = ["swift_cdc_t_1"]
        #expect(findings(table).first?.remedy == "EXEC swift_cdc.capture_table N'dbo', N't';")
        // It would capture what cannot be read, too.
        table.info?.columns.append(column("shape", "dbo_shape"))
        #expect(findings(table).first?.remedy?.contains("N't_1_2', @captured_column_list = N'[id], [b]'") == true)
    }

    @Test("how an instance was made is kept, and a name that is taken is not")
    func sameOptions() {
        var table = facts([column("id"), column("b")], captured: [column("id")])
        table.takenNames = ["dbo_t", "dbo_t_2"]
        table.options["dbo_t"] = InstanceOptions(
            role: "gate'",
            supportsNetChanges: true,
            index: "by'id",
            filegroup: "changes",
            allowsPartitionSwitch: false
        )
        #expect(
            findings(table).first?.remedy
                == "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N't', @capture_instance = N'dbo_t_3', "
                + "@index_name = N'by''id', @filegroup_name = N'changes', @allow_partition_switch = 0, @role_name = N'gate''', "
                + "@supports_net_changes = 1;"
        )
    }

    @Test("columns that were dropped and others that were replaced have one remedy")
    func oneRemedy() {
        let found = findings(
            facts(
                [column("id", id: 1), column("b", id: 3)],
                captured: [column("id", id: 1), column("b", id: 2), column("c", id: 4)]
            )
        )
        #expect(found.map(\.code) == [.columnsDropped, .columnsReplaced])
        #expect(found.compactMap(\.remedy).count == 1)
    }

    @Test("whoever sees all definitions needs no grant for a table that is not there")
    func seesDefinitions() {
        var server = ServerFacts.sample
        #expect(findings(TableFacts(name: "dbo.nope", info: nil), server).map(\.remedy) != [nil])
        server.permissions.seesDefinitions = true
        #expect(findings(TableFacts(name: "dbo.nope", info: nil), server).map(\.remedy) == [nil])
    }

    @Test("where it is not known how an instance was made there is no statement that would make it otherwise")
    func unknownOptions() {
        var table = facts([column("id"), column("b")], captured: [column("id")])
        table.options = [:]
        #expect(findings(table).map(\.code) == [.columnsNotCaptured])
        #expect(findings(table).map(\.remedy) == [nil])
    }

    private func findings(_ table: TableFacts, _ server: ServerFacts = .sample) -> [PreflightFinding] {
        TableRules(server: server, table: table, selection: [table.name]).findings
    }

    @Test("a table that is captured as a whole gives nothing")
    func ready() { #expect(findings(facts([column("id"), column("b")])) == []) }

    @Test("a type that cannot be read is left out by a new capture instance")
    func unreadable() {
        let found = findings(facts([column("id"), column("shape]", "dbo_shape")]))
        #expect(found.map(\.code) == [.unreadableType])
        #expect(found.first?.message.contains("'shape]' (dbo_shape)") == true)
        #expect(
            found.first?.remedy == "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N't', "
                + "@capture_instance = N'dbo_t_2', @captured_column_list = N'[id]', @role_name = NULL, @supports_net_changes = 0;"
        )
    }

    @Test("a column that was dropped and added again is captured by a new instance")
    func replaced() {
        let found = findings(
            facts([column("id", id: 1), column("b", id: 3)], captured: [column("id", id: 1), column("b", id: 2)])
        )
        #expect(found.map(\.code) == [.columnsReplaced])
        #expect(found.first?.severity == .error && found.first?.message.contains("'b'") == true)
        #expect(found.first?.remedy?.contains("@capture_instance = N'dbo_t_2'") == true)
    }

    @Test("a key whose values are not read exactly is named")
    func ambiguousKey() {
        for (type, scale) in [("datetime2", 7), ("datetimeoffset", 7), ("sql_variant", 0)] {
            let found = findings(facts([column("id", type, scale: scale), column("b", "datetime2", scale: 7)]))
            #expect(found.map(\.code) == [.ambiguousKey])
            #expect(found.first?.message.contains("'id' (\(type)") == true)
        }
        for (type, scale) in [("datetime2", 6), ("time", 7), ("datetime", 3)] {
            #expect(findings(facts([column("id", type, scale: scale)])) == [])
        }
    }

    @Test("a column that is not captured asks for a second instance")
    func newColumn() {
        let all = [column("id"), column("b")]
        var table = facts(all, captured: [column("id")])
        let found = findings(table)
        #expect(found.map(\.code) == [.columnsNotCaptured])
        #expect(
            found.first?.remedy == "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N't', "
                + "@capture_instance = N'dbo_t_2', @role_name = NULL, @supports_net_changes = 0;"
        )
        let long = String(repeating: "x", count: 100)
        table.options[long] = table.options["dbo_t"]
        table.info?.captureInstances[0].name = long
        #expect(findings(table).first?.remedy?.contains("N'\(String(repeating: "x", count: 98))_2'") == true)
    }

    @Test("a key that is not captured is an error, and no second finding besides")
    func key() {
        let found = findings(facts([column("id"), column("b")], captured: [column("b")]))
        #expect(found.map(\.code) == [.keyNotCaptured])
        #expect(found.map(\.severity) == [.error])
    }

    @Test("a computed column is left out, is not missed where it is not captured, and its type does not matter")
    func computed() {
        let computed = column("c", "dbo_shape", isComputed: true)
        #expect(findings(facts([column("id"), computed])).map(\.code) == [.computedColumns])
        #expect(findings(facts([column("id"), column("c", isComputed: true)], captured: [column("id")])) == [])
        #expect(findings(facts([column("id"), column("c", "dbo_shape")], captured: [column("id")])) == [])
    }

    @Test("a table that may not be read is told with the grant")
    func unreadableTable() {
        var table = facts([column("id")])
        table.mayRead = false
        #expect(findings(table).map(\.remedy) == ["GRANT SELECT ON OBJECT::[dbo].[t] TO [reader];"])
    }

    @Test("nothing is said of captures, where none are wanted or their catalogue may not be read")
    func captureUnknown() {
        var table = facts([column("id")])
        table.info?.captureInstances = []
        #expect(findings(table).map(\.code) == [.tableNotCaptured])
        var server = ServerFacts.sample
        server.permissions.readsCapture = false
        #expect(findings(table, server) == [])
        server.permissions.readsCapture = true
        server.isCaptureEnabled = false
        #expect(findings(table, server).map(\.code) == [.tableNotCaptured])
    }

    @Test("a name that differs in the case of its letters is offered")
    func similar() {
        let found = findings(TableFacts(name: "dbo.Orders", info: nil, similar: ["dbo.orders"]))
        #expect(found.map(\.code) == [.tableNotFound])
        #expect(
            found.first?.message == "there is no table dbo.Orders, but dbo.orders: names are compared to the letter"
        )
    }

    @Test("large values are limited where they are captured, until the limit is lifted")
    func largeObjects() {
        let table = facts([column("id"), column("note", "nvarchar", length: -1)])
        let found = findings(table)
        #expect(found.map(\.code) == [.largeObjectLimit])
        #expect(found.first?.remedy == "EXEC sys.sp_configure N'max text repl size (B)', -1; RECONFIGURE;")
        var server = ServerFacts.sample
        server.largeObjectLimit = .known(-1)
        #expect(findings(table, server) == [])
        server.largeObjectLimit = .unknown("no")
        #expect(findings(table, server).map(\.code) == [.unknown])
        // There the setting is in the parameter group.
        server.largeObjectLimit = .known(65_536)
        server.platform = .amazonRDS
        #expect(findings(table, server).map(\.remedy) == [nil])
        server.platform = .azureSQLDatabase
        #expect(findings(table, server) == [])
        server = .sample
        server.largeObjectLimit = .known(0)
        #expect(findings(table, server).map(\.code) == [.largeObjectLimit])
    }

    @Test("text of another collation than the database's may be captured wrongly")
    func collation() {
        let columns = [column("id"), column("name", "varchar", length: 50, collation: "Cyrillic_General_CI_AS")]
        #expect(findings(facts(columns)).map(\.code) == [.collationDiffers])
        let wide = [column("id"), column("name", "nvarchar", length: 100, collation: "Cyrillic_General_CI_AS")]
        #expect(findings(facts(wide)) == [])
        let other = ["char", "text"].map { column($0, $0, length: 9, collation: "Cyrillic_General_CI_AS") }
        let differing = findings(facts([column("id")] + other)).first { $0.code == .collationDiffers }
        #expect(differing?.message.hasPrefix("'char', 'text' of table") == true)
        // One that no catalogue gives a collation.
        #expect(findings(facts([column("id"), column("name", "varchar", length: 9)])) == [])
    }

    @Test("what is deleted soon is a warning; what is deleted, an error")
    func retention() {
        var table = facts([column("id")])
        table.retention = SourceHealth.Retention(left: .seconds(3600), share: 0.3)
        #expect(findings(table) == [])
        table.retention = SourceHealth.Retention(left: .seconds(3600), share: 0.25)
        #expect(findings(table) == [])
        table.retention = SourceHealth.Retention(left: .seconds(3600), share: 0.24)
        #expect(findings(table).map(\.severity) == [.warning])
        table.retention = SourceHealth.Retention(left: .zero, share: 0)
        #expect(findings(table).map(\.severity) == [.error])
    }

    @Test("a change table without __$command_id is told")
    func commandID() {
        var table = facts([column("id")])
        table.info?.captureInstances[0].hasCommandID = false
        #expect(findings(table).map(\.code) == [.noCommandID])
        #expect(findings(table).map(\.remedy) == ["EXEC sys.sp_cdc_vupgrade;"])
    }

    @Test("a capture instance for members of a role is told with the statement that lets the user in")
    func gate() {
        var table = facts([column("id")])
        table.closedGates = ["dbo_t": "gate]"]
        #expect(findings(table).map(\.remedy) == ["ALTER ROLE [gate]]] ADD MEMBER [reader];"])
    }

    @Test("a table without a key is told what it cannot have, and cannot be read with large objects")
    func keyless() {
        var table = facts([column("id")])
        table.info?.key = []
        #expect(findings(table).map(\.severity) == [.warning])
        #expect(
            findings(table)[0].message.contains("its rows are counted")
                && findings(table)[0].message.contains("SCD type 2")
        )
        table = facts([column("id"), column("note", "nvarchar", length: -1)])
        table.info?.key = []
        let finding = findings(table).first { $0.code == .noKey }
        #expect(finding?.severity == .error && finding?.message.contains("(note)") == true)
    }

    @Test("Change Tracking suffices for a table with a key, and needs a right of its own")
    func tracking() {
        var info = SourceTableInfo(name: "dbo.t", objectID: 1, columns: [column("id")], key: ["id"])
        info.changeTracking = .init(tracksColumns: true)
        var table = TableFacts(name: "dbo.t", info: info, mayRead: true, mayViewTracking: true)
        #expect(findings(table) == [])
        table.mayViewTracking = false
        #expect(findings(table).map(\.remedy) == ["GRANT VIEW CHANGE TRACKING ON OBJECT::[dbo].[t] TO [reader];"])
        #expect(findings(table).map(\.severity) == [.error])
        // Its capture instance can be read in its place.
        table.info?.captureInstances = facts([column("id")]).info?.captureInstances ?? []
        #expect(findings(table).map(\.severity) == [.warning])
        table.info?.captureInstances = []
        table.mayViewTracking = true
        table.info?.key = []
        #expect(findings(table).map(\.code) == [.noKey, .tableNotCaptured])
    }
}
