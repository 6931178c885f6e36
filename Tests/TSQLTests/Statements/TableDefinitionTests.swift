import Testing

/// `CREATE`, `ALTER` and `DROP` of tables and indexes.
@Suite("Definitions of tables")
struct TableDefinitionTests {
    @Test("Columns")
    func columns() {
        expectTree(
            """
            CREATE TABLE dbo.t (a int, b dbo.Phone NULL, c nvarchar(max) COLLATE Latin1_General_BIN NOT NULL, d
            varchar(10) SPARSE, e uniqueidentifier ROWGUIDCOL, timestamp)
            """,
            """
            (createTable dbo.t columns:[(a type:int) (b type:dbo.Phone +isNullable) (c type:nvarchar(max)
            collation:Latin1_General_BIN -isNullable) (d type:varchar(10) +isSparse) (e type:uniqueidentifier
            +isRowGUID) timestamp])
            """
        )
        expectTree(
            "CREATE TABLE t (a int IDENTITY, b bigint IDENTITY(-5, 10) NOT FOR REPLICATION NOT NULL)",
            """
            (createTable t columns:[(a type:int identity:(seed:1 increment:1)) (b type:bigint -isNullable
            identity:(seed:-5 increment:10 +isNotForReplication))])
            """
        )
        expectTree(
            "CREATE TABLE t (a AS b + 1, c AS (b * 2) PERSISTED NOT NULL)",
            """
            (createTable t columns:[(a computation:(+ b 1)) (c computation:((* b 2) +isPersisted) -isNullable)])
            """
        )
        expectTree(
            """
            CREATE TABLE #t (a int DEFAULT 1 NOT NULL, b datetime CONSTRAINT df DEFAULT (GETDATE()), c int NULL
            CHECK (c > 0))
            """,
            """
            (createTable #t columns:[(a type:int -isNullable constraints:[(kind:(defaultValue 1))]) (b
            type:datetime constraints:[(df kind:(defaultValue (function GETDATE)))]) (c type:int +isNullable
            constraints:[(kind:(check (> c 0)))])])
            """
        )
    }

    @Test("Constraints of columns")
    func constraintsOfColumns() {
        expectTree(
            """
            CREATE TABLE t (a int CONSTRAINT pk PRIMARY KEY NONCLUSTERED WITH (FILLFACTOR = 80, PAD_INDEX = ON)
            ON [PRIMARY], b int UNIQUE, c int REFERENCES u, d int FOREIGN KEY REFERENCES dbo.u (x) ON DELETE
            CASCADE ON UPDATE NO ACTION)
            """,
            """
            (createTable t columns:[(a type:int constraints:[(pk kind:(primaryKey -isClustered
            options:[(FILLFACTOR value:80) (PAD_INDEX value:on)] filegroup:PRIMARY))]) (b type:int
            constraints:[(kind:(unique))]) (c type:int constraints:[(kind:(foreignKey u))]) (d type:int
            constraints:[(kind:(foreignKey dbo.u referencedColumns:[x] onDelete:cascade onUpdate:no-action))])])
            """
        )
    }

    @Test("Constraints of tables")
    func constraintsOfTables() {
        expectTree(
            """
            CREATE TABLE t (a int, b int CONSTRAINT pk PRIMARY KEY CLUSTERED (a ASC, b DESC), CONSTRAINT fk
            FOREIGN KEY (a, b) REFERENCES u (c, d) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT FOR REPLICATION,
            CHECK NOT FOR REPLICATION (a > 0 AND b > 0), CONSTRAINT uq UNIQUE (b) WITH FILLFACTOR = 90)
            """,
            """
            (createTable t columns:[(a type:int) (b type:int constraints:[(pk kind:(primaryKey +isClustered
            columns:[a (b +isDescending)]))])] constraints:[(fk kind:(foreignKey columns:[a b] u
            referencedColumns:[c d] onDelete:set-null onUpdate:set-default +isNotForReplication)) (kind:(check
            (and [(> a 0) (> b 0)]) +isNotForReplication)) (uq kind:(unique columns:[b] options:[(FILLFACTOR
            value:90)]))])
            """
        )
        expectTree(
            """
            CREATE TABLE t (a int, INDEX i1 UNIQUE CLUSTERED (a), b int INDEX i2, INDEX i3 (a, b DESC) INCLUDE
            (c) WHERE b > 1)
            """,
            """
            (createTable t columns:[(a type:int) (b type:int index:i2)] indexes:[(i1 +isUnique +isClustered
            columns:[a]) (i3 columns:[a (b +isDescending)] include:[c] where:(> b 1))])
            """
        )
    }

