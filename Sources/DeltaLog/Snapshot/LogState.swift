/// What a log says when its actions are taken together, oldest first.
///
/// Of several references to one file, or of several metadata, the newest holds. Applying the actions of further commits
/// brings the state from one version to a later one.
///
/// Source: Delta protocol, "Action Reconciliation".
struct LogState: Sendable {
    private(set) var `protocol`: TableProtocol?
    private(set) var metadata: TableMetadata?
    private(set) var transactions: [String: SetTransaction] = [:]
    private(set) var domains: [String: DomainMetadata] = [:]
    /// Removed files, by identity.
    private(set) var tombstones: [FileKey: RemoveFile] = [:]
    /// Files in the order in which they came; `nil` where one was removed.
    private var slots: [AddFile?] = []
    /// Where in `slots` a file stands.
    private var places: [FileKey: Int] = [:]

    var fileCount: Int { places.count }

    /// The files of the table, in the order in which they were added.
    var files: [AddFile] { slots.compactMap { $0 } }

    func file(_ key: FileKey) -> AddFile? { places[key].flatMap { slots[$0] } }

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
        if slots.count > 64, slots.count > places.count * 2 { compact() }
    }

    mutating func reserveCapacity(files: Int) {
        slots.reserveCapacity(slots.count + files)
        places.reserveCapacity(places.count + files)
    }

    private mutating func add(_ file: AddFile) {
        let key = file.key
        if !tombstones.isEmpty { tombstones[key] = nil }
        if let place = places[key] {
            slots[place] = file
        } else {
            places[key] = slots.count
            slots.append(file)
        }
    }

    private mutating func remove(_ file: RemoveFile) {
        let key = file.key
        if let place = places.removeValue(forKey: key) { slots[place] = nil }
        tombstones[key] = file
    }

    /// Closes the gaps that removed files left.
    private mutating func compact() {
        slots = slots.filter { $0 != nil }
        for (place, file) in slots.enumerated() {
            if let file { places[file.key] = place }
        }
    }
}
