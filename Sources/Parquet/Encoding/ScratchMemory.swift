/// Memory that grows and is used again for page after page; what it held is lost when it grows.
struct ScratchMemory: ~Copyable {
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { memory.deallocate() }

    /// At least `count` bytes with undefined content.
    ///
    /// - Throws: ``ParquetError`` with code `tooLarge` for more than ``limit`` bytes.
    mutating func bytes(_ count: Int) throws(ParquetError) -> UnsafeMutableRawBufferPointer {
        guard count <= ScratchMemory.limit else {
            throw ParquetError(.tooLarge, "a page of \(count) bytes; at most \(ScratchMemory.limit) are taken")
        }
        if memory.count < count {
            memory.deallocate()
            // A half more, so that pages which grow a little each do not allocate each.
            memory = .allocate(byteCount: count + count / 2 + 64, alignment: 64)
        }
        return UnsafeMutableRawBufferPointer(rebasing: memory[0..<count])
    }

    /// The most that one page may hold: 1 GiB, and room for a worst case of compression.
    static let limit = 1 << 30 + 1 << 28
}

/// Bytes that are appended to and emptied over and over; the memory stays.
///
/// Unlike an array's `append` a kernel may write many small values through one pointer: it asks for room, writes, and says
/// how far it came.
struct ByteBuffer: Sendable {
    /// Longer than what is in use; bytes beyond ``count`` mean nothing.
    private var storage: [UInt8] = []
    private(set) var count = 0

    /// Makes room for `added` bytes and lets `body` write them; `body` returns how many it wrote.
    @inline(__always)
    mutating func append(atMost added: Int, _ body: (UnsafeMutableRawPointer) -> Int) {
        reserve(added)
        let start = count
        let written = storage.withUnsafeMutableBufferPointer { buffer -> Int in
            guard let base = buffer.baseAddress else { return 0 }
            return body(UnsafeMutableRawPointer(base) + start)
        }
        precondition(written >= 0 && written <= added, "a kernel wrote more than it had room for")
        count += written
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        append(atMost: bytes.count) { target in
            target.copyMemory(from: source, byteCount: bytes.count)
            return bytes.count
        }
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    mutating func removeAll() { count = 0 }

    /// Copies all bytes to `target`, which has room for ``count``.
    func copy(to target: UnsafeMutableRawPointer) {
        storage.withUnsafeBytes { bytes in
            if count > 0, let source = bytes.baseAddress { target.copyMemory(from: source, byteCount: count) }
        }
    }

    @inline(__always)
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws(ParquetError) -> R) throws(ParquetError) -> R {
        let used = count
        return try storage.withUnsafeBufferPointer { (buffer) throws(ParquetError) -> R in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[0..<used])))
        }
    }

    private mutating func reserve(_ added: Int) {
        let needed = count + added
        if needed > storage.count {
            let grown = Swift.max(needed, storage.count + storage.count / 2, 256)
            storage.append(contentsOf: repeatElement(0, count: grown - storage.count))
        }
    }
}
