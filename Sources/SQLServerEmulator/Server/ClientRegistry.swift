#if Emulator
import Synchronization

/// The clients that are logged in.
final class ClientRegistry: Sendable {
    private let clients = Mutex<[Int: SQLServerEmulator.Client]>([:])

    var all: [SQLServerEmulator.Client] { clients.withLock { $0.values.sorted { $0.session < $1.session } } }

    func add(_ client: SQLServerEmulator.Client) { clients.withLock { $0[client.session] = client } }

    func remove(_ session: Int) { _ = clients.withLock { $0.removeValue(forKey: session) } }
}
#endif
