#if Emulator
import TDSWire

/// Transactions without T-SQL.
///
/// Source: MS-TDS 2.2.6.9.
extension ClientSession {
    func perform(_ action: TransactionManagerRequest.Action, _ session: Session) {
        session.answering { () throws in
            switch action {
            case .begin(let beginning):
                begin(beginning, session)
                session.finish(.begin, isQuiet: true)
            case .commit(_, let next):
                try session.commitTransaction()
                if let next { begin(next, session) }
                session.finish(.commit, isQuiet: true)
            case .rollback(let name, let next):
                if name.isEmpty {
                    try session.rollbackTransaction()
                } else if try !session.rollbackTransaction(toSavepoint: name) {
                    throw SQLError(
                        6401,
                        "Cannot roll back \(name). No transaction or savepoint of that name was found."
                    )
                }
                if let next { begin(next, session) }
                session.finish(.none, isQuiet: true)
            case .save(let name):
                try session.saveTransaction(name)
                session.finish(.none, isQuiet: true)
            case .other: throw SQLError.unsupported("a distributed transaction")
            }
        }
    }

    private func begin(_ beginning: TransactionManagerRequest.Beginning, _ session: Session) {
        switch beginning.isolation {
        case .current: break
        case .readUncommitted: session.settings.isolation = .readUncommitted
        case .readCommitted: session.settings.isolation = .readCommitted
        case .repeatableRead: session.settings.isolation = .repeatableRead
        case .serializable: session.settings.isolation = .serializable
        case .snapshot: session.settings.isolation = .snapshot
        }
        session.beginTransaction()
    }
}
#endif
