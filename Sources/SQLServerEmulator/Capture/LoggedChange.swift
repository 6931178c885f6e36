/// A change of a row as the log has it.
struct LoggedChange {
    var id: Int64
    var object: Int
    var statement: Int64
    /// Whether it is an update that sets columns of a unique key.
    var movesKey: Bool
    /// The ids of the columns that an update sets.
    var touched: Set<Int>
    var before: RowImage?
    var after: RowImage?
    /// The change tables that take it.
    var instances: [Int]
    /// `CHANGE_TRACKING_CONTEXT`
    var context: StoredValue

    static let columns = "id, object, statement, movesKey, touched, before, after, instances, context"

    init(_ row: [StoredValue]) throws(SQLError) {
        guard row.count == 9, case .integer(let id) = row[0], case .integer(let object) = row[1],
            case .integer(let statement) = row[2], case .text(let instances) = row[7]
        else { throw RowImage.damaged }
        self.id = id
        self.object = Int(object)
        self.statement = statement
        movesKey = row[3] == .integer(1)
        touched = ColumnSet.columns(row[4])
        before = try RowImage(row[5])
        after = try RowImage(row[6])
        self.instances = String(decoding: instances, as: UTF8.self).split(separator: ",").compactMap { Int($0) }
        context = row[8]
    }
}
