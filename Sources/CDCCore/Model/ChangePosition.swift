/// Where a change stands among all changes of its table: changes are applied in the order of their positions.
///
/// Source: Microsoft's clustered index of change tables, `(__$start_lsn, __$command_id, __$seqval, __$operation)`.
public struct ChangePosition: Hashable, Sendable, Comparable {
    public var startLSN: LSN
    public var commandID: Int32
    public var sequence: LSN
    public var operation: Int32

    public init(startLSN: LSN, commandID: Int32, sequence: LSN, operation: Int32) {
        self.startLSN = startLSN
        self.commandID = commandID
        self.sequence = sequence
        self.operation = operation
    }

    public static func < (a: ChangePosition, b: ChangePosition) -> Bool {
        if a.startLSN != b.startLSN { return a.startLSN < b.startLSN }
        if a.commandID != b.commandID { return a.commandID < b.commandID }
        if a.sequence != b.sequence { return a.sequence < b.sequence }
        return a.operation < b.operation
    }
}
