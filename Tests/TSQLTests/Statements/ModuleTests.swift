import Testing

/// What keeps its text in the catalogue.
@Suite("Views, procedures, functions and triggers")
struct ModuleTests {
    @Test("Views")
    func views() {
        expectTree(
            """
            CREATE VIEW dbo.v (a, b) WITH SCHEMABINDING, VIEW_METADATA AS SELECT 1, 2 FROM dbo.t WITH CHECK
            OPTION
            """,
            """
            (createView form:create dbo.v columns:[a b] options:[(word SCHEMABINDING) (word VIEW_METADATA)]
            (specification [1 2] from:[(table dbo.t)]) +withCheckOption)
            """
        )
        expectTree(
            "CREATE OR ALTER VIEW v AS WITH c AS (SELECT 1 AS a) SELECT a FROM c",
            """
            (createView form:create-or-alter v (with:(tables:[(c (specification [(expression 1 alias:a)]))])
            (specification [a] from:[(table c)])))
            """
        )
        expectTree(
            "ALTER VIEW v AS SELECT 1 AS a UNION ALL SELECT 2",
            """
            (createView form:alter v (union-all [(specification [(expression 1 alias:a)]) (specification [2])]))
            """
        )
    }

    @Test("Procedures")
    func procedures() {
        expectTree(
            "CREATE PROCEDURE dbo.p AS SELECT 1",
            "(createProcedure form:create dbo.p [(select (specification [1]))])"
        )
        expectTree(
            """
            CREATE OR ALTER PROC p (@a int, @b varchar(10) = 'x' OUTPUT, @c dbo.T READONLY, @d int = -1, @e
            sysname = word, @f int NULL = NULL OUT, @g CURSOR VARYING OUTPUT) WITH EXECUTE AS OWNER, RECOMPILE
            AS BEGIN SET NOCOUNT ON; RETURN 0 END
            """,
            """
            (createProcedure form:create-or-alter p parameters:[(@a type:int) (@b type:varchar(10)
            defaultValue:'x' +isOutput) (@c type:dbo.T +isReadOnly) (@d type:int defaultValue:(- 1)) (@e
            type:sysname defaultValue:'word') (@f type:int +isNullable defaultValue:null +isOutput) (@g
            type:CURSOR +isOutput +isVarying)] options:[(executeAs OWNER) (word RECOMPILE)] [(block [(set
            (switches [NOCOUNT] +isOn)) (return 0)])])
            """
        )
        expectTree(
            "ALTER PROCEDURE p @a AS int WITH EXECUTE AS 'u' FOR REPLICATION AS PRINT @a; PRINT 2",
            """
            (createProcedure form:alter p parameters:[(@a type:int)] options:[(executeAsUser u)]
            +isForReplication [(print @a) (print 2)])
            """
        )
        expectTree("CREATE PROC p;2 AS RETURN", "(createProcedure form:create p number:2 [(return)])")
    }

    @Test("Functions")
    func functions() {
        expectTree(
            """
            CREATE FUNCTION dbo.f (@a int, @b int = 1) RETURNS decimal(10, 2) WITH SCHEMABINDING, RETURNS NULL
            ON NULL INPUT AS BEGIN RETURN @a + @b END
            """,
            """
            (createFunction form:create dbo.f parameters:[(@a type:int) (@b type:int defaultValue:1)]
            options:[(word SCHEMABINDING) (word «RETURNS NULL ON NULL INPUT»)] (scalar decimal(10,2) [(return (+
            @a @b))]))
            """
        )
        expectTree(
            "CREATE FUNCTION f () RETURNS TABLE WITH SCHEMABINDING AS RETURN (SELECT 1 AS a)",
            """
            (createFunction form:create f options:[(word SCHEMABINDING)] (inlineTable (specification
            [(expression 1 alias:a)])))
            """
        )
        expectTree(
            "ALTER FUNCTION f (@a int) RETURNS TABLE RETURN (WITH c AS (SELECT @a AS a) SELECT a FROM c)",
            """
            (createFunction form:alter f parameters:[(@a type:int)] (inlineTable with:(tables:[(c (specification
            [(expression @a alias:a)]))]) (specification [a] from:[(table c)])))
            """
        )
        expectTree(
            """
            CREATE FUNCTION f (@a int) RETURNS @t TABLE (a int PRIMARY KEY) WITH EXECUTE AS CALLER BEGIN INSERT
            @t VALUES (@a); RETURN END
            """,
            """
            (createFunction form:create f parameters:[(@a type:int)] options:[(executeAs CALLER)] (table (@t
            columns:[(a type:int constraints:[(kind:(primaryKey))])]) [(insert @t source:(values [[@a]]))
            (return)]))
            """
        )
    }

    @Test("Triggers")
    func triggers() {
        expectTree(
            """
            CREATE TRIGGER dbo.tr ON dbo.t AFTER INSERT, UPDATE, DELETE NOT FOR REPLICATION AS IF UPDATE(a) OR
            COLUMNS_UPDATED() & 2 > 0 SELECT * FROM inserted
            """,
            """
            (createTrigger form:create dbo.tr scope:(object dbo.t) timing:after events:[INSERT UPDATE DELETE]
            +isNotForReplication [(conditional condition:(or [(updated column:a) (> (& (function
            COLUMNS_UPDATED) 2) 0)]) then:(select (specification [(star)] from:[(table inserted)])))])
            """
        )
        expectTree(
            "CREATE OR ALTER TRIGGER tr ON v WITH EXECUTE AS SELF INSTEAD OF DELETE AS RETURN",
            """
            (createTrigger form:create-or-alter tr scope:(object v) options:[(executeAs SELF)] timing:instead-of
            events:[DELETE] [(return)])
            """
        )
        expectTree(
            """
            CREATE TRIGGER tr ON DATABASE FOR ALTER_TABLE, DROP_TABLE AS SELECT
            EVENTDATA().value('(/EVENT_INSTANCE/ObjectName)[1]', 'sysname')
            """,
            """
            (createTrigger form:create tr scope:database timing:after events:[ALTER_TABLE DROP_TABLE] [(select
            (specification [(method (function EVENTDATA) value arguments:['(/EVENT_INSTANCE/ObjectName)[1]'
            'sysname'])]))])
            """
        )
        expectTree(
            "CREATE TRIGGER tr ON ALL SERVER FOR LOGON AS ROLLBACK",
            "(createTrigger form:create tr scope:allServer timing:after events:[LOGON] [(rollback)])"
        )
        expectTree(
            "ENABLE TRIGGER tr ON DATABASE; DISABLE TRIGGER a, dbo.b ON dbo.t; DISABLE TRIGGER ALL ON ALL SERVER",
            """
            (switchTrigger +isEnabled names:[tr] scope:database) (switchTrigger names:[a dbo.b] scope:(object
            dbo.t)) (switchTrigger scope:allServer)
            """
        )
    }
}
