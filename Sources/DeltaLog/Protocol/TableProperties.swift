/// The table properties that this library acts upon.
///
/// Source: Delta protocol; the names and defaults are Delta Spark's (`DeltaConfigs`).
public enum TableProperty {
    public static let appendOnly = "delta.appendOnly"
    public static let checkpointInterval = "delta.checkpointInterval"
    public static let deletedFileRetentionDuration = "delta.deletedFileRetentionDuration"
    public static let logRetentionDuration = "delta.logRetentionDuration"
    public static let setTransactionRetentionDuration = "delta.setTransactionRetentionDuration"
    public static let enableChangeDataFeed = "delta.enableChangeDataFeed"
    public static let enableDeletionVectors = "delta.enableDeletionVectors"
    public static let enableInCommitTimestamps = "delta.enableInCommitTimestamps"
    public static let inCommitTimestampEnablementVersion = "delta.inCommitTimestampEnablementVersion"
    public static let enableRowTracking = "delta.enableRowTracking"
    public static let enableTypeWidening = "delta.enableTypeWidening"
    public static let columnMappingMode = "delta.columnMapping.mode"
    public static let checkpointPolicy = "delta.checkpointPolicy"
    public static let constraintPrefix = "delta.constraints."
}

extension TableMetadata {
    /// Whether rows may only be added.
    public var isAppendOnly: Bool { flag(TableProperty.appendOnly) }

    /// After how many commits a checkpoint is due; 10 where the property is absent or no number.
    public var checkpointInterval: Int64 {
        let interval = configuration[TableProperty.checkpointInterval].flatMap { Int64($0) } ?? 10
        return interval > 0 ? interval : 10
    }

    /// For how many milliseconds a removed file stays for readers of older versions; a week where the property is absent.
    public var deletedFileRetention: Int64 {
        duration(TableProperty.deletedFileRetentionDuration) ?? 7 * 86_400_000
    }

    /// For how many milliseconds commits stay in the log; 30 days where the property is absent.
    public var logRetention: Int64 {
        duration(TableProperty.logRetentionDuration) ?? 30 * 86_400_000
    }

    /// For how many milliseconds an application's transaction version is kept after its last change; `nil` for ever.
    public var setTransactionRetention: Int64? { duration(TableProperty.setTransactionRetentionDuration) }

    /// Whether columns have other names or numbers inside the files.
    public var mapsColumns: Bool {
        let mode = configuration[TableProperty.columnMappingMode] ?? "none"
        return mode.lowercased() != "none"
    }

    /// Whether a property is `true`.
    func flag(_ name: String) -> Bool { configuration[name]?.lowercased() == "true" }

    /// A property that is a time span, in milliseconds; `nil` where it is absent or cannot be understood.
    private func duration(_ name: String) -> Int64? { configuration[name].flatMap(TimeSpan.parse) }
}

/// Spans of time as table properties write them: `interval 1 week`, `interval 2 days 12 hours`.
enum TimeSpan {
    /// Milliseconds; `nil` where the text is no span. Months and years, whose length is not fixed, are none.
    static func parse(_ text: String) -> Int64? {
        var words = text.lowercased().split(separator: " ")[...]
        if words.first == "interval" { words = words.dropFirst() }
        guard !words.isEmpty, words.count.isMultiple(of: 2) else { return nil }
        var total: Int64 = 0
        while let amount = words.popFirst(), let unit = words.popFirst() {
            guard let count = Int64(amount), let length = length(of: unit) else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            let (sum, carry) = total.addingReportingOverflow(product)
            if overflow || carry { return nil }
            total = sum
        }
        return total >= 0 ? total : nil
    }

    private static func length(of unit: Substring) -> Int64? {
        switch unit {
        case "week", "weeks": 7 * 86_400_000
        case "day", "days": 86_400_000
        case "hour", "hours": 3_600_000
        case "minute", "minutes": 60_000
        case "second", "seconds": 1000
        case "millisecond", "milliseconds": 1
        default: nil
        }
    }
}
