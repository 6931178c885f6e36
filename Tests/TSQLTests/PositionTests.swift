import Testing

@testable import TSQL

/// Where statements, expressions and names stand.
@Suite("Positions")
struct PositionTests {
    @Test("A statement knows its line and its text, without the semicolon")
    func statements() throws {
        let batch = try Batch(parsing: "-- ä\r\nSELECT 1 ;\n\n  IF 1 = 1\n    PRINT N'ü' -- x\nELSE\n    PRINT 2;")
        #expect(batch.statements.map(\.line) == [2, 4])
        #expect(
            batch.statements.map { batch.text(of: $0.span) } == [
                "SELECT 1", "IF 1 = 1\n    PRINT N'ü' -- x\nELSE\n    PRINT 2",
            ]
        )
        guard case .conditional(_, let then, let otherwise) = batch.statements[1].kind else {
            Issue.record("no condition")
            return
        }
        #expect(batch.text(of: then.span) == "PRINT N'ü'")
        #expect(otherwise?.line == 7)
    }

    @Test("Each ELSE IF is a statement from its IF to the end")
    func elseIf() throws {
        let batch = try Batch(parsing: "IF 1 = 1 PRINT 1 ELSE\nIF 2 = 2 PRINT 2 ELSE PRINT 3")
        guard case .conditional(_, _, let otherwise?) = batch.statements[0].kind else {
            Issue.record("no ELSE")
            return
        }
        #expect(otherwise.line == 2)
        #expect(batch.text(of: otherwise.span) == "IF 2 = 2 PRINT 2 ELSE PRINT 3")
    }

    @Test("A procedure keeps its text, up to the end of the batch")
    func modules() throws {
        let batch = try Batch(parsing: "/* why */ CREATE PROC p AS\nPRINT 1;\nPRINT 2 -- last")
        #expect(batch.text(of: batch.statements[0].span) == "CREATE PROC p AS\nPRINT 1;\nPRINT 2")
        guard case .createProcedure(let procedure) = batch.statements[0].kind else {
            Issue.record("no procedure")
            return
        }
        #expect(procedure.body.map(\.line) == [2, 3])
    }

    @Test("An expression knows its line and its text, with its parentheses")
    func expressions() throws {
        let batch = try Batch(parsing: "SELECT\n a,\n (b +\n 1) * 2,\n x.value('a', 'int'),\n 'c\nd', e")
        guard case .select(let select) = batch.statements[0].kind,
            case .specification(let specification) = select.query.body
        else {
            Issue.record("no query")
            return
        }
        var lines: [Int] = []
        var texts: [String] = []
        for case .expression(let expression, _) in specification.items {
            lines.append(expression.line)
            texts.append(batch.text(of: expression.span))
        }
        #expect(lines == [2, 3, 5, 6, 7])
        #expect(texts == ["a", "(b +\n 1) * 2", "x.value('a', 'int')", "'c\nd'", "e"])
        guard case .expression(let call, _) = specification.items[2], case .method(let target, _, _) = call.kind else {
            Issue.record("no call")
            return
        }
        #expect(batch.text(of: target.span) == "x")
    }

    @Test("Tables, columns, constraints, parameters and joins know their lines")
    func parts() throws {
        let batch = try Batch(parsing: "CREATE TABLE\nt (\na int,\nb int\nCHECK (b > 0),\nPRIMARY KEY (a))")
        guard case .createTable(let table) = batch.statements[0].kind else {
            Issue.record("no table")
            return
        }
        #expect(table.line == 2 && table.name.line == 2)
        #expect(table.columns.map(\.line) == [3, 4])
        #expect(table.columns[1].constraints.map(\.line) == [5])
        #expect(table.constraints.map(\.line) == [6])
    }

    @Test("Expressions that say the same are equal, wherever they stand")
    func equality() throws {
        #expect(try TSQL.Expression(parsing: "(a + dbo.f(1))") == TSQL.Expression(parsing: "\n a + dbo . f(1)"))
        #expect(try TSQL.Expression(parsing: "a + 1") != TSQL.Expression(parsing: "a + 2"))
        #expect(try Name(parsing: "[a].b") == Name(parsing: "\na.\"b\""))
    }
}
