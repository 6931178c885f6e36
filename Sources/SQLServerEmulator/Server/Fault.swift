#if Emulator
/// Something that goes wrong for the clients of a server, once or several times.
///
/// ```swift
/// server.inject(.deadlock.where("UPDATE"))
/// server.inject(.error(8134, "Divide by zero error encountered.", afterRows: 5))
/// ```
public struct Fault: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case delay(Duration)
        case error(number: Int32, message: String, severity: UInt8, afterRows: Int?)
        case disconnection(afterBytes: Int)
        case silence
        case deafness
    }

    let kind: Kind
    var count = 1
    var pattern: String?

    /// The request is carried out later.
    public static func delay(_ duration: Duration) -> Fault { Fault(kind: .delay(duration)) }

    /// A statement fails.
    ///
    /// - Parameters:
    ///   - severity: From 20 on the connection is closed after it.
    ///   - afterRows: So many rows of the request's next result go before the error; `nil` for a statement that fails before it
    ///     begins.
    public static func error(
        _ number: Int32,
        _ message: String,
        severity: UInt8 = 16,
        afterRows: Int? = nil
    ) -> Fault {
        Fault(kind: .error(number: number, message: message, severity: severity, afterRows: afterRows))
    }

    /// The session is the victim of a deadlock: error 1205, its transaction is rolled back.
    public static let deadlock = error(
        1205,
        "Transaction (Process ID 0) was deadlocked on lock resources with another process and has been chosen as the deadlock "
            + "victim. Rerun the transaction.",
        severity: 13
    )

    /// The connection breaks in the middle of a reply, after so many of its bytes.
    public static func disconnection(afterBytes count: Int) -> Fault { Fault(kind: .disconnection(afterBytes: count)) }

    /// The request is never carried out nor answered, but for an attention.
    public static let silence = Fault(kind: .silence)

    /// An attention is not noticed.
    public static let deafness = Fault(kind: .deafness)

    /// The same for several requests.
    public func times(_ count: Int) -> Fault {
        var fault = self
        fault.count = count
        return fault
    }

    /// The same for requests only whose text contains this; of a procedure, its name and the statements that it is to run.
    public func `where`(_ text: String) -> Fault {
        var fault = self
        fault.pattern = text
        return fault
    }
}
#endif
