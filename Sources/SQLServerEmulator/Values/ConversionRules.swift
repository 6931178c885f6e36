/// Which type converts into which: the chart of CAST and CONVERT.
///
/// Source: Microsoft, "CAST and CONVERT (Transact-SQL)", implicit conversions; "Data type conversion (Database Engine)".
enum ConversionRule: Hashable {
    case implicit, explicit, forbidden

    /// - Throws: 529 where even CAST does not convert.
    static func checkExplicit(_ from: SQLType, _ to: SQLType) throws(SQLError) {
        guard rule(from, to) == .forbidden else { return }
        throw SQLError(529, "Explicit conversion from data type \(from.name) to \(to.name) is not allowed.", state: 2)
    }

    /// - Throws: 206 where nothing converts, 257 where only CONVERT does.
    package static func checkImplicit(_ from: SQLType, _ to: SQLType) throws(SQLError) {
        switch rule(from, to) {
        case .implicit: return
        case .forbidden: throw .clash(from, to)
        case .explicit:
            throw SQLError(
                257,
                "Implicit conversion from data type \(from.clashName) to \(to.clashName) is not allowed. "
                    + "Use the CONVERT function to run this query.",
                state: 3
            )
        }
    }

    static func rule(_ from: SQLType, _ to: SQLType) -> ConversionRule {
        if from == .null || to == .null || from.name == to.name { return .implicit }
        if to == .sqlVariant { return isHeldByVariant(from) ? .implicit : .forbidden }
        switch from.family {
        case .null: return .implicit
        case .integer, .decimal, .money, .float: return fromNumber(from, to)
        case .dateTime: return fromDate(from, to)
        case .characters: return fromCharacters(from, to)
        case .binary: return fromBinary(from, to)
        case .guid: return to.family == .characters && !to.isOldLarge || isPlainBinary(to) ? .implicit : .forbidden
        case .xml: return to.family == .characters && !to.isOldLarge || isPlainBinary(to) ? .explicit : .forbidden
        case .variant: return isHeldByVariant(to) ? .explicit : .forbidden
        case .userDefined:
            if isPlainBinary(to) { return .explicit }
            return to.family == .characters && !to.isOldLarge && from == .hierarchyid ? .explicit : .forbidden
        }
    }

    private static func isPlainBinary(_ type: SQLType) -> Bool {
        switch type {
        case .binary, .varbinary: true
        default: false
        }
    }

    private static func isHeldByVariant(_ type: SQLType) -> Bool {
        if type.length == .max { return false }
        switch type.family {
        case .xml, .variant, .userDefined: return false
        default: return type != .rowversion && !type.isOldLarge
        }
    }

    private static func fromNumber(_ from: SQLType, _ to: SQLType) -> ConversionRule {
        switch to.family {
        case .integer, .decimal, .money, .float: return .implicit
        case .characters: return to.isOldLarge ? .forbidden : from.family == .money ? .explicit : .implicit
        case .binary:
            if to == .image { return .forbidden }
            return to == .rowversion && from.family == .float ? .forbidden : .implicit
        case .dateTime: return to == .datetime || to == .smalldatetime ? .implicit : .forbidden
        default: return .forbidden
        }
    }

    private static func fromDate(_ from: SQLType, _ to: SQLType) -> ConversionRule {
        switch to.family {
        case .dateTime:
            let isDateAndTime = from == .date && to.name == "time" || from.name == "time" && to == .date
            return isDateAndTime ? .forbidden : .implicit
        case .characters: return to.isOldLarge ? .forbidden : .implicit
        case .binary: return isPlainBinary(to) ? .explicit : .forbidden
        case .integer, .decimal, .money, .float:
            return from == .datetime || from == .smalldatetime ? .explicit : .forbidden
        default: return .forbidden
        }
    }

    private static func fromCharacters(_ from: SQLType, _ to: SQLType) -> ConversionRule {
        if from.isOldLarge {
            switch to {
            case .text, .ntext, .xml: return .implicit
            case .char, .varchar, .nchar, .nvarchar: return from.isWide == to.isWide ? .implicit : .explicit
            default: return .forbidden
            }
        }
        switch to {
        case .binary, .varbinary, .rowversion: return .explicit
        case .image: return from.isWide ? .forbidden : .implicit
        case .geometry, .geography: return .forbidden
        default: return .implicit
        }
    }

    private static func fromBinary(_ from: SQLType, _ to: SQLType) -> ConversionRule {
        if from == .image { return to.family == .binary ? .implicit : .forbidden }
        switch to.family {
        case .binary, .integer, .decimal, .money: return .implicit
        case .characters:
            if to.isOldLarge { return .forbidden }
            return from == .rowversion && to.isWide ? .forbidden : .implicit
        case .dateTime:
            if to == .datetime || to == .smalldatetime { return .implicit }
            return from == .rowversion ? .forbidden : .explicit
        case .guid, .xml: return from == .rowversion ? .forbidden : .implicit
        case .userDefined: return from == .rowversion ? .forbidden : .explicit
        default: return .forbidden
        }
    }
}
