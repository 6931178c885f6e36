/// Turns values as PLAIN has them into the encodings that need no dictionary.
enum ValueEncoder {
    /// What there is for values of `type` besides PLAIN.
    static func alternatives(_ type: PhysicalType) -> [Encoding] {
        switch type {
        case .int32, .int64: [.deltaBinaryPacked]
        case .float, .double: [.byteStreamSplit]
        case .byteArray: [.deltaLengthByteArray, .deltaByteArray]
        // Not every reader takes what the format has for values of fixed length.
        case .boolean, .int96, .fixedLengthByteArray: []
        }
    }

    /// Appends `plain` in `encoding`, one of ``alternatives(_:)`` or PLAIN.
    static func encode(
        _ plain: ByteBuffer,
        _ encoding: Encoding,
        _ type: PhysicalType,
        into target: inout ByteBuffer
    ) throws(ParquetError) {
        try plain.withBytes { (plain) throws(ParquetError) in
            switch encoding {
            case .deltaBinaryPacked: DeltaBinaryPackedEncoder.encode(plain, isWide: type == .int64, into: &target)
            case .deltaLengthByteArray: DeltaByteArrayEncoder.encodeLengthsFirst(plain, into: &target)
            case .deltaByteArray: DeltaByteArrayEncoder.encodeDifferences(plain, into: &target)
            case .byteStreamSplit: ByteStreamSplitEncoder.encode(plain, width: type == .float ? 4 : 8, into: &target)
            default: target.append(plain)
            }
        }
    }
}
