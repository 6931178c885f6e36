/// Turns the server's local times, in which it records commits, into UTC.
///
/// `cdc.lsn_time_mapping` holds `datetime` by the server's wall clock; only the server knows its zone's rules.
struct ServerTime: Hashable, Sendable {
    /// A T-SQL expression of type `datetimeoffset`, in which `%` stands for the local time.
    private let template: String

    /// - Parameter zone: The server's zone as `sys.time_zone_info` names it, where the host knows it better.
    init(profile: ServerProfile, zone: String?) {
        if let zone {
            template = "(%) AT TIME ZONE \(SQLText.string(zone)) AT TIME ZONE N'UTC'"
        } else if profile.majorVersion >= 16 || profile.isAzureDatabase {
            template = "(%) AT TIME ZONE CURRENT_TIMEZONE_ID() AT TIME ZONE N'UTC'"
        } else {
            // The offset of today: times of the other half of the year are an hour off where the zone has summer time.
            template = "TODATETIMEOFFSET(DATEADD(minute, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), %), 0)"
        }
    }

    /// The expression for a local time.
    func utc(_ local: String) -> String { template.replacing("%", with: local) }
}
