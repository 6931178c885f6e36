#if Emulator
import Dispatch
import Synchronization

/// Elements from any thread for one thread that waits for them.
final class BlockingQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    /// - Returns: Whether somebody will take it: false after ``close()``.
    @discardableResult
    func append(_ element: Element) -> Bool {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.elements.append(element) }
            return !state.isClosed
        }
        if isOpen { available.signal() }
        return isOpen
    }

    /// Nothing comes any more; what waits is given out still.
    func close() {
        state.withLock { $0.isClosed = true }
        available.signal()
    }

    /// Waits for the next element; `nil` after the last one of a closed queue.
    func next() -> Element? {
        while true {
            available.wait()
            let (element, isClosed) = state.withLock { state in
                (state.elements.isEmpty ? nil : state.elements.removeFirst(), state.isClosed)
            }
            if let element { return element }
            // Whoever asks once more is to hear of the end, too.
            if isClosed {
                available.signal()
                return nil
            }
        }
    }
}
#endif
