import Testing

/// Statements about what is not a table.
@Suite("Databases, schemas, types and security")
struct CatalogueTests {
    @Test("Schemas")
    func schemas() {
        expectTree("CREATE SCHEMA s AUTHORIZATION dbo", "(createSchema s owner:dbo)")
        expectTree(
            """
            CREATE SCHEMA AUTHORIZATION u CREATE TABLE t (a int) CREATE VIEW v AS SELECT 1 AS a GRANT SELECT ON
            v TO x
            """,
            """
            (createSchema owner:u elements:[(createTable t columns:[(a type:int)]) (createView form:create v
            (specification [(expression 1 alias:a)])) (permission action:grant permissions:[SELECT] securable:v
            principals:[x])])
            """
        )
        expectTree(
            "ALTER SCHEMA s TRANSFER dbo.t ALTER SCHEMA s TRANSFER TYPE::dbo.x",
            "(alterSchema s transferring:dbo.t) (alterSchema s transferring:(kind:TYPE dbo.x))"
        )
    }

    @Test("Types synonyms and sequences")
    func typesSynonymsAndSequences() {
        expectTree(
            "CREATE TYPE dbo.Phone FROM varchar(20) NOT NULL",
            "(createType dbo.Phone kind:(alias varchar(20) -isNullable))"
        )
        expectTree(
            "CREATE TYPE dbo.T AS TABLE (a int PRIMARY KEY, b int) WITH (MEMORY_OPTIMIZED = ON)",
            """
            (createType dbo.T kind:(table dbo.T columns:[(a type:int constraints:[(kind:(primaryKey))]) (b
            type:int)] options:[(MEMORY_OPTIMIZED value:on)]))
            """
        )
        expectTree("CREATE SYNONYM dbo.s FOR srv.db.dbo.t", "(createSynonym dbo.s srv.db.dbo.t)")
        expectTree(
            """
            CREATE SEQUENCE dbo.s AS bigint START WITH 1 INCREMENT BY -1 MINVALUE -5 NO MAXVALUE NO CYCLE CACHE
            10
            """,
            """
            (sequence dbo.s type:bigint options:[(start 1) (increment -1) (minimum -5) (maximum) (cycle) (cache
            10)])
            """
        )
        expectTree(
            "ALTER SEQUENCE s RESTART WITH 5 NO CACHE MAXVALUE 10 CYCLE CACHE ALTER SEQUENCE s RESTART",
            """
            (sequence +isAlter s options:[(restart 5) noCache (maximum 10) (cycle true) (cache)]) (sequence
            +isAlter s options:[(restart)])
            """
        )
    }

    @Test("Databases")
    func databases() {
        expectTree("CREATE DATABASE d", "(createDatabase d)")
        expectTree(
            """
            CREATE DATABASE d CONTAINMENT = NONE ON PRIMARY (NAME = d, FILENAME = 'd.mdf', SIZE = 8192KB,
            MAXSIZE = UNLIMITED, FILEGROWTH = 10%), FILEGROUP g (NAME = e, FILENAME = 'e.ndf') LOG ON (NAME = l,
            FILENAME = 'l.ldf') COLLATE Latin1_General_CI_AS WITH TRUSTWORTHY ON
            """,
            """
            (createDatabase d containment:NONE files:[(PRIMARY files:[[(NAME value:(word d)) (FILENAME
            value:'d.mdf') (SIZE value:8192 unit:KB) (MAXSIZE value:(word UNLIMITED)) (FILEGROWTH value:10
            unit:%)]]) (g files:[[(NAME value:(word e)) (FILENAME value:'e.ndf')]]) (LOG files:[[(NAME
            value:(word l)) (FILENAME value:'l.ldf')]])] collation:Latin1_General_CI_AS options:[(TRUSTWORTHY
            value:on)])
            """
        )
        expectTree(
            "ALTER DATABASE d SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)",
            """
            (alterDatabase d action:(set [(CHANGE_TRACKING value:on options:[(CHANGE_RETENTION value:2
            unit:DAYS) (AUTO_CLEANUP value:on)])]))
            """
        )
        expectTree(
            """
            ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON ALTER DATABASE d SET RECOVERY SIMPLE,
            COMPATIBILITY_LEVEL = 150
            """,
            """
            (alterDatabase action:(set [(ALLOW_SNAPSHOT_ISOLATION value:on)])) (alterDatabase d action:(set
            [(RECOVERY value:(word SIMPLE)) (COMPATIBILITY_LEVEL value:150)]))
            """
        )
        expectTree(
            """
            ALTER DATABASE d SET SINGLE_USER WITH ROLLBACK IMMEDIATE ALTER DATABASE d SET READ_ONLY WITH
            ROLLBACK AFTER 5 SECONDS ALTER DATABASE d SET ONLINE WITH NO_WAIT
            """,
            """
            (alterDatabase d action:(set [SINGLE_USER] termination:«ROLLBACK IMMEDIATE»)) (alterDatabase d
            action:(set [READ_ONLY] termination:«ROLLBACK AFTER 5»)) (alterDatabase d action:(set [ONLINE]
            termination:NO_WAIT))
            """
        )
        expectTree(
            """
            ALTER DATABASE d SET RECOVERY FULL ALTER DATABASE d COLLATE Latin1_General_CI_AS ALTER DATABASE d
            MODIFY NAME = e
            """,
            """
            (alterDatabase d action:(set [(RECOVERY value:(word FULL))])) (alterDatabase d action:(collate
            Latin1_General_CI_AS)) (alterDatabase d action:(rename e))
            """
        )
    }

