/// How the values of a type lie in memory.
///
/// Types that differ only in meaning share a kind, so that a kernel is written once: whole numbers up to 32 bits and dates
/// are `int32`, as in Parquet; decimals up to 18 digits are their unscaled value in `int64`, longer ones in `int128`.
public enum VectorKind: Hashable, Sendable {
    case bits
    case int32
    case int64
    case int128
    case float
    case double
    /// Texts and byte strings: a ``ByteVector``.
    case bytes
    case structure
    case list
    case map
}
