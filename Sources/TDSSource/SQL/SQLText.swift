package import CDCCore

/// Pieces of T-SQL made of outside data, so that data never becomes part of a statement.
package enum SQLText {
    /// A name in brackets: `[x]]; DROP TABLE y--]`.
    ///
    /// Source: SQL Server documentation, "QUOTENAME (Transact-SQL)".
    package static func identifier(_ name: String) -> String {
        "[" + doubling("]", in: name) + "]"
    }

    /// A table's name with its schema.
    package static func table(_ name: TableName) -> String {
        "\(identifier(name.schema)).\(identifier(name.name))"
    }

    /// A Unicode character literal.
    package static func string(_ text: String) -> String {
        "N'" + doubling("'", in: text) + "'"
    }

    /// By scalars, as the server reads: a bracket with an accent is one character in Swift, and another than the bracket.
    private static func doubling(_ mark: Unicode.Scalar, in text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(scalar)
            if scalar == mark { result.append(scalar) }
        }
        return String(result)
    }

    /// A binary literal: `0x0000002D00000580001D`.
    static func binary(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text = Array("0x".utf8)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func binary(_ lsn: LSN) -> String { binary(lsn.bytes) }
}
