#if Emulator
import Synchronization

/// The faults that are to strike.
final class FaultPlan: Sendable {
    private let waiting = Mutex<[Fault]>([])

    func add(_ fault: Fault) { waiting.withLock { $0.append(fault) } }

    var count: Int { waiting.withLock { $0.reduce(0) { $0 + $1.count } } }

    func clear() { waiting.withLock { $0 = [] } }

    /// The faults that strike a request.
    func strike(_ text: String) -> [Fault] {
        waiting.withLock { waiting in
            var struck: [Fault] = []
            for (index, fault) in waiting.enumerated() where fault.kind != .deafness && fault.concerns(text) {
                struck.append(fault)
                waiting[index].count -= 1
            }
            waiting.removeAll { $0.count <= 0 }
            return struck
        }
    }

    /// Whether an attention is to be ignored.
    func ignoresAttention() -> Bool {
        waiting.withLock { waiting in
            guard let index = waiting.firstIndex(where: { $0.kind == .deafness }) else { return false }
            waiting[index].count -= 1
            waiting.removeAll { $0.count <= 0 }
            return true
        }
    }
}

extension Fault {
    fileprivate func concerns(_ text: String) -> Bool { pattern.map { text.contains($0) } ?? true }
}
#endif
