/// What a log says when its actions are taken together, oldest first.
///
/// Of several references to one file, or of several metadata, the newest holds. Applying the actions of further commits
/// brings the state from one version to a later one.
///
/// A table may have hundreds of thousands of files of which a commit changes a few; so the files are kept in two layers,
/// a large one that all snapshots grown out of it share, and what has changed since. Copying a state costs what changed.
///
/// Source: Delta protocol, "Action Reconciliation".
struct LogState: Sendable {
    private(set) var `protocol`: TableProtocol?
    private(set) var metadata: TableMetadata?
    private(set) var transactions: [String: SetTransaction] = [:]
    private(set) var domains: [String: DomainMetadata] = [:]

    private var base = FileLayer()
    /// Places in the base of files that are no longer in the table.
    private var hidden: Set<Int> = []
    /// Files of the base that were added once more, with other statistics for instance.
    private var replaced: [Int: AddFile] = [:]
    /// Files that came since, in the order in which they came; `nil` where one was removed again.
    private var added: [AddFile?] = []
    /// Where in `added` a file stands.
    private var addedPlaces: [FileKey: Int] = [:]
    /// Files that were removed since.
    private var newTombstones: [FileKey: RemoveFile] = [:]
    /// Removed files of the base that came back since.
    private var revived: Set<FileKey> = []

    // MARK: Contents

    var fileCount: Int { base.files.count - hidden.count + addedPlaces.count }

    /// The files of the table, in the order in which they were added.
    var files: [AddFile] {
        if hidden.isEmpty && replaced.isEmpty && added.isEmpty { return base.files }
        var files: [AddFile] = []
        files.reserveCapacity(fileCount)
        if hidden.isEmpty && replaced.isEmpty {
            files += base.files
        } else {
            for (place, file) in base.files.enumerated() where !hidden.contains(place) {
                files.append(replaced[place] ?? file)
            }
        }
        for file in added { if let file { files.append(file) } }
        return files
    }

    /// Removed files, by identity.
    var tombstones: [FileKey: RemoveFile] {
        var tombstones = base.tombstones
        for key in revived { tombstones[key] = nil }
        tombstones.merge(newTombstones) { $1 }
        return tombstones
    }

    /// The file of that identity; `nil` where it is not in the table.
    func file(_ key: FileKey) -> AddFile? {
        if let place = addedPlaces[key] { return added[place] }
        guard let place = base.places[key], !hidden.contains(place) else { return nil }
        return replaced[place] ?? base.files[place]
    }

    // MARK: Applying

    /// Applies the actions of one commit, or of a checkpoint.
    ///
    /// Within one commit a removal is older than an addition of the same file, in whichever order they stand.
    mutating func apply(_ actions: [Action]) {
        for case .remove(let remove) in actions { self.remove(remove) }
        for action in actions {
            switch action {
            case .add(let add): self.add(add)
            case .protocol(let value): self.protocol = value
            case .metadata(let value): metadata = value
            case .transaction(let value): transactions[value.appId] = value
            case .domainMetadata(let value): domains[value.domain] = value.removed ? nil : value
            case .remove, .cdc, .commitInfo, .checkpointMetadata, .sidecar: break
            }
        }
    }

    private mutating func add(_ file: AddFile) {
        let key = file.key
        if !newTombstones.isEmpty { newTombstones[key] = nil }
        if base.tombstones[key] != nil { revived.insert(key) }
        if let place = addedPlaces[key] {
            added[place] = file
        } else if let place = base.places[key], !hidden.contains(place) {
            replaced[place] = file
        } else {
            addedPlaces[key] = added.count
            added.append(file)
        }
    }

    private mutating func remove(_ file: RemoveFile) {
        let key = file.key
        if let place = addedPlaces.removeValue(forKey: key) {
            added[place] = nil
        } else if let place = base.places[key] {
            hidden.insert(place)
            replaced[place] = nil
        }
        newTombstones[key] = file
    }

    /// Makes one layer of the two where the changes have become many: called when a snapshot is complete, not while its
    /// commits are read.
    ///
    /// - Parameter expiry: files that were removed before that time, in milliseconds since 1970-01-01T00:00:00Z, are
    ///   forgotten, so that a program that follows a table for months does not remember every file it ever had.
    mutating func settle(forgettingBefore expiry: Int64) {
        let changes = added.count + hidden.count + replaced.count + newTombstones.count + revived.count
        guard changes > 256 + base.files.count / 16 else { return }
        let remaining = tombstones.filter { $0.value.deletionTimestamp ?? .max >= expiry }
        let isFirst = base.files.isEmpty && addedPlaces.count == added.count
        base =
            isFirst
            ? FileLayer(files: files, places: addedPlaces, tombstones: remaining)
            : FileLayer(files: files, tombstones: remaining)
        hidden = []
        replaced = [:]
        added = []
        addedPlaces = [:]
        newTombstones = [:]
        revived = []
    }
}

/// Files that many states share. It never changes.
private final class FileLayer: Sendable {
    let files: [AddFile]
    /// Where in `files` a file stands.
    let places: [FileKey: Int]
    let tombstones: [FileKey: RemoveFile]

    init() {
        files = []
        places = [:]
        tombstones = [:]
    }

    init(files: [AddFile], places: [FileKey: Int], tombstones: [FileKey: RemoveFile]) {
        self.files = files
        self.places = places
        self.tombstones = tombstones
    }

    convenience init(files: [AddFile], tombstones: [FileKey: RemoveFile]) {
        var places: [FileKey: Int] = [:]
        places.reserveCapacity(files.count)
        for (place, file) in files.enumerated() { places[file.key] = place }
        self.init(files: files, places: places, tombstones: tombstones)
    }
}
