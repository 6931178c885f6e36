/// Which captured columns an update touched, as `__$update_mask` says it: a bit string whose **last** byte holds columns
/// 1…8, the lowest bit column 1.
///
/// Source: Microsoft, "cdc.&lt;capture_instance&gt;_CT", and `sys.fn_cdc_is_bit_set`.
public enum UpdateMask {
    /// Whether the column with the 1-based `ordinal` was touched. A column that the mask does not reach counts as touched.
    public static func isSet(_ ordinal: Int, in mask: some RandomAccessCollection<UInt8>) -> Bool {
        let fromEnd = (ordinal - 1) / 8
        guard ordinal > 0, fromEnd < mask.count else { return true }
        let byte = mask[mask.index(mask.endIndex, offsetBy: -1 - fromEnd)]
        return byte >> UInt8((ordinal - 1) % 8) & 1 != 0
    }

    /// The mask in which the columns with the given 1-based ordinals, of `columnCount` columns, are set.
    public static func encode(_ ordinals: some Sequence<Int>, columnCount: Int) -> [UInt8] {
        var mask = [UInt8](repeating: 0, count: max(1, (columnCount + 7) / 8))
        for ordinal in ordinals where (1...max(1, columnCount)).contains(ordinal) {
            mask[mask.count - 1 - (ordinal - 1) / 8] |= 1 << UInt8((ordinal - 1) % 8)
        }
        return mask
    }
}
