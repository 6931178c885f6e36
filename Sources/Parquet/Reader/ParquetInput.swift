/// Where the bytes of a Parquet file come from: a local file, an object in a storage, memory.
public protocol ParquetInput: Sendable {
    /// How many bytes the file has.
    var byteCount: Int { get }

    /// The bytes `range` of the file, exactly as many as asked for.
    ///
    /// - Parameter range: lies within `0..<byteCount`.
    func read(_ range: Range<Int>) async throws -> [UInt8]
}

/// A file in memory.
public struct BytesInput: ParquetInput {
    private let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public var byteCount: Int { bytes.count }

    public func read(_ range: Range<Int>) async throws -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
            throw ParquetError(.unreadable, "bytes \(range) of a file of \(bytes.count)")
        }
        return Array(bytes[range])
    }
}
