/// The order of day, month and year in dates of numbers: SET DATEFORMAT.
package enum DateOrder: String, Hashable, Sendable {
    case mdy, dmy, ymd, ydm, myd, dym
}

/// What a session sets that conversions look at.
package struct ConversionSettings: Hashable, Sendable {
    package var dateOrder: DateOrder

    package init(dateOrder: DateOrder = .mdy) { self.dateOrder = dateOrder }

    package static let `default` = ConversionSettings()
}
