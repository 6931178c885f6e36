import Synchronization

/// The numbers that `RAND` gives in a session, which begin anew where it gets a seed.
final class RandomNumbers: Sendable {
    private let sequence = Mutex(RandomSequence(seed: .random(in: 0...Int32.max)))

    func next(_ seed: Int32?) -> Double {
        sequence.withLock { sequence in
            if let seed { sequence = RandomSequence(seed: seed) }
            return sequence.next()
        }
    }
}
