/// Which bytes to read together: parts that lie close to one another are one request.
struct ReadPlan {
    struct Request {
        var range: Range<Int>
        /// The parts that lie in it, by their position in the list that was asked for.
        var parts: [Int]
    }

    private(set) var requests: [Request] = []

    /// Two parts with no more than this between them are read together.
    private static let gap = 64 << 10
    /// No request grows beyond this by taking in another part.
    private static let mostBytes = 8 << 20

    init(_ parts: [Range<Int>]) {
        for index in parts.indices.sorted(by: { parts[$0].lowerBound < parts[$1].lowerBound }) {
            let part = parts[index]
            if let last = requests.last?.range, part.lowerBound - last.upperBound <= ReadPlan.gap,
                max(part.upperBound, last.upperBound) - last.lowerBound <= ReadPlan.mostBytes
            {
                requests[requests.count - 1].range = last.lowerBound..<max(part.upperBound, last.upperBound)
                requests[requests.count - 1].parts.append(index)
            } else {
                requests.append(Request(range: part, parts: [index]))
            }
        }
    }
}

extension ParquetInput {
    /// The bytes `range`, exactly.
    func readExactly(_ range: Range<Int>) async throws -> [UInt8] {
        if range.isEmpty { return [] }
        let bytes = try await read(range)
        guard bytes.count == range.count else {
            throw ParquetError(
                .unreadable,
                "the input delivered \(bytes.count) bytes in place of \(range.count)",
                byteOffset: range.lowerBound
            )
        }
        return bytes
    }
}
