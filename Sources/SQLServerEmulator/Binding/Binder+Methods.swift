import TSQL

/// Methods of values: of those of XML, `value` with a simple path.
extension Binder {
    func method(_ name: String, of target: TypedSQL, _ arguments: [Expression]) throws(SQLError) -> TypedSQL {
        guard name == "value", target.type == .xml else { throw SQLError.unsupported("method \(name)") }
        guard arguments.count == 2, let path = arguments[0].literalText, let declared = arguments[1].literalText else {
            throw SQLError(8172, "The argument 1 of the XML data type method \"value\" must be a string literal.")
        }
        let found = try XMLPath(parsing: path)
        let type = try self.type(named: declared)
        let conversion = try Conversion.implicit(from: .nvarchar(.max), to: type, settings: session.conversionSettings)
        let sql = routines.call("xml value \(path) \(type) \(session.conversionSettings.dateOrder)", [target.sql]) {
            (values) throws(SQLError) in
            guard case .text(let bytes) = values[0] else { return .null }
            guard let root = XMLElement(parsing: String(decoding: bytes, as: UTF8.self)) else {
                throw SQLError(9400, "XML parsing: the text is not well-formed.")
            }
            guard let text = found.value(in: root) else { return .null }
            return try type.encode(try conversion.convert(.string(text)))
        }
        return TypedSQL(sql: sql, type: type)
    }

    /// A type from its text: `nvarchar(128)`.
    private func type(named text: String) throws(SQLError) -> SQLType {
        let batch: Batch
        do { batch = try Batch(parsing: "DECLARE @x \(text)", isQuotedIdentifierOn: true) } catch {
            throw SQLError(9317, "XQuery [value()]: The type '\(text)' is none of SQL Server.")
        }
        guard case .declare(let declarations)? = batch.statements.first?.kind,
            case .variable(_, let declared, _, _)? = declarations.first
        else { throw SQLError(9317, "XQuery [value()]: The type '\(text)' is none of SQL Server.") }
        return try type(declared)
    }
}

extension Expression {
    fileprivate var literalText: String? {
        switch kind {
        case .literal(.string(let text)), .literal(.nationalString(let text)): text
        default: nil
        }
    }
}
