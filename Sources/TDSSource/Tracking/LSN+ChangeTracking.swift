import CDCCore

extension LSN {
    init(changeTrackingVersion version: Int64) {
        self.init(high: UInt64(bitPattern: version) >> 16, low: UInt16(truncatingIfNeeded: version))
    }
    var changeTrackingVersion: Int64 { Int64(truncatingIfNeeded: high << 16 | UInt64(low)) }
}
