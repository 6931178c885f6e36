/// What a commit was planned on: what of the table it has read, and which would have to be read again if it changed.
public struct ReadSet: Sendable {
    /// Whether every file of the table was read.
    public var isWholeTable: Bool
    /// The files that were read, by the paths of the log.
    public var files: Set<String>
    /// Whether a file that another commit adds would have been read as well; `nil` where no new file matters.
    public var wouldRead: (@Sendable (AddFile) -> Bool)?

    private init(isWholeTable: Bool, files: Set<String>, wouldRead: (@Sendable (AddFile) -> Bool)?) {
        self.isWholeTable = isWholeTable
        self.files = files
        self.wouldRead = wouldRead
    }

    /// Nothing: a commit that only adds rows, whatever the table holds.
    public static var nothing: ReadSet { ReadSet(isWholeTable: false, files: [], wouldRead: nil) }

    /// Everything: a commit that any change of the rows contradicts.
    public static var wholeTable: ReadSet { ReadSet(isWholeTable: true, files: [], wouldRead: nil) }

    /// Some files, and those that other commits add meanwhile only where `wouldRead` says so.
    ///
    /// - Parameter paths: as the log writes them (``AddFile/path``).
    public static func files(
        _ paths: some Sequence<String>,
        wouldRead: (@Sendable (AddFile) -> Bool)? = nil
    ) -> ReadSet {
        ReadSet(isWholeTable: false, files: Set(paths), wouldRead: wouldRead)
    }

    /// Whether nothing was read.
    public var isEmpty: Bool { !isWholeTable && files.isEmpty && wouldRead == nil }
}
