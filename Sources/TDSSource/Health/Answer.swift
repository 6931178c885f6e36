/// The answer to a question that a server may refuse to a login with few rights.
enum Answer<Value: Sendable>: Sendable {
    case known(Value)
    /// Why it is not known, for a person.
    case unknown(String)

    var value: Value? { if case .known(let value) = self { value } else { nil } }

    /// Asks; what the server refuses for good is unknown, what may be answered later is an error.
    static func ask(_ question: () async throws -> Value) async throws -> Answer {
        do { return .known(try await question()) } catch let error as TDSError {
            guard let message = error.server, !error.isRetryable else { throw error }
            return .unknown("the server says: \(message.text) (Msg \(message.number))")
        }
    }
}
