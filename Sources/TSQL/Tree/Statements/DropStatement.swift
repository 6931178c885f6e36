/// `DROP` of anything that is named alone.
package struct DropStatement: Equatable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case table, view, procedure, function, trigger, schema, type, synonym, sequence, database, login, user, role
        case serverRole = "server-role"
        case statistics, `default`, rule
    }

    package enum TriggerScope: String, Hashable, Sendable {
        case database
        case allServer = "all-server"
    }

    package var kind: Kind
    package var isIfExists: Bool
    package var names: [Name]
    /// Where a DDL trigger stands.
    package var triggerScope: TriggerScope?
}
