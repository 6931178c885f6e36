import CDCTesting
import LakeStorage
import Synchronization
import Testing

private func code(_ error: any Error) -> StorageError.Code? { (error as? StorageError)?.code }

@Suite("The storage in memory keeps what a storage promises")
struct InMemoryStorageTests {
    @Test("An object is read whole and in parts")
    func reading() async throws {
        let storage = InMemoryStorage()
        try await storage.put("a/b", [1, 2, 3, 4])
        #expect(try await storage.read("a/b") == [1, 2, 3, 4])
        #expect(try await storage.read("a/b", range: 1..<3) == [2, 3])
        #expect(try await storage.read("a/b", range: 4..<4) == [])
        #expect(try await storage.attributes(of: "a/b").size == 4)
        #expect(try await storage.attributes(of: "a/b").name == "b")
        #expect(try await storage.exists("a/b"))
        #expect(try await !storage.exists("a"))
        #expect(try await storage.readIfPresent("a") == nil)
        await #expect(performing: { try await storage.read("a") }, throws: { code($0) == .notFound })
        await #expect(performing: { try await storage.read("a", range: 0..<1) }, throws: { code($0) == .notFound })
        await #expect(performing: { try await storage.attributes(of: "a") }, throws: { code($0) == .notFound })
        await #expect(performing: { try await storage.read("a/b", range: 3..<5) }, throws: { code($0) == .unreadable })
        await #expect(performing: { try await storage.read("a/b", range: -1..<2) }, throws: { code($0) == .unreadable })
    }

    @Test("A listing shows the objects directly inside a folder, from a name on, in the byte order of names")
    func listing() async throws {
        let storage = InMemoryStorage()
        for path in ["f/b", "f/a", "f/é", "f/B", "f/sub/c", "fx/d", "top", "f/ab"] { try await storage.put(path, []) }
        #expect(try await storage.list("f").map(\.path) == ["f/B", "f/a", "f/ab", "f/b", "f/é"])
        #expect(try await storage.list("f", from: "ab").map(\.name) == ["ab", "b", "é"])
        #expect(try await storage.list("f", from: "aa").map(\.name) == ["ab", "b", "é"])
        #expect(try await storage.list("").map(\.path) == ["top"])
        #expect(try await storage.list("f/sub").map(\.path) == ["f/sub/c"])
        #expect(try await storage.list("nowhere").isEmpty)
        #expect(storage.paths == storage.paths.sorted() && storage.paths.count == 8)
    }

    @Test("Of any number of callers that put an object if it is absent, one wins")
    func putIfAbsent() async throws {
        let storage = InMemoryStorage()
        let winners = try await withThrowingTaskGroup(of: UInt8?.self) { group in
            for number in 0..<50 as Range<UInt8> {
                group.addTask {
                    do { try await storage.putIfAbsent("log/0", [number]) } catch {
                        guard code(error) == .alreadyExists else { throw error }
                        return nil
                    }
                    return number
                }
            }
            return try await group.reduce(into: [UInt8]()) { if let number = $1 { $0.append(number) } }
        }
        #expect(winners.count == 1)
        #expect(try await storage.read("log/0") == winners)
        try await storage.put("log/0", [99])
        #expect(try await storage.read("log/0") == [99])
    }

    @Test("An object that is written in pieces appears when it is finished")
    func writing() async throws {
        let storage = InMemoryStorage()
        try await storage.put("a", [0])
        let writer = try await storage.create("a")
        try await writer.write([1])
        try await writer.write([2, 3])
        #expect(try await storage.read("a") == [0])
        try await writer.finish()
        #expect(try await storage.read("a") == [1, 2, 3])
        await #expect(performing: { try await writer.write([4]) }, throws: { code($0) == .unreadable })
        await #expect(performing: { try await writer.finish() }, throws: { code($0) == .unreadable })

        let discarded = try await storage.create("b")
        try await discarded.write([1])
        await discarded.discard()
        await #expect(performing: { try await discarded.finish() }, throws: { code($0) == .unreadable })
        #expect(try await !storage.exists("b"))
    }

    @Test("A second name shows the same bytes, and outlives the first")
    func linking() async throws {
        let storage = InMemoryStorage()
        try await storage.put("a", [1])
        try await storage.link("a", to: "b")
        await #expect(performing: { try await storage.link("a", to: "b") }, throws: { code($0) == .alreadyExists })
        await #expect(performing: { try await storage.link("nope", to: "c") }, throws: { code($0) == .notFound })
        try await storage.delete("a")
        try await storage.delete("a")
        #expect(storage.paths == ["b"])
        #expect(try await storage.read("b") == [1])
    }

    @Test("Every change is later than the one before")
    func times() async throws {
        let storage = InMemoryStorage()
        try await storage.put("a", [])
        try await storage.put("b", [])
        let first = try await storage.attributes(of: "a").modified
        #expect(try await storage.attributes(of: "b").modified > first)
        try await storage.put("a", [])
        #expect(try await storage.attributes(of: "a").modified > storage.attributes(of: "b").modified)
    }

