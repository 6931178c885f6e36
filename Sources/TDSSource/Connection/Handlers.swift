import CFreeTDS

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What db-lib calls when the server or the library has something to say, and while it waits.
enum Handlers {
    /// Whether threads can have a session.
    static var canFindSessions: Bool { sessionKey != nil }

    /// Makes `session` that of the calling thread; whoever calls keeps it alive.
    static func adopt(_ session: Session?) {
        guard let sessionKey else { return }
        pthread_setspecific(sessionKey, session.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) })
    }

    /// Runs `body`, which ends the connection of `dropped` on whichever thread let go of it last: what it causes must not be
    /// taken for a message of another connection, whose thread that may be.
    static func drop(_ dropped: Session, _ body: () -> Void) {
        let session = current
        adopt(nil)
        body()
        if session !== dropped { adopt(session) }
    }

    static func isCurrent(_ session: Session) -> Bool { current === session }

    /// The session of the calling thread. There is none where a connection is closed by the thread that dropped it.
    private static var current: Session? {
        sessionKey.flatMap(pthread_getspecific).map { Unmanaged<Session>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Any answer but these two would end the process.
    static let error: EHANDLEFUNC = { _, _, number, systemError, text, _ in
        guard let session = current else { return INT_CANCEL }
        if number == SYBETIME { return session.silenceEnds() ? INT_TIMEOUT : INT_CANCEL }
        // The message handler got the server's error already.
        if number != SYBESMSG {
            session.log.append(LibraryMessage(number: number, systemError: systemError, text: string(text)))
        }
        return INT_CANCEL
    }

    static let message: MHANDLEFUNC = { _, number, state, severity, text, server, procedure, line in
        let message = ServerMessage(
            number: number,
            state: Int(state),
            severity: Int(severity),
            text: string(text),
            serverName: string(server),
            procedure: string(procedure),
            line: Int(line)
        )
        current?.log.append(message.withoutRowData)
        return 0
    }

    /// Asked after each second of silence: whether to end the wait, which then goes on in ``error`` as a timeout.
    static let isInterrupted: DB_DBCHKINTR_FUNC = { _ in current?.secondPassed() == true ? 1 : 0 }

    static let interrupt: DB_DBHNDLINTR_FUNC = { _ in INT_CANCEL }

    private static func string(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "" }
}

private let sessionKey: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key, nil) == 0 ? key : nil
}()
