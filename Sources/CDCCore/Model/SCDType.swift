/// What a destination table keeps of its rows: the types of slowly changing dimensions.
public enum SCDType: Int, Hashable, Sendable {
    /// Every row as it is now.
    case type1 = 1
    /// Every state that a row ever had, with the time in which it held. No destination keeps that yet: a table for which it
    /// is asked is refused.
    case type2 = 2
}