    @Test("Places and options")
    func placesAndOptions() {
        expectTree(
            "CREATE TABLE t (a int, b ntext) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY] WITH (DATA_COMPRESSION = PAGE)",
            """
            (createTable t columns:[(a type:int) (b type:ntext)] options:[(DATA_COMPRESSION value:(word PAGE))]
            filegroup:PRIMARY textFilegroup:PRIMARY)
            """
        )
        expectTree(
            "CREATE TABLE t (a int,) ON scheme (a)",
            "(createTable t columns:[(a type:int)] filegroup:(scheme partitionColumn:a))"
        )
    }

    @Test("Alter table add")
    func alterTableAdd() {
        expectTree(
            """
            ALTER TABLE dbo.t ADD a int NULL, b int NOT NULL CONSTRAINT df DEFAULT 0 WITH VALUES, CONSTRAINT pk
            PRIMARY KEY (a)
            """,
            """
            (alterTable dbo.t action:(add columns:[(a type:int +isNullable) (b type:int -isNullable
            constraints:[(df kind:(defaultValue 0 +withValues))])] constraints:[(pk kind:(primaryKey
            columns:[a]))]))
            """
        )
        expectTree(
            "ALTER TABLE t ADD CONSTRAINT df DEFAULT (1) FOR a",
            "(alterTable t action:(add constraints:[(df kind:(defaultValue 1 column:a))]))"
        )
        expectTree(
            "ALTER TABLE t WITH NOCHECK ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES u (b)",
            """
            (alterTable t action:(add constraints:[(fk kind:(foreignKey columns:[a] u referencedColumns:[b]))]
            -isChecked))
            """
        )
        expectTree(
            "ALTER TABLE t WITH CHECK ADD CHECK (a > 1)",
            "(alterTable t action:(add constraints:[(kind:(check (> a 1)))] +isChecked))"
        )
    }

    @Test("Alter table columns")
    func alterTableColumns() {
        expectTree(
            "ALTER TABLE t ALTER COLUMN a varchar(20) COLLATE Latin1_General_BIN NOT NULL",
            "(alterTable t action:(alterColumn a type:varchar(20) collation:Latin1_General_BIN -isNullable))"
        )
        expectTree(
            "ALTER TABLE t ALTER COLUMN a ADD PERSISTED ALTER TABLE t ALTER COLUMN a DROP NOT FOR REPLICATION",
            """
            (alterTable t action:(alterColumnProperty column:a property:PERSISTED +isAdded)) (alterTable t
            action:(alterColumnProperty column:a property:«NOT FOR REPLICATION»))
            """
        )
        expectTree(
            "ALTER TABLE t DROP COLUMN a, b",
            "(alterTable t action:(drop [(kind:column a) (kind:column b)]))"
        )
        expectTree(
            "ALTER TABLE t DROP CONSTRAINT IF EXISTS c, COLUMN d",
            "(alterTable t action:(drop [(kind:constraint +isIfExists c) (kind:column d)]))"
        )
        expectTree(
            "ALTER TABLE t DROP c WITH (ONLINE = ON)",
            "(alterTable t action:(drop [(kind:constraint c options:[(ONLINE value:on)])]))"
        )
    }

