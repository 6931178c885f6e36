import Testing

@testable import LakeStorage

@Suite("A folder of another storage as a storage")
struct StorageFolderTests {
    let folder = TemporaryFolder()
    var base: LocalStorage { LocalStorage(root: folder.path) }

    @Test("paths are relative to the folder, whatever is done")
    func relativePaths() async throws {
        let table = StorageFolder(base, folder: "bronze/orders")
        try await table.put("_delta_log/0.json", [1])
        try await table.putIfAbsent("a", [2])
        try await table.link("a", to: "b")
        let writer = try await table.create("c")
        try await writer.write([3])
        try await writer.finish()
        #expect(try await base.read("bronze/orders/_delta_log/0.json") == [1])
        #expect(try await table.read("b") == [2])
        #expect(try await table.read("c", range: 0..<1) == [3])
        #expect(try await table.list("").map(\.path) == ["a", "b", "c"])
        #expect(try await table.list("_delta_log").map(\.path) == ["_delta_log/0.json"])
        #expect(try await table.attributes(of: "a").path == "a")
        try await table.delete("a")
        #expect(try await !base.exists("bronze/orders/a"))
    }

    @Test("a folder of a folder, and the folder that is everything")
    func nesting() async throws {
        let inner = StorageFolder(StorageFolder(base, folder: "a"), folder: "b")
        try await inner.put("c", [1])
        #expect(try await base.read("a/b/c") == [1])
        let all = StorageFolder(base, folder: "")
        #expect(try await all.read("a/b/c") == [1])
        #expect(try await all.list("a/b").map(\.path) == ["a/b/c"])
    }

    @Test("errors name the full path, and no path leaves the folder")
    func errors() async throws {
        let table = StorageFolder(base, folder: "t")
        do {
            _ = try await table.read("x")
            Issue.record("there is no such file")
        } catch {
            #expect(error.path == "t/x")
            #expect(error.code == .notFound)
        }
        do {
            _ = try await table.read("../secret")
            Issue.record("the path leaves the folder")
        } catch {
            #expect(error.path == "t/../secret")
            #expect(error.code == .invalidPath)
        }
    }

    @Test("unique names are UUIDs and differ")
    func uniqueNames() {
        #expect(UniqueName.uuid(0, 0) == "00000000-0000-4000-8000-000000000000")
        #expect(UniqueName.uuid(.max, .max) == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(UniqueName.uuid(0x0123_4567_89AB_CDEF, 0x0123_4567_89AB_CDEF) == "01234567-89ab-4def-8123-456789abcdef")
        #expect(Set((0..<1000).map { _ in UniqueName.uuid() }).count == 1000)
    }
}
