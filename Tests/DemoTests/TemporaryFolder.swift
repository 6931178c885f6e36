import LakeStorage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A folder for one test, removed with what is in it when the test is done.
func withTemporaryFolder<T>(_ body: (String) async throws -> T) async throws -> T {
    var template = Array("/tmp/cdc-demo-tests.XXXXXX".utf8CString)
    let path = template.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    guard let path else {
        throw StorageError(.unavailable, path: "/tmp", "no temporary folder could be made: error \(errno)")
    }
    defer {
        nftw(
            path,
            { name, _, _, _ in name.map { remove($0) } ?? 0 },
            16,
            Int32(FTW_DEPTH.rawValue) | Int32(FTW_PHYS.rawValue)
        )
    }
    return try await body(path)
}
