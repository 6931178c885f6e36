/// The columns of a result, with what the decoders and encoders of its rows need of them. Shared by all of the rows.
public struct ResultColumns: Hashable, Sendable {
    public let descriptions: [ColumnDescription]
    let forms: [ValueForm]

    public init(_ descriptions: [ColumnDescription]) {
        self.descriptions = descriptions
        forms = descriptions.map { ValueForm($0.type, as: .column) }
    }

    public var count: Int { descriptions.count }

    /// The bytes of the bitmap before the values of an NBCROW.
    var bitmapBytes: Int { (forms.count + 7) / 8 }

    /// The most columns of a result. SQL Server's limit is 4096 columns of a SELECT.
    public static let maximumCount = 4096
}
