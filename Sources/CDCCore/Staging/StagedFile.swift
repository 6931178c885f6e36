/// A file of a staging volume, as its manifest names it.
public struct StagedFile: Hashable, Sendable {
    /// From the volume's folder.
    public var path: String
    public var rows: Int
    public var bytes: Int
    /// XXH64 of all bytes, as sixteen hexadecimal digits.
    public var checksum: String
    /// The LSNs of the first and the last change in the file; equal to the snapshot's own for files of a snapshot.
    public var firstLSN: LSN
    public var lastLSN: LSN

    public init(path: String, rows: Int, bytes: Int, checksum: String, firstLSN: LSN, lastLSN: LSN) {
        self.path = path
        self.rows = rows
        self.bytes = bytes
        self.checksum = checksum
        self.firstLSN = firstLSN
        self.lastLSN = lastLSN
    }
}
