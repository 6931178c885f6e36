import CDCCore

/// What a preflight asks of one table.
struct TableFacts: Sendable {
    var name: TableName
    /// `nil` where there is no such table, or the login may not see it.
    var info: SourceTableInfo?
    /// Tables whose names differ in the case of letters only.
    var similar: [TableName] = []
    var mayRead = false
    var mayViewTracking = false
    /// How its capture instances were made, by their names; of those of which the login may know it.
    var options: [String: InstanceOptions] = [:]
    /// Those of its capture instances that are in the list of ``CaptureSetup``, where the login may read it.
    var ownInstances: Set<String> = []
    /// The names of all capture instances of the database that the login may know.
    var takenNames: Set<String> = []
    /// The roles that capture instances are for, where the login is no member, and reads by their functions, which ask for the role.
    var closedGates: [String: String] = [:]
    /// How long what the table's pipeline has not read yet is kept.
    var retention: SourceHealth.Retention?

    var newest: CaptureInstance? { info?.captureInstances.last }
}
