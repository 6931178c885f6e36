/// How a capture instance was made, as far as another one in its place must be made the same way.
struct InstanceOptions: Hashable, Sendable {
    /// The role whose members may read it through its functions; `nil` where nobody is kept out.
    var role: String?
    var supportsNetChanges = false
    /// The unique index by which rows are told apart, and the filegroup of the change table; `nil` where the server chose.
    var index: String?
    var filegroup: String?
    var allowsPartitionSwitch = true
}
