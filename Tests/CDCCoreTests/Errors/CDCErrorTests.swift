import CDCCore
import Testing

@Suite("Errors of the engine")
struct CDCErrorTests {
    private struct Cause: Error, CustomStringConvertible { var description: String }

    @Test("an error says what is below it")
    func cause() {
        let error = CDCError(.sourceFailed, "it refused", table: "dbo.t", underlying: Cause(description: "Msg 1: no"))
        #expect("\(error)" == "it refused: Msg 1: no [sourceFailed, table dbo.t]")
        #expect("\(CDCError(.sourceFailed, "it refused"))" == "it refused [sourceFailed]")
    }

    @Test("what is below it and begins with the same words is said once")
    func sameWords() {
        let error = CDCError(.sourceFailed, "it refused", underlying: Cause(description: "it refused [Msg 1]"))
        #expect("\(error)" == "it refused [Msg 1] [sourceFailed]")
    }
}
