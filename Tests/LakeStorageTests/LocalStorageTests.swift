import Foundation
import Testing

@testable import LakeStorage

@Suite("A folder of the local disk as a storage")
struct LocalStorageTests {
    let folder = TemporaryFolder()
    var storage: LocalStorage { LocalStorage(root: folder.path) }

    // MARK: Reading and writing

    @Test("what was put can be read, whole and in parts")
    func roundTrip() async throws {
        try await storage.put("a/b/c.bin", Array("0123456789".utf8))
        #expect(try await storage.read("a/b/c.bin") == Array("0123456789".utf8))
        #expect(try await storage.read("a/b/c.bin", range: 3..<6) == Array("345".utf8))
        #expect(try await storage.read("a/b/c.bin", range: 10..<10) == [])
        #expect(try await storage.attributes(of: "a/b/c.bin").size == 10)
        #expect(try await storage.exists("a/b/c.bin"))
        #expect(try await !storage.exists("a/b/d.bin"))
    }

    @Test("a range beyond the end of a file is an error, not fewer bytes")
    func rangeBeyondEnd() async throws {
        try await storage.put("a", [1, 2, 3])
        await #expect(throws: StorageError.self) { try await storage.read("a", range: 1..<4) }
        #expect(await code { _ = try await storage.read("a", range: 1..<4) } == .unreadable)
    }

    @Test("put replaces, putIfAbsent does not")
    func replacing() async throws {
        try await storage.put("a", [1])
        try await storage.put("a", [2])
        #expect(await code { try await storage.putIfAbsent("a", [3]) } == .alreadyExists)
        #expect(try await storage.read("a") == [2])
    }

    @Test("of sixteen that put one name at the same time one wins, and its bytes are there")
    func oneWinner() async throws {
        let storage = storage
        for round in 0..<10 {
            let name = "race/\(round)"
            let winners = await withTaskGroup(of: UInt8?.self) { group in
                for contender in UInt8(0)..<16 {
                    group.addTask {
                        do {
                            try await storage.putIfAbsent(name, Array(repeating: contender, count: 10_000))
                            return contender
                        } catch { return nil }
                    }
                }
                return await group.reduce(into: [UInt8]()) { list, winner in if let winner { list.append(winner) } }
            }
            #expect(winners.count == 1)
            #expect(try await storage.read(name) == Array(repeating: winners[0], count: 10_000))
        }
        #expect(folder.names("race").count == 10, "losers leave nothing behind")
    }

    @Test("deleting is done once, and no error the second time")
    func deleting() async throws {
        try await storage.put("a", [1])
        try await storage.delete("a")
        try await storage.delete("a")
        try await storage.delete("never/there")
        #expect(await code { _ = try await storage.read("a") } == .notFound)
    }

    // MARK: Writing piece by piece

    @Test("an object being written is invisible until it is finished")
    func writer() async throws {
        let writer = try await storage.create("t/part.parquet")
        try await writer.write([1, 2])
        try await writer.write([3])
        #expect(try await storage.list("t").isEmpty)
        #expect(try await !storage.exists("t/part.parquet"))
        try await writer.finish()
        #expect(try await storage.read("t/part.parquet") == [1, 2, 3])
        #expect(folder.names("t") == ["part.parquet"])
    }

    @Test("a discarded object leaves nothing, nor does one that is forgotten")
    func discarding() async throws {
        let writer = try await storage.create("t/a")
        try await writer.write([1])
        await writer.discard()
        do {
            let forgotten = try await storage.create("t/b")
            try await forgotten.write([1])
        }
        #expect(folder.names("t").isEmpty)
        await #expect(throws: StorageError.self) { try await writer.write([2]) }
        await #expect(throws: StorageError.self) { try await writer.finish() }
    }

    // MARK: Second names

    @Test("a link has the bytes and survives the first name")
    func linking() async throws {
        try await storage.put("a", [1, 2])
        try await storage.link("a", to: "deep/er/b")
        try await storage.delete("a")
        #expect(try await storage.read("deep/er/b") == [1, 2])
        try await storage.put("c", [3])
        #expect(await code { try await storage.link("c", to: "deep/er/b") } == .alreadyExists)
        #expect(await code { try await storage.link("nothing", to: "d") } == .notFound)
        #expect(try await storage.read("deep/er/b") == [1, 2])
    }

    // MARK: Listing

