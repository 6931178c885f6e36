import CDCCore

/// Which statement grants what a message of the server says is missing.
///
/// The names are in the message only, whose text is of the server's language: of a server that speaks another than English nothing is
/// known here. Source: SQL Server documentation, "Database engine events and errors", messages 229, 230, 262 and 300.
enum MissingGrant {
    /// - Parameter user: Whom to grant it.
    static func statement(for message: ServerMessage, to user: String) -> String? {
        var rest = message.text[...]
        switch message.number {
        case 229, 230:
            guard take("The ", from: &rest), let permission = text(before: " permission was denied on the ", in: &rest),
                isPermission(permission)
            else { return nil }
            if message.number == 230, text(before: " of the ", in: &rest) == nil { return nil }
            guard take("object '", from: &rest), let object = text(before: "', database '", in: &rest),
                text(before: "', schema '", in: &rest) != nil, let schema = text(before: "'.", in: &rest), rest.isEmpty
            else { return nil }
            // One right for all change tables, also those of instances to come.
            if schema == "cdc" { return Remedy.grant(permission, onSchema: schema, to: user) }
            return Remedy.grant(permission, on: TableName(schema: schema, name: object), to: user)
        case 262:
            guard let permission = text(before: " permission denied in database '", in: &rest),
                isPermission(permission)
            else { return nil }
            return Remedy.grant(permission, to: user)
        case 300:
            guard let permission = text(before: " permission was denied on object 'server'", in: &rest),
                isPermission(permission)
            else { return nil }
            return Remedy.grantOnServer(permission, to: user)
        default: return nil
        }
    }

    private static func take(_ prefix: String, from text: inout Substring) -> Bool {
        guard text.hasPrefix(prefix) else { return false }
        text = text.dropFirst(prefix.count)
        return true
    }

    /// Cuts off what comes before a separator, and the separator.
    private static func text(before separator: String, in text: inout Substring) -> String? {
        guard let range = text.firstRange(of: separator) else { return nil }
        defer { text = text[range.upperBound...] }
        return String(text[..<range.lowerBound])
    }

    /// Words in capitals: what else a message has in its place must not become part of a statement.
    private static func isPermission(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0 == " " || $0.isASCII && $0.isUppercase }
    }
}
