/// How values are stored.
///
/// Source: parquet-format, parquet.thrift, `Type`.
enum PhysicalType: Int32, Sendable {
    case boolean = 0
    case int32 = 1
    case int64 = 2
    case int96 = 3
    case float = 4
    case double = 5
    case byteArray = 6
    case fixedLengthByteArray = 7
}

/// How the values of a page are encoded.
///
/// Source: parquet-format, parquet.thrift, `Encoding`.
struct Encoding: Hashable, Sendable, CustomStringConvertible {
    let code: Int32

    static let plain = Encoding(code: 0)
    /// The name that dictionary encoding had in format 1.0.
    static let plainDictionary = Encoding(code: 2)
    static let rle = Encoding(code: 3)
    static let deltaBinaryPacked = Encoding(code: 5)
    static let deltaLengthByteArray = Encoding(code: 6)
    static let deltaByteArray = Encoding(code: 7)
    static let rleDictionary = Encoding(code: 8)
    static let byteStreamSplit = Encoding(code: 9)

    private static let names = [
        "PLAIN", "GROUP_VAR_INT", "PLAIN_DICTIONARY", "RLE", "BIT_PACKED", "DELTA_BINARY_PACKED",
        "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "RLE_DICTIONARY", "BYTE_STREAM_SPLIT",
    ]

    var description: String {
        Encoding.names.indices.contains(Int(code)) ? Encoding.names[Int(code)] : "encoding \(code)"
    }
}

/// How the pages of a column are compressed.
///
/// Source: parquet-format, parquet.thrift, `CompressionCodec`, and Compression.md.
public struct ParquetCodec: Hashable, Sendable, CustomStringConvertible {
    /// The number that the format gives the codec.
    public let code: Int32

    init(code: Int32) { self.code = code }

    public static let uncompressed = ParquetCodec(code: 0)
    public static let snappy = ParquetCodec(code: 1)
    public static let gzip = ParquetCodec(code: 2)
    /// LZ4 in one of the wrappings that writers gave it before the format said which.
    public static let lz4 = ParquetCodec(code: 5)
    public static let zstd = ParquetCodec(code: 6)
    /// Blocks of LZ4 without any wrapping.
    public static let lz4Raw = ParquetCodec(code: 7)

    private static let names = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"]

    /// The name that the format gives the codec.
    public var description: String {
        ParquetCodec.names.indices.contains(Int(code)) ? ParquetCodec.names[Int(code)] : "codec \(code)"
    }
}

/// What a page holds.
///
/// Source: parquet-format, parquet.thrift, `PageType`.
enum PageType: Int32, Sendable {
    case data = 0
    case index = 1
    case dictionary = 2
    case dataV2 = 3
}

/// The four bytes at both ends of a file.
enum FileMagic {
    static let plain: [UInt8] = Array("PAR1".utf8)
    /// A file whose footer is encrypted.
    static let encrypted: [UInt8] = Array("PARE".utf8)
}
