/// What a trigger listens to.
package enum TriggerScope: Hashable, Sendable {
    /// A table or a view.
    case object(Name)
    case database
    case allServer
}
