/// `GRANT`, `DENY` and `REVOKE`.
package struct PermissionStatement: Equatable, Sendable {
    package enum Action: String, Hashable, Sendable {
        case grant, deny, revoke
    }

    package struct Permission: Hashable, Sendable {
        /// In upper case: `SELECT`, `VIEW CHANGE TRACKING`, `ALL`.
        package var name: String
        package var columns: [String]
    }

    package var action: Action
    package var permissions: [Permission]
    package var securable: Securable?
    package var principals: [String]
    /// `WITH GRANT OPTION`, or of `REVOKE`, `GRANT OPTION FOR`.
    package var withGrantOption: Bool
    package var isCascading: Bool
    package var grantor: String?
}
