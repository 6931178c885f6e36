/// Comma-separated values as RFC 4180 has them, with one addition: an empty field is NULL without quotes, and the empty
/// text with quotes.
struct CSVFile {
    var header: [String]
    var rows: [[String?]]

    struct Failure: Error {
        var line: Int
        var message: String
    }

    init(parsing text: String) throws {
        var records: [[String?]] = []
        var record: [String?] = []
        var field: [UInt8] = []
        var isQuoted = false
        var isOpen = false
        var line = 1
        var bytes = Array(text.utf8)[...]

        func ended() -> String? { field.isEmpty && !isQuoted ? nil : String(decoding: field, as: UTF8.self) }
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isOpen {
                if byte != UInt8(ascii: "\"") {
                    field.append(byte)
                } else if bytes.first == UInt8(ascii: "\"") {
                    field.append(byte)
                    bytes = bytes.dropFirst()
                } else {
                    isOpen = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                guard field.isEmpty, !isQuoted else { throw Failure(line: line, message: "a quote inside a field") }
                isOpen = true
                isQuoted = true
            case UInt8(ascii: ","):
                record.append(ended())
                (field, isQuoted) = ([], false)
            case UInt8(ascii: "\r") where bytes.first == UInt8(ascii: "\n"): break
            case UInt8(ascii: "\n"):
                record.append(ended())
                (field, isQuoted) = ([], false)
                records.append(record)
                record = []
            default: field.append(byte)
            }
        }
        if isOpen { throw Failure(line: line, message: "a quote that is not closed") }
        if !record.isEmpty || !field.isEmpty || isQuoted { records.append(record + [ended()]) }
        guard let first = records.first else { throw Failure(line: 1, message: "no header") }
        header = first.map { $0 ?? "" }
        rows = Array(records.dropFirst())
        if let wrong = rows.firstIndex(where: { $0.count != header.count }) {
            throw Failure(line: wrong + 2, message: "\(rows[wrong].count) fields instead of \(header.count)")
        }
    }
}
