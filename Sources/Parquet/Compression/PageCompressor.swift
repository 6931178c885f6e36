internal import CSnappy
internal import CZlib
internal import CZstd

/// Compresses pages one after the other with one codec, keeping the codec's working memory from page to page.
struct PageCompressor: ~Copyable {
    private let compression: ParquetWriterOptions.Compression
    private var output = ScratchMemory()
    private var zstd: OpaquePointer?

    init(_ compression: ParquetWriterOptions.Compression) {
        self.compression = compression
    }

    deinit {
        ZSTD_freeCCtx(zstd)
    }

    /// The page, compressed; valid until the next call.
    mutating func compress(_ page: UnsafeRawBufferPointer) throws(ParquetError) -> UnsafeRawBufferPointer {
        switch compression.kind {
        case .uncompressed: return page
        case .snappy: return try snappy(page)
        case .zstd: return try zstd(page)
        case .gzip: return try gzip(page)
        }
    }

    private mutating func snappy(_ page: UnsafeRawBufferPointer) throws(ParquetError) -> UnsafeRawBufferPointer {
        var length = snappy_max_compressed_length(page.count)
        let target = try output.bytes(length)
        let status = snappy_compress(
            page.baseAddress?.assumingMemoryBound(to: CChar.self),
            page.count,
            target.baseAddress?.assumingMemoryBound(to: CChar.self),
            &length
        )
        guard status == SNAPPY_OK else { throw PageCompressor.failed("snappy", page.count) }
        return UnsafeRawBufferPointer(rebasing: target[0..<length])
    }

    private mutating func zstd(_ page: UnsafeRawBufferPointer) throws(ParquetError) -> UnsafeRawBufferPointer {
        if zstd == nil { zstd = ZSTD_createCCtx() }
        guard let zstd else { throw PageCompressor.failed("zstd", page.count) }
        let target = try output.bytes(ZSTD_compressBound(page.count))
        let length = ZSTD_compressCCtx(
            zstd,
            target.baseAddress,
            target.count,
            page.baseAddress,
            page.count,
            Int32(clamping: compression.level)
        )
        guard ZSTD_isError(length) == 0 else { throw PageCompressor.failed("zstd", page.count) }
        return UnsafeRawBufferPointer(rebasing: target[0..<length])
    }

    private mutating func gzip(_ page: UnsafeRawBufferPointer) throws(ParquetError) -> UnsafeRawBufferPointer {
        var stream = z_stream()
        // 15 bits of window, and 16 for gzip's own header around the data.
        let started = deflateInit2_(
            &stream,
            Int32(clamping: compression.level),
            Z_DEFLATED,
            15 + 16,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard started == Z_OK else { throw PageCompressor.failed("gzip", page.count) }
        defer { deflateEnd(&stream) }
        let target = try output.bytes(Int(deflateBound(&stream, UInt(page.count))))
        guard let size = UInt32(exactly: page.count), let room = UInt32(exactly: target.count) else {
            throw PageCompressor.failed("gzip", page.count)
        }
        stream.next_in = UnsafeMutablePointer(mutating: page.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = size
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = room
        guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { throw PageCompressor.failed("gzip", page.count) }
        return UnsafeRawBufferPointer(rebasing: target[0..<target.count - Int(stream.avail_out)])
    }

    private static func failed(_ codec: String, _ count: Int) -> ParquetError {
        ParquetError(.tooLarge, "\(codec) could not compress a page of \(count) bytes; choose smaller pages")
    }
}

/// CRC-32 as gzip computes it, over pages as they stand in the file.
enum PageChecksum {
    static func of(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer? = nil) -> UInt32 {
        var sum = crc32_z(0, nil, 0)
        for part in [first, second] {
            guard let part, let base = part.baseAddress else { continue }
            sum = crc32_z(sum, base.assumingMemoryBound(to: UInt8.self), part.count)
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}
