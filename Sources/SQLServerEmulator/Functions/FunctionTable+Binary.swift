/// Functions of bytes, and those that describe values.
///
/// Source: Microsoft, "DATALENGTH", "HASHBYTES", "SQL_VARIANT_PROPERTY", "NEWID (Transact-SQL)".
extension FunctionTable {
    static let binaryFunctions: [String: Definition] = [
        "DATALENGTH": Definition(arity: 1...1) { call throws(SQLError) in
            let type = call.type(0)
            return FunctionPlan(parameters: [type], result: type.length == .max ? .bigint : .int) { values, _ in
                .integer(Int64(byteCount(values[0], type)))
            }
        },
        "HASHBYTES": Definition(arity: 2...2) { call throws(SQLError) in
            let type = call.type(1)
            guard type == .null || type.isCharacters && !type.isOldLarge || type.family == .binary && type != .image
            else {
                throw .invalidArgument(type, 2, "hashbytes")
            }
            return FunctionPlan(parameters: [.varchar(20), type], result: .varbinary(8000)) {
                values,
                _ throws(SQLError) in
                let bytes =
                    if case .binary(let bytes) = values[1] { bytes } else { type.storageBytes(values[1].textBytes) }
                switch SQLValue.shown(values[0].textBytes).uppercased() {
                case "MD5": return .binary(Hashes.md5(bytes))
                case "SHA", "SHA1": return .binary(Hashes.sha1(bytes))
                case "SHA2_256": return .binary(Hashes.sha256(bytes))
                case "SHA2_512": return .binary(Hashes.sha512(bytes))
                case "MD2", "MD4": throw .unsupported("HASHBYTES('\(SQLValue.shown(values[0].textBytes))', …)")
                default: return .null
                }
            }
        },
        "NEWID": Definition(arity: 0...0) { _ throws(SQLError) in
            FunctionPlan(parameters: [], result: .uniqueidentifier, isDeterministic: false) { _, context in
                .guid(context.newGUID())
            }
        },
        "SQL_VARIANT_PROPERTY": Definition(arity: 2...2) { call throws(SQLError) in
            FunctionPlan(parameters: [.sqlVariant, .varchar(128)], result: .sqlVariant) { values, _ in
                guard case .variant(let type, let value) = values[0] else { return .null }
                return property(SQLValue.shown(values[1].textBytes).lowercased(), type, value)
            }
        },
    ]

    /// The bytes that a value takes.
    private static func byteCount(_ value: SQLValue, _ type: SQLType) -> Int {
        switch value {
        case .variant(let inner, let value): byteCount(value, inner)
        case .text(let text):
            type == .xml ? SQLType.nvarchar(.max).storageBytes(text).count : type.storageBytes(text).count
        case .binary(let bytes): bytes.count
        default: type.catalog?.maximumLength ?? 0
        }
    }

    private static func property(_ name: String, _ type: SQLType, _ value: SQLValue) -> SQLValue {
        func number(_ value: Int?) -> SQLValue { value.map { .variant(.int, .integer(Int64($0))) } ?? .null }
        switch name {
        case "basetype": return .variant(.nvarchar(128), .string(type.messageName))
        case "precision": return number(type.catalog?.precision)
        case "scale": return number(type.catalog?.scale)
        case "collation":
            guard let collation = type.collation else { return .null }
            return .variant(.nvarchar(128), .string(collation.name))
        case "maxlength": return number(type.catalog?.maximumLength)
        // TotalBytes counts a header whose size depends on the type in ways that are not documented.
        default: return .null
        }
    }
}