    @Test(
        "A path that no storage takes is refused",
        arguments: ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a\u{0}"]
    )
    func paths(path: String) async throws {
        let storage = InMemoryStorage()
        try await storage.put("good", [1])
        await #expect(performing: { try await storage.put(path, []) }, throws: { code($0) == .invalidPath })
        await #expect(performing: { try await storage.putIfAbsent(path, []) }, throws: { code($0) == .invalidPath })
        await #expect(performing: { _ = try await storage.create(path) }, throws: { code($0) == .invalidPath })
        await #expect(performing: { try await storage.read(path) }, throws: { code($0) == .invalidPath })
        await #expect(performing: { try await storage.attributes(of: path) }, throws: { code($0) == .invalidPath })
        await #expect(performing: { try await storage.link("good", to: path) }, throws: { code($0) == .invalidPath })
        await #expect(performing: { try await storage.delete(path) }, throws: { code($0) == .invalidPath })
        if !path.isEmpty {
            await #expect(performing: { try await storage.list(path) }, throws: { code($0) == .invalidPath })
        }
        #expect(storage.paths == ["good"])
    }
}

@Suite("The storage that fails on purpose")
struct FaultyStorageTests {
    /// Seven operations.
    private func story(_ storage: some ObjectStorage) async throws {
        try await storage.put("a", [1])  // 0
        _ = try await storage.read("a")  // 1
        _ = try await storage.list("")  // 2
        let writer = try await storage.create("b")  // 3
        try await writer.write([2])  // 4
        try await writer.finish()  // 5
        try await storage.delete("a")  // 6
    }

    @Test("Every operation is counted and named, and does what it should")
    func counting() async throws {
        let memory = InMemoryStorage()
        let storage = FaultyStorage(memory)
        try await story(storage)
        #expect(storage.operationCount == 7)
        #expect(storage.operations == ["put a", "read a", "list ", "create b", "write b", "finish b", "delete a"])
        #expect(memory.paths == ["b"])
    }

    @Test("A fault is told as it was asked for, without effect, and once", arguments: 0..<7)
    func failing(operation: Int) async throws {
        let memory = InMemoryStorage()
        let storage = FaultyStorage(memory, faults: [operation: .fails(.unavailable)])
        await #expect(
            performing: { try await story(storage) },
            throws: { code($0) == .unavailable && ($0 as? StorageError)?.isRetryable == true }
        )
        #expect(storage.operationCount == operation + 1)
        try await story(storage)
        #expect(memory.paths == ["b"])
    }

    @Test(
        "After its death nothing succeeds; what was before is there, and with its effect the last as well",
        arguments: 0..<7,
        [false, true]
    )
    func dying(operation: Int, afterEffect: Bool) async throws {
        let memory = InMemoryStorage()
        let storage = FaultyStorage(memory, faults: [operation: .stopsDead(afterEffect: afterEffect)])
        await #expect(throws: StorageError.self) { try await story(storage) }
        let done = operation + (afterEffect ? 1 : 0)
        #expect(memory.paths == [done >= 1 && done < 7 ? "a" : nil, done >= 6 ? "b" : nil].compactMap { $0 })
        for _ in 0..<3 { await #expect(throws: StorageError.self) { try await story(storage) } }
        #expect(memory.paths == [done >= 1 && done < 7 ? "a" : nil, done >= 6 ? "b" : nil].compactMap { $0 })
    }

    @Test("The dead clear nothing away")
    func discard() async throws {
        let recorder = Recorder()
        let storage = FaultyStorage(recorder, faults: [1: .stopsDead(afterEffect: false)])
        let writer = try await storage.create("a")
        await #expect(throws: StorageError.self) { try await writer.write([1]) }
        await writer.discard()
        #expect(recorder.writer.discarded == 0)

        let healthy = try await FaultyStorage(recorder).create("a")
        await healthy.discard()
        #expect(recorder.writer.discarded == 1)
    }
}

/// A storage whose only object notes whether it was discarded.
private final class Recorder: ObjectStorage {
    final class Writer: ObjectWriter {
        private let count = Mutex(0)
        var discarded: Int { count.withLock { $0 } }
        func write(_ bytes: [UInt8]) async throws(StorageError) {}
        func finish() async throws(StorageError) {}
        func discard() async { count.withLock { $0 += 1 } }
    }

    let writer = Writer()
    private let memory = InMemoryStorage()

    func read(_ path: String, range: Range<Int>) async throws(StorageError) -> [UInt8] {
        try await memory.read(path, range: range)
    }
    func read(_ path: String) async throws(StorageError) -> [UInt8] { try await memory.read(path) }
    func attributes(of path: String) async throws(StorageError) -> ObjectAttributes {
        try await memory.attributes(of: path)
    }
    func list(_ folder: String, from start: String) async throws(StorageError) -> [ObjectAttributes] {
        try await memory.list(folder, from: start)
    }
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws(StorageError) {
        try await memory.putIfAbsent(path, bytes)
    }
    func put(_ path: String, _ bytes: [UInt8]) async throws(StorageError) { try await memory.put(path, bytes) }
    func create(_ path: String) async throws(StorageError) -> any ObjectWriter { writer }
    func link(_ path: String, to newPath: String) async throws(StorageError) {
        try await memory.link(path, to: newPath)
    }
    func delete(_ path: String) async throws(StorageError) { try await memory.delete(path) }
}
