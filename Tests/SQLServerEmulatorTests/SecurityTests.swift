import Testing

@testable import SQLServerEmulator

@Suite("Whom a session acts as, and what it may do")
struct SecurityTests {
    let bench: Bench

    init() throws {
        bench = try Bench()
        bench.run(
            """
            CREATE LOGIN ann WITH PASSWORD = 'x'; CREATE USER ann FOR LOGIN ann; CREATE USER bob WITHOUT LOGIN
            CREATE TABLE t (id INT, a INT); INSERT t VALUES (1, 10)
            """
        )
    }

    private func number(_ answer: [String]) -> String { answer.last.map { String($0.prefix { $0 != "," }) } ?? "" }

    @Test func executeAsUser() {
        #expect(
            bench.run(
                """
                EXECUTE AS USER = 'ann'
                SELECT USER_NAME(), SUSER_SNAME(), ORIGINAL_LOGIN(), IS_MEMBER('db_owner'), IS_SRVROLEMEMBER('sysadmin')
                REVERT
                SELECT USER_NAME(), SUSER_SNAME(), IS_SRVROLEMEMBER('sysadmin')
                """
            ).filter { !$0.hasPrefix("#") } == ["ann | ann | sa | 0 | 0", "dbo | sa | 1"]
        )
        #expect(number(bench.run("EXECUTE AS USER = 'ann'; SELECT * FROM t")) == "Msg 229")
        // It lasts longer than the batch.
        #expect(bench.run("SELECT USER_NAME()").last == "ann")
        #expect(number(bench.run("EXECUTE AS USER = 'bob'")) == "Msg 15517")
        #expect(number(bench.run("USE master; REVERT")) == "Msg 15199")
        #expect(bench.run("USE shop; REVERT; REVERT; SELECT USER_NAME()").last == "dbo")
        #expect(number(bench.run("EXECUTE AS USER = 'nobody'")) == "Msg 15517")
        #expect(number(bench.run("EXECUTE AS LOGIN = 'nobody'")) == "Msg 15406")
        bench.run("CREATE DATABASE other")
        #expect(number(bench.run("EXECUTE AS LOGIN = 'ann'; USE other")) == "Msg 916")
        #expect(number(bench.run("SELECT * FROM other.dbo.t")) == "Msg 916")
        // A user of a database is nobody on the server, also where it is the owner.
        #expect(
            bench.run("REVERT; EXECUTE AS USER = 'dbo'; SELECT IS_MEMBER('db_owner'), IS_SRVROLEMEMBER('sysadmin')")
                .last == "1 | 0"
        )
        #expect(number(bench.run("CREATE DATABASE more")) == "Msg 262")
    }

    @Test func modulesExecuteAs() {
        bench.run("CREATE PROCEDURE who AS SELECT USER_NAME()")
        bench.run("CREATE PROCEDURE as_owner WITH EXECUTE AS OWNER AS BEGIN EXEC ('SELECT USER_NAME(), id FROM t') END")
        bench.run("CREATE PROCEDURE as_bob WITH EXECUTE AS 'bob' AS EXEC who")
        bench.run("CREATE PROCEDURE as_self WITH EXECUTE AS SELF AS SELECT USER_NAME()")
        bench.run("CREATE PROCEDURE as_caller WITH EXECUTE AS CALLER AS EXEC ('SELECT id FROM t')")
        bench.run("CREATE PROCEDURE leaves AS BEGIN EXECUTE AS USER = 'bob'; SELECT USER_NAME() END")
        #expect(number(bench.run("CREATE PROCEDURE x WITH EXECUTE AS 'none' AS PRINT 1")) == "Msg 15151")
        #expect(bench.run("EXEC leaves; SELECT USER_NAME()").last == "dbo")
        bench.run("GRANT EXECUTE ON SCHEMA::dbo TO ann; EXECUTE AS USER = 'ann'")
        #expect(bench.run("EXEC as_owner").last == "dbo | 1")
        #expect(bench.run("EXEC as_self").last == "dbo")
        #expect(number(bench.run("EXEC as_caller")) == "Msg 229")
        #expect(bench.run("EXEC who; REVERT").last == "ann")
        #expect(bench.run("EXEC as_bob").last == "bob")
        #expect(bench.run("SELECT USER_NAME()").last == "dbo")
        #expect(
            bench.run(
                "SELECT OBJECT_NAME(object_id), USER_NAME(NULLIF(execute_as_principal_id, -2)), execute_as_principal_id FROM sys.sql_modules WHERE execute_as_principal_id IS NOT NULL ORDER BY 1"
            ).dropFirst() == ["as_bob | bob | 6", "as_owner | NULL | -2", "as_self | dbo | 1"]
        )
        #expect(bench.run("EXEC ('SELECT USER_NAME()') AS USER = 'bob'; SELECT USER_NAME()").contains("bob"))
        #expect(bench.run("SELECT USER_NAME()").last == "dbo")
    }

    @Test func whoMayBeActedAs() {
        bench.run("CREATE LOGIN eve WITH PASSWORD = 'x'")
        bench.run("CREATE SCHEMA bobs AUTHORIZATION bob")
        bench.run("CREATE PROCEDURE bobs.as_owner WITH EXECUTE AS OWNER AS EXEC ('SELECT USER_NAME()')")
        #expect(bench.run("EXEC bobs.as_owner").last == "bob")
        // A module reverts what it has begun itself, and no more.
        bench.run("CREATE PROCEDURE reverts AS BEGIN REVERT; SELECT USER_NAME() END")
        bench.run("GRANT EXECUTE ON SCHEMA::dbo TO ann; EXECUTE AS USER = 'ann'")
        #expect(bench.run("EXEC reverts").last == "ann")
        #expect(number(bench.run("REVERT; EXECUTE AS LOGIN = 'ann'; EXECUTE AS LOGIN = 'eve'")) == "Msg 15406")
        bench.run("REVERT; EXECUTE AS USER = 'ann' WITH NO REVERT")
        #expect(bench.run("REVERT; SELECT USER_NAME()").last == "ann")
    }

    @Test func anOwnersModulesMayUseItsTables() {
        bench.run("CREATE PROCEDURE p AS BEGIN UPDATE t SET a = a + 1; SELECT a FROM t END")
        bench.run("CREATE VIEW v AS SELECT a FROM t")
        bench.run("CREATE SCHEMA bobs AUTHORIZATION bob")
        bench.run("CREATE VIEW bobs.v AS SELECT a FROM dbo.t")
        bench.run("CREATE PROCEDURE text AS EXEC sp_executesql N'SELECT a FROM t'")
        bench.run("EXECUTE AS USER = 'ann'")
        #expect(number(bench.run("EXEC p")) == "Msg 229")
        #expect(number(bench.run("SELECT * FROM v")) == "Msg 229")
        bench.run(
            "REVERT; GRANT EXECUTE ON p TO ann; GRANT EXECUTE ON text TO ann; GRANT SELECT ON v TO ann; GRANT SELECT ON bobs.v TO ann"
        )
        bench.run("EXECUTE AS USER = 'ann'")
        #expect(bench.run("EXEC p").last == "11")
        #expect(bench.run("SELECT * FROM v").last == "11")
        // The chain ends where somebody else's object begins, and in a text.
        #expect(number(bench.run("SELECT * FROM bobs.v")) == "Msg 229")
        #expect(number(bench.run("EXEC text")) == "Msg 229")
    }

    @Test(arguments: [
        ("INSERT", "INSERT t VALUES (2, 2)"), ("UPDATE", "UPDATE t SET a = 1"), ("DELETE", "DELETE t"),
        ("SELECT", "SELECT * FROM t"), ("INSERT", "INSERT t DEFAULT VALUES"),
    ])
    func eachStatementNeedsItsPermission(permission: String, statement: String) {
        bench.run("EXECUTE AS USER = 'ann'")
        #expect(
            bench.run(statement) == [
                "Msg 229, Level 14, Line 1: The \(permission) permission was denied on the object 't', database 'shop', schema 'dbo'."
            ]
        )
        bench.run("REVERT; GRANT \(permission) ON t TO ann; EXECUTE AS USER = 'ann'")
        #expect(bench.run(statement).contains { $0.hasPrefix("Msg") } == false)
        bench.run("REVERT; DENY \(permission) ON SCHEMA::dbo TO ann; EXECUTE AS USER = 'ann'")
        #expect(number(bench.run(statement)) == "Msg 229")
        bench.run("REVERT; REVOKE \(permission) ON SCHEMA::dbo FROM ann; EXECUTE AS USER = 'ann'")
        #expect(bench.run(statement).contains { $0.hasPrefix("Msg") } == false)
    }

    @Test func lookingAtRowsNeedsSelectToo() {
        bench.run("GRANT UPDATE, DELETE ON t TO ann; EXECUTE AS USER = 'ann'")
        for statement in [
            "UPDATE t SET a = 1 WHERE id = 1", "UPDATE t SET a += 1", "UPDATE t SET a = id", "DELETE t WHERE id = 1",
        ] {
            #expect(bench.run(statement).last?.contains("The SELECT permission was denied") == true, "\(statement)")
        }
        #expect(bench.run("UPDATE t SET a = 1; DELETE t") == ["(1 rows)", "(1 rows)"])
    }

    @Test func rolesThatRead() {
        bench.run(
            "ALTER ROLE db_datareader ADD MEMBER ann; ALTER ROLE db_datawriter ADD MEMBER ann; EXECUTE AS USER = 'ann'"
        )
        #expect(bench.run("SELECT id FROM t; UPDATE t SET a = 3 WHERE id = 1").suffix(2) == ["1", "(1 rows)"])
        bench.run("REVERT; ALTER ROLE db_denydatareader ADD MEMBER ann; EXECUTE AS USER = 'ann'")
        #expect(number(bench.run("SELECT id FROM t")) == "Msg 229")
        bench.run("REVERT; ALTER ROLE db_denydatawriter ADD MEMBER ann; EXECUTE AS USER = 'ann'")
        #expect(number(bench.run("DELETE t")) == "Msg 229")
    }

    @Test func permissionsByName() {
        bench.run(
            "GRANT VIEW CHANGE TRACKING ON SCHEMA::dbo TO ann; GRANT VIEW DATABASE STATE TO ann; GRANT SELECT ON t TO bob"
        )
        bench.run(
            "CREATE ROLE readers; ALTER ROLE readers ADD MEMBER bob; DENY UPDATE ON t TO readers; GRANT UPDATE ON t TO bob"
        )
        #expect(
            bench.run(
                "EXECUTE AS USER = 'ann'; SELECT HAS_PERMS_BY_NAME('dbo.t', 'OBJECT', 'VIEW CHANGE TRACKING'), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DATABASE STATE'), HAS_PERMS_BY_NAME('dbo.t', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'); REVERT"
            ).last == "1 | 1 | 0 | 0"
        )
        #expect(
            bench.run(
                "EXECUTE AS USER = 'bob'; SELECT HAS_PERMS_BY_NAME('dbo.t', 'OBJECT', 'SELECT'), HAS_PERMS_BY_NAME('dbo.t', 'OBJECT', 'UPDATE'), IS_ROLEMEMBER('readers'), IS_MEMBER('db_owner'), IS_ROLEMEMBER('nothing'); REVERT"
            ).last == "1 | 0 | 1 | 0 | NULL"
        )
        #expect(
            bench.run(
                "SELECT USER_NAME(grantee_principal_id), permission_name, class_desc, state_desc, type FROM sys.database_permissions ORDER BY 1, 2, 4"
            ).dropFirst() == [
                "ann | VIEW CHANGE TRACKING | SCHEMA | GRANT | VWCT",
                "ann | VIEW DATABASE STATE | DATABASE | GRANT | VWDS",
                "bob | SELECT | OBJECT_OR_COLUMN | GRANT | SL  ", "bob | UPDATE | OBJECT_OR_COLUMN | GRANT | UP  ",
                "readers | UPDATE | OBJECT_OR_COLUMN | DENY | UP  ",
            ]
        )
        #expect(number(bench.run("GRANT SELECT ON t (id) TO ann")) == "Msg 40517")
    }
}
