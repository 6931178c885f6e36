import TSQL
import Testing

/// Scripts are cut at `GO` as sqlcmd and SSMS do.
@Suite("Batches of a script")
struct BatchSplitterTests {
    private func split(_ script: String) -> [String] { BatchSplitter.batches(of: script).map(\.text) }

    @Test("GO alone in a line separates batches, in any case and with any space")
    func separators() {
        #expect(split("a\nGO\nb\n  go\t\r\nc\nGo") == ["a\n", "b\n", "c\n"])
        #expect(split("a") == ["a"])
        #expect(split("") == [])
    }

    @Test("GO within other text is text")
    func noSeparators() {
        for script in ["a GO\nb", "GOTO x", "GO;\na", "a\nGO b", "a\nGO1", "a\nGO 1 2", "[\nGO\n]"] {
            #expect(split(script) == [script], "\(script)")
        }
    }

    @Test("GO within strings, quoted names and comments is text")
    func quoted() {
        for script in ["'\nGO\n'", "'it''s\nGO\n'", "\"\nGO\n\"", "[a]]\nGO\n]", "/*\nGO\n*/", "/* /* */\nGO\n*/"] {
            #expect(split(script) == [script], "\(script)")
        }
        #expect(split("-- it's\nGO\nb") == ["-- it's\n", "b"])
        #expect(split("/* it's */\nGO\nb") == ["/* it's */\n", "b"])
        #expect(split("'--'\nGO\nb '/*'\nGO\nc") == ["'--'\n", "b '/*'\n", "c"])
    }

    @Test("A number after GO says how often; a comment may follow")
    func counts() {
        let batches = BatchSplitter.batches(of: "a\nGO 5\nb\nGO 2 -- twice\nc\nGO --once\nd\nGO 0\n")
        #expect(batches.map(\.text) == ["a\n", "b\n", "c\n"])
        #expect(batches.map(\.count) == [5, 2, 1])
        #expect(split("a\nGO 99999999999999999999\nb").count == 1)
    }

    @Test("Batches know their first line; those of white space are left out")
    func lines() {
        let batches = BatchSplitter.batches(of: "GO\n\na\n'x\ny'\nGO\n \nGO\nb\n")
        #expect(batches.map(\.text) == ["\na\n'x\ny'\n", "b\n"])
        #expect(batches.map(\.firstLine) == [2, 9])
    }
}
