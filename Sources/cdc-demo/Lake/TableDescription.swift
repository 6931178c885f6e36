import CDCJSON
import DeltaLog

/// What a table is, for people and for programs.
struct TableDescription {
    var detail: TableDetail

    static let columns: [(String, TextTable.Alignment)] = [
        ("numFiles", .right), ("size", .right), ("lastModified", .left), ("tableFeatures", .left), ("id", .left),
    ]

    /// The most important of it, a row of ``columns``.
    var row: [String] {
        [
            Readable.count(detail.numFiles), Readable.bytes(detail.sizeInBytes), TableHistory.time(detail.lastModified),
            Self.list(detail.tableFeatures), detail.id,
        ]
    }

    func lines(indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var pairs: [(String, String)] = [
            ("format", "delta"), ("id", detail.id), ("name", detail.name ?? "–"), ("location", detail.location),
        ]
        if let description = detail.description { pairs.append(("description", description)) }
        pairs += [
            ("createdAt", detail.createdAt.map(TableHistory.time) ?? "–"),
            ("lastModified", TableHistory.time(detail.lastModified)),
            ("partitionColumns", Self.list(detail.partitionColumns)),
            ("numFiles", Readable.count(detail.numFiles)),
            ("sizeInBytes", Readable.count(detail.sizeInBytes)),
            ("properties", Self.list(detail.properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })),
            ("minReaderVersion", String(detail.minReaderVersion)),
            ("minWriterVersion", String(detail.minWriterVersion)),
            ("tableFeatures", Self.list(detail.tableFeatures)),
        ]
        let width = pairs.map { $0.0.count }.max() ?? 0
        return pairs.map { name, value in
            margin + name + String(repeating: " ", count: width - name.count + 2) + value
        }
    }

    /// An object with the column names of DESCRIBE DETAIL.
    var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.text
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("format", "delta")
            writer.member("id", detail.id)
            writer.key("name")
            if let name = detail.name { writer.string(name) } else { writer.null() }
            writer.key("description")
            if let description = detail.description { writer.string(description) } else { writer.null() }
            writer.member("location", detail.location)
            writer.member("createdAt", detail.createdAt.map(TableHistory.time))
            writer.member("lastModified", TableHistory.time(detail.lastModified))
            writer.member("partitionColumns", .array(detail.partitionColumns.map { .string($0) }))
            writer.member("numFiles", detail.numFiles)
            writer.member("sizeInBytes", detail.sizeInBytes)
            writer.member("properties", .object(detail.properties.mapValues { .string($0) }))
            writer.member("minReaderVersion", detail.minReaderVersion)
            writer.member("minWriterVersion", detail.minWriterVersion)
            writer.member("tableFeatures", .array(detail.tableFeatures.map { .string($0) }))
        }
    }

    private static func list(_ items: [String]) -> String { items.isEmpty ? "–" : items.joined(separator: ", ") }
}
