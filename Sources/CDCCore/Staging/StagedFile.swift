/// A file of a staging volume, as its manifest names it.
public struct StagedFile: Hashable, Sendable {
    /// From the volume's folder.
    public var path: String
    public var rows: Int
    public var bytes: Int
    /// About how many bytes the rows take in memory.
    public var memoryBytes: Int
    /// XXH64 of all bytes, as sixteen hexadecimal digits.
    public var checksum: String
    /// The LSNs of the first and the last change in the file; equal to the snapshot's own for files of a snapshot.
    public var firstLSN: LSN
    public var lastLSN: LSN

    /// How many times its size a staged file usually takes in memory.
    private static let usualCompression = 8

    /// - Parameter memoryBytes: where it is not known, a guess is made from the size of the file.
    public init(
        path: String,
        rows: Int,
        bytes: Int,
        memoryBytes: Int? = nil,
        checksum: String,
        firstLSN: LSN,
        lastLSN: LSN
    ) {
        self.path = path
        self.rows = rows
        self.bytes = bytes
        self.memoryBytes = memoryBytes ?? min(bytes, .max / Self.usualCompression) * Self.usualCompression
        self.checksum = checksum
        self.firstLSN = firstLSN
        self.lastLSN = lastLSN
    }
}
