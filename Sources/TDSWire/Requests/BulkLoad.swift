/// The body of a bulk load: columns, rows, and DONE, which are tokens as in a reply.
///
/// To decode one, use a ``TokenReader`` of kind ``TokenReader/Kind/bulkLoad``. To encode one, append ``begin(_:)``, the bytes
/// of a ``RowWriter`` and a ``Done``.
///
/// Source: MS-TDS 2.2.6.1.
public enum BulkLoad {
    /// The description of the columns. Unlike in a reply, the table of a `text`, `ntext` or `image` column is one name.
    public static func begin(_ columns: ResultColumns) throws(TDSWireError) -> [UInt8] {
        var bytes: [UInt8] = []
        try ColumnMetadata.encode(columns.descriptions, in: .bulkLoad, into: &bytes)
        return bytes
    }
}
