internal import CSnappy
internal import CZlib
internal import CZstd

/// Decompresses pages one after the other, keeping the codec's working memory from page to page.
struct PageDecompressor: ~Copyable {
    private var zstd: OpaquePointer?

    init() {}

    deinit {
        ZSTD_freeDCtx(zstd)
    }

    /// How many times larger than its compressed form a page may be: more than the codec can reach is a lie, found before
    /// memory is taken for it.
    private static func maximumRatio(_ codec: ParquetCodec) -> Int {
        switch codec {
        case .snappy: 64
        case .gzip: 1100
        // A byte stands for at most 255 of a repetition.
        case .lz4, .lz4Raw: 255
        // A block of 128 KiB of one byte takes 4 bytes.
        default: 40_000
        }
    }

    /// Whether pages of `codec` can be read.
    static func check(_ codec: ParquetCodec) throws(ParquetError) {
        switch codec {
        case .uncompressed, .snappy, .gzip, .zstd, .lz4, .lz4Raw: break
        default:
            throw .unsupported(
                "the column is compressed with \(codec); this version reads uncompressed, Snappy, gzip, zstd and LZ4 columns"
            )
        }
    }

    /// Checks the sizes that a page header states.
    static func check(_ codec: ParquetCodec, compressed: Int, uncompressed: Int) throws(ParquetError) {
        guard uncompressed <= 1 << 30 else {
            throw ParquetError(.tooLarge, "a page of \(uncompressed) bytes; at most 1 GiB are taken")
        }
        if codec == .uncompressed {
            guard compressed == uncompressed else {
                throw .corrupt("an uncompressed page of \(compressed) bytes says that it has \(uncompressed)")
            }
            return
        }
        let (limit, overflow) = compressed.multipliedReportingOverflow(by: maximumRatio(codec))
        guard overflow || uncompressed <= limit.saturatingSum(1024) else {
            throw .corrupt("a page of \(compressed) bytes cannot become \(uncompressed) bytes by \(codec)")
        }
    }

    /// Decompresses `source` into `target`, which it must fill exactly.
    mutating func decompress(
        _ source: UnsafeRawBufferPointer,
        _ codec: ParquetCodec,
        into target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) {
        if target.isEmpty { return }
        let isWhole =
            switch codec {
            case .snappy: PageDecompressor.snappy(source, target)
            case .zstd: zstd(source, target)
            case .gzip: PageDecompressor.gzip(source, target)
            case .lz4: LZ4Framing.decompress(source, into: target)
            case .lz4Raw: LZ4Framing.block(source, target)
            default: false
            }
        guard isWhole else {
            throw .corrupt("a page of \(source.count) bytes is not \(target.count) bytes compressed with \(codec)")
        }
    }

    private static func snappy(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
        let bytes = source.baseAddress?.assumingMemoryBound(to: CChar.self)
        var length = 0
        guard snappy_uncompressed_length(bytes, source.count, &length) == SNAPPY_OK, length == target.count else {
            return false
        }
        let room = target.baseAddress?.assumingMemoryBound(to: CChar.self)
        return snappy_uncompress(bytes, source.count, room, &length) == SNAPPY_OK && length == target.count
    }

    private mutating func zstd(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
        if zstd == nil { zstd = ZSTD_createDCtx() }
        guard let zstd else { return false }
        let length = ZSTD_decompressDCtx(zstd, target.baseAddress, target.count, source.baseAddress, source.count)
        return ZSTD_isError(length) == 0 && length == target.count
    }

    /// Gzip data may consist of several members, one behind the other.
    private static func gzip(_ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer) -> Bool {
        var stream = z_stream()
        // 15 bits of window, and 32 to take gzip's or zlib's header, whichever is there.
        guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return false
        }
        defer { inflateEnd(&stream) }
        guard let size = UInt32(exactly: source.count), let room = UInt32(exactly: target.count) else { return false }
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = size
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = room
        while true {
            guard inflate(&stream, Z_FINISH) == Z_STREAM_END else { return false }
            if stream.avail_out == 0 { return true }
            guard stream.avail_in > 0, inflateReset(&stream) == Z_OK else { return false }
        }
    }
}