    @Test("a listing is sorted by the bytes of the names, from a name on, without folders and temporary files")
    func listing() async throws {
        for name in ["b", "a", "B", "ä", "z10", "z9"] { try await storage.put("l/\(name)", [0]) }
        try await storage.put("l/sub/x", [0])
        folder.write("l/.tmp-left-by-a-crash")
        #expect(try await storage.list("l").map(\.name) == ["B", "a", "b", "z10", "z9", "ä"])
        #expect(try await storage.list("l", from: "b").map(\.path) == ["l/b", "l/z10", "l/z9", "l/ä"])
        #expect(try await storage.list("nowhere").isEmpty)
        #expect(try await storage.list("l/a").isEmpty, "a file is an empty folder")
        folder.write("top")
        #expect(try await storage.list("").map(\.path) == ["top"])
    }

    @Test("temporary files that a crash left are swept when they are old enough")
    func sweeping() async throws {
        try await storage.put("l/a", [0])
        folder.write("l/.tmp-1")
        #expect(try await storage.removeTemporaries(in: "l", unchangedFor: 3_600_000) == 0)
        #expect(try await storage.removeTemporaries(in: "l", unchangedFor: 0) == 1)
        #expect(folder.names("l") == ["a"])
    }

    // MARK: Refusals

    @Test(
        "paths that are no names inside the root are refused",
        arguments: ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "../a", "a\0b"]
    )
    func invalidPaths(path: String) async throws {
        #expect(await code { _ = try await storage.read(path) } == .invalidPath)
        #expect(await code { try await storage.put(path, []) } == .invalidPath)
        #expect(await code { try await storage.putIfAbsent(path, []) } == .invalidPath)
        #expect(await code { try await storage.delete(path) } == .invalidPath)
        #expect(await code { _ = try await storage.create(path) } == .invalidPath)
        if !path.isEmpty { #expect(await code { _ = try await storage.list(path, from: "") } == .invalidPath) }
    }

    @Test("a name that the file system cannot hold is refused")
    func longName() async throws {
        let name = String(repeating: "n", count: 300)
        #expect(await code { try await storage.put(name, []) } == .invalidPath)
        #expect(folder.names().isEmpty)
    }

    @Test("the root is made by the first write")
    func missingRoot() async throws {
        let inner = LocalStorage(root: folder.path + "/not/yet/")
        #expect(try await inner.list("").isEmpty)
        #expect(await code { _ = try await inner.read("a") } == .notFound)
        try await inner.put("t/a", [1])
        #expect(try await inner.read("t/a") == [1])
    }

    @Test("a root that is a file is named in the error")
    func rootIsFile() async throws {
        folder.write("file")
        let storage = LocalStorage(root: folder.path + "/file")
        #expect(await code { _ = try await storage.read("a") } == .notFound)
        let error = await error { try await storage.put("a", [1]) }
        #expect(error?.code == .invalidPath)
        #expect(error?.message.contains("a file stands where a folder is needed") == true)
        #expect(await code { try await storage.put("deep/a", [1]) } == .invalidPath)
    }

    @Test("a folder is no object")
    func folderIsNoObject() async throws {
        try await storage.put("t/a", [1])
        #expect(await code { _ = try await storage.read("t") } == .notFound)
        #expect(await code { _ = try await storage.attributes(of: "t") } == .notFound)
        #expect(await code { try await storage.put("t", [1]) } == .invalidPath)
        #expect(folder.names() == ["t"], "the temporary file is gone")
    }

    @Test("a folder that may not be written to says so", .enabled(if: getuid() != 0, "root may write everywhere"))
    func readOnly() async throws {
        try await storage.put("t/a", [1])
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path + "/t")
        defer {
            try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/t")
        }
        #expect(await code { try await storage.put("t/b", [1]) } == .denied)
        #expect(try await storage.read("t/a") == [1])
    }

    @Test(
        "what the system's errors mean",
        arguments: [
            (ENOENT, false, StorageError.Code.notFound), (ENOTDIR, false, .notFound), (ENOTDIR, true, .invalidPath),
            (EACCES, true, .denied), (EPERM, true, .denied), (EROFS, true, .denied), (ENOSPC, true, .full),
            (EDQUOT, true, .full), (EIO, false, .unreadable), (EMFILE, false, .unavailable),
            (EBUSY, true, .unavailable),
        ]
    )
    func systemErrors(number: Int32, writing: Bool, expected: StorageError.Code) {
        let error = LocalStorage.error(number, "a/b", "could not", writing: writing)
        #expect(error.code == expected)
        #expect(error.path == "a/b")
        #expect(error.isRetryable == (expected == .unavailable))
    }

    // MARK: Pieces

    private func error(_ body: () async throws -> Void) async -> StorageError? {
        do { try await body() } catch { return error as? StorageError }
        return nil
    }

    private func code(_ body: () async throws -> Void) async -> StorageError.Code? { await error(body)?.code }
}
