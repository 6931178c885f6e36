import CDCJSON

/// The file that points to a recent checkpoint: a hint, which may be missing, old or wrong.
///
/// Source: Delta protocol, "Last Checkpoint File".
struct LastCheckpoint: Hashable, Sendable {
    var version: Int64
    /// The number of actions in the checkpoint.
    var size: Int64
    /// In bytes.
    var sizeInBytes: Int64?
    var numOfAddFiles: Int64?

    /// What a pointer file says; `nil` where it says nothing that can be understood.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes), let version = json["version"]?.integer, version >= 0 else {
            return nil
        }
        self.version = version
        size = json["size"]?.integer ?? 0
        sizeInBytes = json["sizeInBytes"]?.integer
        numOfAddFiles = json["numOfAddFiles"]?.integer
    }

    init(version: Int64, size: Int64, sizeInBytes: Int64, numOfAddFiles: Int64) {
        self.version = version
        self.size = size
        self.sizeInBytes = sizeInBytes
        self.numOfAddFiles = numOfAddFiles
    }

    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("version", version)
            writer.member("size", size)
            writer.member("sizeInBytes", sizeInBytes)
            writer.member("numOfAddFiles", numOfAddFiles)
        }
        return writer.bytes
    }
}
