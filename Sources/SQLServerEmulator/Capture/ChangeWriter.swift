/// Writes rows of one change table.
final class ChangeWriter {
    private let instance: CaptureInstanceObject
    private let table: TableObject
    private let session: Session
    private let options: CaptureOptions
    /// The types of the captured columns.
    private let types: [SQLType]
    private let full: [UInt8]
    private let hasCommandIDs: Bool

    /// Where in the log a change stands.
    struct Place {
        var lsn: LogSequenceNumber
        var sequence: LogSequenceNumber
        var command: Int64
        /// Whether the new row comes under the next command.
        var isDeferred: Bool
    }

    private enum Operation: Int64 { case delete = 1, insert, before, after }

    init(_ instance: CaptureInstanceObject, _ table: TableObject, _ session: Session) {
        self.instance = instance
        self.table = table
        self.session = session
        options = session.server.capture.options
        types = instance.columns.indices.map { table.columns[CaptureTables.prefix + $0].type }
        full = UpdateMask.all(instance.columns.count)
        hasCommandIDs = table.column("__$command_id") != nil
    }

    func write(_ change: LoggedChange, _ place: Place) throws(SQLError) {
        switch (change.before, change.after) {
        case (nil, let after?): try insert(.insert, values(of: after, .insert, change), full, place, 0)
        case (let before?, nil): try insert(.delete, values(of: before, .delete, change), full, place, 0)
        case (let before?, let after?)
        where change.movesKey && (place.isDeferred || options.keyUpdate == .deleteAndInsert):
            try insert(.delete, values(of: before, .delete, change), full, place, 0)
            try insert(.insert, values(of: after, .insert, change), full, place, place.isDeferred ? 1 : 0)
        case (let before?, let after?):
            let ordinals = instance.columns.enumerated().filter { change.touched.contains($0.element) }.map {
                $0.offset + 1
            }
            // An update of columns that are not captured leaves no trace.
            guard !ordinals.isEmpty else { return }
            let mask = UpdateMask.bytes(ordinals, count: instance.columns.count)
            try insert(.before, values(of: before, .before, change), mask, place, 0)
            try insert(.after, values(of: after, .after, change), mask, place, 0)
        case (nil, nil): break
        }
    }

    private func insert(
        _ operation: Operation,
        _ values: [StoredValue],
        _ mask: [UInt8],
        _ place: Place,
        _ later: Int64
    ) throws(SQLError) {
        try session.insert(
            stored: [place.lsn.stored, .null, place.sequence.stored, .integer(operation.rawValue), .blob(mask)] + values
                + (hasCommandIDs ? [.integer(place.command + later)] : []),
            into: table
        )
    }

    private func values(of image: RowImage, _ operation: Operation, _ change: LoggedChange) -> [StoredValue] {
        zip(instance.columns, types).map { column, type in
            let value = image.value(column)
            guard type.isLarge else { return value }
            let isTouched = change.touched.contains(column)
            switch operation {
            case .insert: return value
            case .delete: return type.isOldLarge ? .null : value
            case .before: return type.isOldLarge || !isTouched ? .null : value
            case .after:
                if isTouched { return value }
                if type.isOldLarge { return .null }
                switch options.untouchedValue {
                case .present: return value
                case .null: return .null
                case .nullWhereOffRow: return type.dataLength(value) > Int64(SQLType.byteMaximum) ? .null : value
                }
            }
        }
    }
}
