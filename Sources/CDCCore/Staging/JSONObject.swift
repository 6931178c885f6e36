package import CDCJSON
import Columnar

/// A JSON object whose members must be there and be of the right type.
package struct JSONObject {
    package let value: JSONValue

    package init(_ value: JSONValue) { self.value = value }

    package func string(_ name: String) throws(JSONError) -> String { try member(name, value[name]?.string) }
    package func optionalString(_ name: String) throws(JSONError) -> String? {
        value[name] == nil ? nil : try string(name)
    }

    package func integer(_ name: String) throws(JSONError) -> Int64 { try member(name, value[name]?.integer) }
    /// A number of things: not negative, and small enough to be added up.
    package func size(_ name: String) throws(JSONError) -> Int {
        let number = try integer(name)
        return try member(name, (0...(1 << 48)).contains(number) ? Int(number) : nil)
    }

    package func boolean(_ name: String) throws(JSONError) -> Bool { try member(name, value[name]?.boolean) }
    package func array(_ name: String) throws(JSONError) -> [JSONValue] { try member(name, value[name]?.array) }
    package func lsn(_ name: String) throws(JSONError) -> LSN { try member(name, LSN(try string(name))) }
    package func tableName(_ name: String) throws(JSONError) -> TableName {
        try member(name, TableName(try string(name)))
    }

    /// The point whose members stand in the object itself.
    package func position() throws(JSONError) -> SourcePosition {
        SourcePosition(
            lsn: try lsn("lsn"),
            changeTrackingVersion: value["changeTrackingVersion"] == nil ? 0 : try integer("changeTrackingVersion"),
            commitTime: try time("commitTime")
        )
    }

    package func time(_ name: String) throws(JSONError) -> Int64 {
        try member(name, CivilTime.parse(timestamp: try string(name))?.microseconds)
    }

    package func strings(_ name: String) throws(JSONError) -> [String] {
        let array = try array(name)
        let strings = array.compactMap(\.string)
        return try member(name, strings.count == array.count ? strings : nil)
    }

    private func member<T>(_ name: String, _ value: T?) throws(JSONError) -> T {
        guard let value else { throw JSONError("the member '\(name)' is missing or not what it should be", at: 0) }
        return value
    }
}

extension SourcePosition {
    /// Writes the point as members of an object.
    package func write(to writer: inout JSONWriter) {
        writer.member("lsn", lsn.description)
        if changeTrackingVersion > 0 { writer.member("changeTrackingVersion", changeTrackingVersion) }
        writer.member("commitTime", CivilTime.format(microseconds: commitTime) + "Z")
    }
}
