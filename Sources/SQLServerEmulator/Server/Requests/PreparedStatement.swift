#if Emulator
import TSQL

/// A text that a client prepared, and the parameters that it declared for it.
struct PreparedStatement: Sendable {
    var text: String
    /// `@p1 int, @p2 nvarchar(50) OUTPUT`
    var declarations: String

    /// - Throws: The error of the declarations' syntax.
    func parameters(_ session: Session) throws(SQLError) -> [Parameter] {
        if declarations.allSatisfy({ $0.isWhitespace }) { return [] }
        // A procedure declares its parameters in the same words.
        let batch = try session.parse("CREATE PROCEDURE p \(declarations)\nAS RETURN")
        guard case .createProcedure(let definition)? = batch.statements.first?.kind, batch.statements.count == 1 else {
            throw SQLError(102, "Incorrect syntax near '\(declarations)'.", severity: 15)
        }
        return definition.parameters
    }
}
#endif