    @Test("Drop")
    func drop() {
        expectTree("DROP TABLE IF EXISTS a, dbo.b", "(drop kind:table +isIfExists names:[a dbo.b])")
        expectTree(
            """
            DROP VIEW v DROP PROC p DROP PROCEDURE IF EXISTS p DROP FUNCTION f DROP SCHEMA s DROP TYPE dbo.t
            DROP SYNONYM s DROP SEQUENCE s DROP DATABASE IF EXISTS d DROP STATISTICS t.s
            """,
            """
            (drop kind:view names:[v]) (drop kind:procedure names:[p]) (drop kind:procedure +isIfExists
            names:[p]) (drop kind:function names:[f]) (drop kind:schema names:[s]) (drop kind:type
            names:[dbo.t]) (drop kind:synonym names:[s]) (drop kind:sequence names:[s]) (drop kind:database
            +isIfExists names:[d]) (drop kind:statistics names:[t.s])
            """
        )
        expectTree(
            "DROP TRIGGER tr DROP TRIGGER a, b ON DATABASE DROP TRIGGER c ON ALL SERVER",
            """
            (drop kind:trigger names:[tr]) (drop kind:trigger names:[a b] triggerScope:database) (drop
            kind:trigger names:[c] triggerScope:all-server)
            """
        )
        expectTree(
            "DROP LOGIN l DROP USER IF EXISTS u DROP ROLE r DROP SERVER ROLE s",
            """
            (drop kind:login names:[l]) (drop kind:user +isIfExists names:[u]) (drop kind:role names:[r]) (drop
            kind:server-role names:[s])
            """
        )
    }

    @Test("Logins users and roles")
    func loginsUsersAndRoles() {
        expectTree(
            "CREATE LOGIN l WITH PASSWORD = N'x' MUST_CHANGE, CHECK_POLICY = OFF, DEFAULT_DATABASE = d",
            """
            (principal kind:login l options:[(PASSWORD value:N'x' unit:MUST_CHANGE) (CHECK_POLICY value:off)
            (DEFAULT_DATABASE value:(word d))])
            """
        )
        expectTree(
            #"CREATE LOGIN [A\b] FROM WINDOWS WITH DEFAULT_LANGUAGE = english"#,
            #"(principal kind:login «A\b» source:windows options:[(DEFAULT_LANGUAGE value:(word english))])"#
        )
        expectTree(
            "ALTER LOGIN l DISABLE ALTER LOGIN l WITH PASSWORD = 'y' OLD_PASSWORD = 'x'",
            """
            (principal +isAlter kind:login l -isEnabled) (principal +isAlter kind:login l options:[(PASSWORD
            value:'y') (OLD_PASSWORD value:'x')])
            """
        )
        expectTree(
            """
            CREATE USER u CREATE USER u FOR LOGIN l WITH DEFAULT_SCHEMA = dbo CREATE USER u WITHOUT LOGIN ALTER
            USER u WITH NAME = v
            """,
            """
            (principal kind:user u) (principal kind:user u source:(login l) options:[(DEFAULT_SCHEMA value:(word
            dbo))]) (principal kind:user u source:withoutLogin) (principal +isAlter kind:user u options:[(NAME
            value:(word v))])
            """
        )
        expectTree(
            """
            CREATE ROLE r AUTHORIZATION dbo ALTER ROLE r ADD MEMBER u ALTER ROLE r DROP MEMBER u ALTER ROLE r
            WITH NAME = s ALTER SERVER ROLE sysadmin ADD MEMBER l
            """,
            """
            (principal kind:role r owner:dbo) (alterRole role:r action:(addMember u)) (alterRole role:r
            action:(dropMember u)) (alterRole role:r action:(rename s)) (alterRole +isServerRole role:sysadmin
            action:(addMember l))
            """
        )
        expectTree(
            "ALTER AUTHORIZATION ON SCHEMA::s TO dbo ALTER AUTHORIZATION ON dbo.t TO SCHEMA OWNER",
            "(alterAuthorization (kind:SCHEMA s) owner:dbo) (alterAuthorization dbo.t)"
        )
    }

    @Test("Permissions")
    func permissions() {
        expectTree(
            "GRANT SELECT, INSERT, VIEW CHANGE TRACKING ON SCHEMA::s TO u, [r s] WITH GRANT OPTION",
            """
            (permission action:grant permissions:[SELECT INSERT «VIEW CHANGE TRACKING»] securable:(kind:SCHEMA
            s) principals:[u «r s»] +withGrantOption)
            """
        )
        expectTree(
            "GRANT SELECT (a, b), UPDATE (c) ON OBJECT::dbo.t TO public AS dbo",
            """
            (permission action:grant permissions:[(SELECT columns:[a b]) (UPDATE columns:[c])]
            securable:(kind:OBJECT dbo.t) principals:[public] grantor:dbo)
            """
        )
        expectTree(
            "GRANT SELECT ON dbo.t (a) TO u",
            "(permission action:grant permissions:[(SELECT columns:[a])] securable:dbo.t principals:[u])"
        )
        expectTree(
            "GRANT EXECUTE TO u DENY ALL PRIVILEGES ON t TO u CASCADE",
            """
            (permission action:grant permissions:[EXECUTE] principals:[u]) (permission action:deny
            permissions:[«ALL PRIVILEGES»] securable:t principals:[u] +isCascading)
            """
        )
        expectTree(
            "REVOKE GRANT OPTION FOR SELECT ON t FROM u CASCADE REVOKE CONTROL ON DATABASE::d TO u",
            """
            (permission action:revoke permissions:[SELECT] securable:t principals:[u] +withGrantOption
            +isCascading) (permission action:revoke permissions:[CONTROL] securable:(kind:DATABASE d)
            principals:[u])
            """
        )
    }
}
