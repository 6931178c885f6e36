import Synchronization

/// Writes a file of the local disk piece by piece.
final class LocalObjectWriter: ObjectWriter {
    /// `nil` when the file was finished or discarded.
    private let file: Mutex<TemporaryFile?>

    init(_ file: consuming TemporaryFile) {
        self.file = Mutex(file)
    }

    func write(_ bytes: [UInt8]) async throws(StorageError) {
        try file.withLock { file throws(StorageError) in
            guard file != nil else { throw Self.ended }
            try file?.write(bytes)
        }
    }

    func finish() async throws(StorageError) {
        guard let file = file.withLock({ $0.take() }) else { throw Self.ended }
        try file.finish(replacing: true)
    }

    func discard() async {
        _ = file.withLock { $0.take() }
    }

    private static var ended: StorageError {
        StorageError(.unreadable, path: "", "the file was finished or discarded before; begin a new one")
    }
}
