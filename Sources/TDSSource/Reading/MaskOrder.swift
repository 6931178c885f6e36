import CDCCore
import Columnar

/// Puts the update masks of a capture instance into the order of the columns that are read of it.
///
/// They differ where the instance captures a computed column, which is not read, and where an older instance is read for the newer one.
struct MaskOrder {
    /// For each column that is read its ordinal in the instance, from 1; `nil` where the instance does not capture it.
    private let ordinals: [Int?]

    init(of instance: CaptureInstance, reading columns: [SourceColumn]) {
        let captured = instance.columns.map(\.name)
        ordinals = columns.map { column in captured.firstIndex(of: column.name).map { $0 + 1 } }
    }

    func apply(to changes: RecordBatch) throws -> RecordBatch {
        guard ordinals != ordinals.indices.map({ $0 + 1 }),
            let place = changes.schema.fields.firstIndex(where: { $0.name == ChangeColumns.updateMask }),
            let masks = changes.columns[place].values.bytes
        else { return changes }
        var ordered = ByteVector()
        for row in 0..<masks.count {
            let mask = masks[row]
            let touched = ordinals.indices.filter { index in
                ordinals[index].map { UpdateMask.isSet($0, in: mask) } ?? false
            }
            try ordered.append(UpdateMask.encode(touched.map { $0 + 1 }, columnCount: ordinals.count))
        }
        var columns = changes.columns
        columns[place] = try Column(.binary, .bytes(ordered), validity: columns[place].validity)
        return try RecordBatch(changes.schema, columns, rowCount: changes.rowCount)
    }
}
