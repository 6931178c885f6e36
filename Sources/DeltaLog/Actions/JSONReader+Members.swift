import CDCJSON

/// Members of actions, each of which may be `null` wherever the protocol lets it be absent.
extension JSONReader {
    mutating func optionalString() throws(JSONError) -> String? {
        try readNull() ? nil : try readString()
    }

    mutating func optionalInteger() throws(JSONError) -> Int64? {
        try readNull() ? nil : try readInteger()
    }

    mutating func optionalBoolean() throws(JSONError) -> Bool? {
        try readNull() ? nil : try readBoolean()
    }

    mutating func optionalStrings() throws -> [String]? {
        if try readNull() { return nil }
        var strings: [String] = []
        try readArray { reader in strings.append(try reader.readString()) }
        return strings
    }

    /// An object whose members are texts or nulls.
    mutating func optionalMap() throws -> [String: String?]? {
        if try readNull() { return nil }
        var map: [String: String?] = [:]
        try readObject { key, reader in map.updateValue(try reader.optionalString(), forKey: key) }
        return map
    }

    /// An object whose members are texts; nulls are left out.
    mutating func optionalTexts() throws -> [String: String]? {
        if try readNull() { return nil }
        var map: [String: String] = [:]
        try readObject { key, reader in map[key] = try reader.optionalString() }
        return map
    }
}

extension JSONWriter {
    /// A member that is an object of texts and nulls, in the order of their names.
    mutating func member(_ name: String, _ map: [String: String?]?) {
        guard let map else { return }
        key(name)
        object { writer in
            let ordered = map.count > 1 ? map.sorted { $0.key < $1.key } : Array(map)
            for (key, value) in ordered {
                writer.key(key)
                if let value { writer.string(value) } else { writer.null() }
            }
        }
    }

    /// A member that is an array of texts.
    mutating func member(_ name: String, _ strings: [String]?) {
        guard let strings else { return }
        key(name)
        array { writer in for string in strings { writer.string(string) } }
    }
}