    @Test("Alter table switches")
    func alterTableSwitches() {
        expectTree("ALTER TABLE t CHECK CONSTRAINT ALL", "(alterTable t action:(switchConstraints +isEnabled))")
        expectTree(
            "ALTER TABLE t WITH CHECK CHECK CONSTRAINT a, b",
            "(alterTable t action:(switchConstraints [a b] +isEnabled +isChecked))"
        )
        expectTree("ALTER TABLE t NOCHECK CONSTRAINT a", "(alterTable t action:(switchConstraints [a]))")
        expectTree(
            "ALTER TABLE t DISABLE TRIGGER ALL ALTER TABLE t ENABLE TRIGGER a, b",
            "(alterTable t action:(switchTriggers)) (alterTable t action:(switchTriggers [a b] +isEnabled))"
        )
        expectTree(
            "ALTER TABLE t ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)",
            "(alterTable t action:(changeTracking +isEnabled options:[(TRACK_COLUMNS_UPDATED value:on)]))"
        )
        expectTree("ALTER TABLE t DISABLE CHANGE_TRACKING", "(alterTable t action:(changeTracking))")
        expectTree(
            "ALTER TABLE t SWITCH TO u ALTER TABLE t SWITCH PARTITION 1 TO dbo.u PARTITION @n",
            """
            (alterTable t action:(switchPartition to:u)) (alterTable t action:(switchPartition 1 to:dbo.u
            targetPartition:@n))
            """
        )
        expectTree(
            "ALTER TABLE t SET (LOCK_ESCALATION = AUTO) ALTER TABLE t REBUILD WITH (DATA_COMPRESSION = ROW)",
            """
            (alterTable t action:(set [(LOCK_ESCALATION value:(word AUTO))])) (alterTable t action:(rebuild
            [(DATA_COMPRESSION value:(word ROW))]))
            """
        )
    }

    @Test("Indexes")
    func indexes() {
        expectTree("CREATE INDEX i ON dbo.t (a)", "(createIndex i dbo.t columns:[a])")
        expectTree(
            """
            CREATE UNIQUE NONCLUSTERED INDEX i ON t (a DESC, b) INCLUDE (c, d) WHERE a IS NOT NULL AND b > 1
            WITH (ONLINE = ON, FILLFACTOR = 80) ON [PRIMARY]
            """,
            """
            (createIndex i t +isUnique -isClustered columns:[(a +isDescending) b] include:[c d] where:(and
            [(isNull a +isNegated) (> b 1)]) options:[(ONLINE value:on) (FILLFACTOR value:80)]
            filegroup:PRIMARY)
            """
        )
        expectTree(
            "CREATE CLUSTERED INDEX i ON t (a) WITH FILLFACTOR = 80, DROP_EXISTING",
            "(createIndex i t +isClustered columns:[a] options:[(FILLFACTOR value:80) DROP_EXISTING])"
        )
        expectTree(
            """
            ALTER INDEX ALL ON t REBUILD WITH (ONLINE = ON) ALTER INDEX i ON t DISABLE ALTER INDEX i ON t SET
            (ALLOW_ROW_LOCKS = OFF)
            """,
            """
            (alterIndex t action:rebuild options:[(ONLINE value:on)]) (alterIndex i t action:disable)
            (alterIndex i t action:set options:[(ALLOW_ROW_LOCKS value:off)])
            """
        )
        expectTree("DROP INDEX i ON t, dbo.u.j", "(dropIndex indexes:[(i t) (j dbo.u)])")
        expectTree(
            "DROP INDEX IF EXISTS i ON t WITH (ONLINE = OFF)",
            "(dropIndex +isIfExists indexes:[(i t)] options:[(ONLINE value:off)])"
        )
        expectTree(
            """
            CREATE STATISTICS s ON t (a, b) WHERE a > 1 WITH SAMPLE 10 PERCENT, NORECOMPUTE UPDATE STATISTICS t
            s WITH FULLSCAN
            """,
            """
            (createStatistics s t columns:[a b] where:(> a 1) options:[(SAMPLE value:10 unit:PERCENT)
            NORECOMPUTE]) (updateStatistics t names:[s] options:[FULLSCAN])
            """
        )
    }
}
