import Foundation
import Testing

@testable import TSQL

/// Whatever the text is, parsing it ends in a tree or in an error.
@Suite("Hostile text")
struct HostileTextTests {
    /// How deep nesting can be written: what opens it, what stands in its middle, what closes it.
    struct Nesting: Sendable, CustomTestStringConvertible {
        var opening: String
        var middle: String
        var closing: String
        var before = ""
        var after = ""

        func text(_ levels: Int) -> String {
            before + String(repeating: opening, count: levels) + middle + String(repeating: closing, count: levels)
                + after
        }

        var testDescription: String { "\(before) \(opening)…\(closing)" }
    }

    static let nestings = [
        Nesting(opening: "(", middle: "1", closing: ")", before: "SELECT "),
        Nesting(opening: "(", middle: "1 = 1", closing: ")", before: "SELECT 1 WHERE "),
        Nesting(opening: "1 + (", middle: "1", closing: ")", before: "SELECT "),
        Nesting(opening: "- ", middle: "1", closing: "", before: "SELECT "),
        Nesting(opening: "~", middle: "1", closing: "", before: "SELECT "),
        Nesting(opening: "NOT ", middle: "1 = 1", closing: "", before: "SELECT 1 WHERE "),
        Nesting(opening: "CASE WHEN 1 = 1 THEN ", middle: "1", closing: " END", before: "SELECT "),
        Nesting(opening: "CASE ", middle: "1", closing: " WHEN 1 THEN 2 END", before: "SELECT "),
        Nesting(opening: "f(", middle: "1", closing: ")", before: "SELECT "),
        Nesting(opening: "1 + f(", middle: "1", closing: ")", before: "SELECT "),
        Nesting(opening: "CAST(", middle: "1", closing: " AS int)", before: "SELECT "),
        Nesting(opening: "IIF(1 = 1, ", middle: "1", closing: ", 2)", before: "SELECT "),
        Nesting(opening: "{fn f(", middle: "1", closing: ")}", before: "SELECT "),
        Nesting(opening: "(SELECT ", middle: "1", closing: ")", before: "SELECT "),
        Nesting(opening: "EXISTS (SELECT 1 WHERE ", middle: "1 = 1", closing: ")", before: "SELECT 1 WHERE "),
        Nesting(opening: "a IN (SELECT 1 WHERE ", middle: "1 = 1", closing: ")", before: "SELECT 1 WHERE "),
        Nesting(opening: "(", middle: "SELECT 1", closing: ")"),
        Nesting(opening: "(SELECT * FROM ", middle: "t", closing: ") AS a", before: "SELECT * FROM "),
        Nesting(opening: "(", middle: "a CROSS JOIN b", closing: ")", before: "SELECT * FROM "),
        Nesting(opening: "t JOIN ", middle: "a", closing: " ON 1 = 1", before: "SELECT * FROM ", after: ""),
        Nesting(opening: "SUM(1) OVER (ORDER BY ", middle: "1", closing: ")", before: "SELECT "),
        Nesting(opening: "BEGIN ", middle: "PRINT 1", closing: " END"),
        Nesting(opening: "BEGIN TRY ", middle: "PRINT 1", closing: " END TRY BEGIN CATCH END CATCH"),
        Nesting(opening: "IF 1 = 1 ", middle: "PRINT 1", closing: ""),
        Nesting(opening: "IF 1 = 1 PRINT 1 ELSE ", middle: "PRINT 1", closing: ""),
        Nesting(opening: "WHILE 1 = 1 ", middle: "PRINT 1", closing: ""),
        Nesting(opening: "GROUPING SETS (", middle: "a", closing: ")", before: "SELECT 1 FROM t GROUP BY "),
        Nesting(opening: "x = ON (", middle: "y = 1", closing: ")", before: "ALTER DATABASE d SET "),
        Nesting(opening: "((SELECT 1) UNION ", middle: "SELECT 2", closing: ")", before: "SELECT "),
        Nesting(opening: "(", middle: "SELECT 1", closing: ")", before: "CREATE FUNCTION f() RETURNS TABLE AS RETURN "),
    ]

    @Test("Nesting of a few levels is understood", arguments: nestings)
    func shallow(nesting: Nesting) throws {
        _ = try Batch(parsing: nesting.text(10))
        _ = try Batch(parsing: nesting.text(30))
    }

    @Test("Endless nesting is error 191, on the small stack of a thread", arguments: nestings)
    func deep(nesting: Nesting) throws {
        let error = onSmallStack { () throws(TSQLError) in _ = try Batch(parsing: nesting.text(50_000)) }
        #expect(error?.number == 191)
    }

    @Test(
        "So is a chain that would make a tree too high to walk",
        arguments: [
            " + 1", " * 1", " COLLATE x", " AT TIME ZONE 'UTC'", ".f()", " & -1",
        ]
    )
    func longChain(link: String) throws {
        let text = "SELECT @a" + String(repeating: link, count: 100_000)
        let error = onSmallStack { () throws(TSQLError) in _ = try Batch(parsing: text) }
        #expect(error?.number == 191)
        let shorter = "SELECT @a" + String(repeating: link, count: 200)
        #expect(onSmallStack { () throws(TSQLError) in _ = try Batch(parsing: shorter) } == nil)
    }

    @Test(
        "Long lists and runs of one operator have no such limit",
        arguments: [
            ("SELECT 1", " UNION ALL SELECT 1"), ("SELECT 1 WHERE 1 = 1", " AND 1 = 1"),
            ("SELECT 1 WHERE 1 = 1", " OR 1 = 1"), ("SELECT 1", ", 1 + 1"), ("INSERT t VALUES (1)", ", (-1)"),
            ("PRINT 1", " PRINT 1 + 1"), ("SELECT 1", ";"), ("SELECT CASE WHEN 1 = 1 THEN 1", " WHEN 1 = 1 THEN 1"),
        ]
    )
    func longList(start: String, link: String) throws {
        let end = start.contains("CASE") ? " END" : ""
        let text = start + String(repeating: link, count: 20_000) + end
        #expect(onSmallStack { () throws(TSQLError) in _ = try Batch(parsing: text) } == nil)
    }

    @Test("Joins of hundreds of tables are understood")
    func manyJoins() throws {
        let joins = String(repeating: " JOIN t ON 1 = 1", count: 300)
        #expect(onSmallStack { () throws(TSQLError) in _ = try Batch(parsing: "SELECT 1 FROM t" + joins) } == nil)
    }

    /// What a thread other than the first one has on macOS; code that is not optimised takes several times as much.
    #if DEBUG
    private static let stackSize = 2 << 20
    #else
    private static let stackSize = 512 << 10
    #endif

    /// Runs `body` on a thread with little stack.
    private func onSmallStack(_ body: @escaping @Sendable () throws(TSQLError) -> Void) -> TSQLError? {
        final class Outcome: @unchecked Sendable {
            var error: TSQLError?
        }
        let outcome = Outcome()
        let isDone = DispatchSemaphore(value: 0)
        let thread = Thread {
            do throws(TSQLError) { try body() } catch { outcome.error = error }
            isDone.signal()
        }
        thread.stackSize = Self.stackSize
        thread.start()
        isDone.wait()
        return outcome.error
    }
}
