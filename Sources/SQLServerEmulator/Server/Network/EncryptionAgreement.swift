#if Emulator
import TDSWire

/// What client and server agree on.
///
/// Source: MS-TDS 2.2.6.5, table of the option ENCRYPTION.
struct EncryptionAgreement: Hashable, Sendable {
    /// The server's answer.
    var answer: Encryption
    var scope: Scope

    enum Scope: Hashable, Sendable {
        case nothing
        case loginOnly
        case everything
        /// The client cannot do what the server insists on.
        case refused
    }

    init(server: SQLServerEmulator.Encryption, client: Encryption) {
        let isAble = client != .notSupported
        let isWanted = client == .on || client == .required
        switch server.mode {
        case .notSupported: (answer, scope) = (.notSupported, .nothing)
        case .off:
            if isWanted {
                (answer, scope) = (.on, .everything)
            } else if isAble {
                (answer, scope) = (.off, .loginOnly)
            } else {
                (answer, scope) = (.notSupported, .nothing)
            }
        case .on: (answer, scope) = isWanted ? (.on, .everything) : (.required, isAble ? .everything : .refused)
        case .required: (answer, scope) = (.required, isAble ? .everything : .refused)
        }
    }
}
#endif
