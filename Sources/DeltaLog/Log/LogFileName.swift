import LakeStorage

/// The names of files in a table's `_delta_log` folder.
///
/// Source: Delta protocol, "File Types".
public enum LogFileName: Hashable, Sendable {
    /// `00000000000000000010.json`
    case commit(Int64)
    /// `00000000000000000010.checkpoint.parquet`
    case checkpoint(Int64)
    /// `00000000000000000010.checkpoint.0000000001.0000000003.parquet`: part 1 of 3.
    case checkpointPart(Int64, part: Int, of: Int)
    /// `00000000000000000010.checkpoint.80a083e8-….json`, or `.parquet`: of the second kind.
    case uniqueCheckpoint(Int64, isJSON: Bool)
    /// `00000000000000000010.crc`
    case checksum(Int64)
    /// `00000000000000000004.00000000000000000006.compacted.json`: the commits 4 to 6 together.
    case compaction(Int64, Int64)

    /// The folder of the log, from the table's folder.
    package static let folder = "_delta_log"
    /// The folder of checkpoints' further files, from the table's folder.
    package static let sidecarFolder = "_delta_log/_sidecars"
    package static let lastCheckpoint = "_last_checkpoint"

    /// What a file is by its name; `nil` where it is none of the log's.
    public init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, let version = Self.number(parts[0], digits: 20) else { return nil }
        switch (parts.count, parts[1]) {
        case (2, "json"): self = .commit(version)
        case (2, "crc"): self = .checksum(version)
        case (3, "checkpoint") where parts[2] == "parquet": self = .checkpoint(version)
        case (4, "checkpoint") where parts[2].utf8.count == 36 && (parts[3] == "json" || parts[3] == "parquet"):
            self = .uniqueCheckpoint(version, isJSON: parts[3] == "json")
        case (5, "checkpoint") where parts[4] == "parquet":
            guard let part = Self.number(parts[2], digits: 10), let count = Self.number(parts[3], digits: 10),
                part >= 1, part <= count
            else { return nil }
            self = .checkpointPart(version, part: Int(part), of: Int(count))
        case (4, _) where parts[2] == "compacted" && parts[3] == "json":
            guard let end = Self.number(parts[1], digits: 20), end > version else { return nil }
            self = .compaction(version, end)
        default: return nil
        }
    }

    /// The name of a version's commit.
    package static func commit(named version: Int64) -> String { NumberedName.digits(version) + ".json" }

    /// The name of a version's classic checkpoint.
    package static func checkpoint(named version: Int64) -> String {
        NumberedName.digits(version) + ".checkpoint.parquet"
    }

    /// What all names of a version's files, and of later ones', are not smaller than.
    package static func start(of version: Int64) -> String { NumberedName.digits(version) }

    private static func number(_ text: Substring, digits: Int) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
        // So far from the largest number that counting on from any version cannot overflow.
        guard let number = Int64(text), number <= .max / 2 else { return nil }
        return number
    }
}
