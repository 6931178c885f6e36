import Testing

@testable import TDSSource

@Suite("A missing right is named with the statement that grants it")
struct MissingGrantTests {
    @Test(
        "the statement quotes the names of the message",
        arguments: [
            (
                229, "The SELECT permission was denied on the object 'orders', database 'RetailDB', schema 'dbo'.",
                "GRANT SELECT ON OBJECT::[dbo].[orders] TO [cdc]]reader];"
            ),
            (
                229, "The SELECT permission was denied on the object 'x]; DROP TABLE y--', database 'd', schema 's]'.",
                "GRANT SELECT ON OBJECT::[s]]].[x]]; DROP TABLE y--] TO [cdc]]reader];"
            ),
            (
                229,
                "The SELECT permission was denied on the object 'change_tables', database 'RetailDB', schema 'cdc'.",
                "GRANT SELECT ON SCHEMA::[cdc] TO [cdc]]reader];"
            ),
            (
                229,
                "The VIEW CHANGE TRACKING permission was denied on the object 'orders', database 'RetailDB', schema 'dbo'.",
                "GRANT VIEW CHANGE TRACKING ON OBJECT::[dbo].[orders] TO [cdc]]reader];"
            ),
            (
                230,
                "The SELECT permission was denied on the column 'pay' of the object 'staff', database 'd', schema 'dbo'.",
                "GRANT SELECT ON OBJECT::[dbo].[staff] TO [cdc]]reader];"
            ),
            (
                262, "VIEW DATABASE STATE permission denied in database 'RetailDB'.",
                "GRANT VIEW DATABASE STATE TO [cdc]]reader];"
            ),
            (
                300, "VIEW SERVER STATE permission was denied on object 'server', database 'master'.",
                "USE [master]; GRANT VIEW SERVER STATE TO [cdc]]reader];"
            ),
        ]
    )
    func statements(_ number: Int, _ text: String, _ statement: String) {
        let message = ServerMessage(number: Int32(number), state: 5, severity: 14, text: text)
        let error = TDSError(message, user: "cdc]reader")
        #expect(error.code == .permissionDenied)
        #expect(error.message == "\(text) (let an administrator run: \(statement))")
    }

    @Test(
        "a text of another form gives no statement",
        arguments: [
            "Die SELECT-Berechtigung wurde für das Objekt verweigert.",
            "The x; DROP TABLE y permission was denied on the object 'o', database 'd', schema 's'.",
            "The SELECT permission was denied on the object 'o'.", "",
        ]
    )
    func otherTexts(_ text: String) {
        let message = ServerMessage(number: 229, state: 5, severity: 14, text: text)
        #expect(MissingGrant.statement(for: message, to: "u") == nil)
        #expect(TDSError(message, user: "u").message.hasSuffix("(grant the user what the message names)"))
    }
}
