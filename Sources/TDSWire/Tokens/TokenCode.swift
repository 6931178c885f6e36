/// The first byte of a token.
///
/// Source: MS-TDS 2.2.4.
enum TokenCode {
    static let returnStatus: UInt8 = 0x79
    static let columnMetadata: UInt8 = 0x81
    static let tableNames: UInt8 = 0xA4
    static let columnInfo: UInt8 = 0xA5
    static let order: UInt8 = 0xA9
    static let error: UInt8 = 0xAA
    static let info: UInt8 = 0xAB
    static let returnValue: UInt8 = 0xAC
    static let loginAcknowledgement: UInt8 = 0xAD
    static let featureAcknowledgement: UInt8 = 0xAE
    static let row: UInt8 = 0xD1
    static let nbcRow: UInt8 = 0xD2
    static let environmentChange: UInt8 = 0xE3
    static let sessionState: UInt8 = 0xE4
    static let sspi: UInt8 = 0xED
    static let federatedAuthentication: UInt8 = 0xEE
    static let done: UInt8 = 0xFD
    static let doneProcedure: UInt8 = 0xFE
    static let doneInProcedure: UInt8 = 0xFF

    /// The name in MS-TDS; `nil` for a token that does not exist.
    static func name(_ code: UInt8) -> String? {
        switch code {
        case returnStatus: "RETURNSTATUS"
        case columnMetadata: "COLMETADATA"
        case 0x78: "OFFSET"
        case 0x88: "ALTMETADATA"
        case 0xA3: "DATACLASSIFICATION"
        case tableNames: "TABNAME"
        case columnInfo: "COLINFO"
        case order: "ORDER"
        case error: "ERROR"
        case info: "INFO"
        case returnValue: "RETURNVALUE"
        case loginAcknowledgement: "LOGINACK"
        case featureAcknowledgement: "FEATUREEXTACK"
        case row: "ROW"
        case nbcRow: "NBCROW"
        case 0xD3: "ALTROW"
        case environmentChange: "ENVCHANGE"
        case sessionState: "SESSIONSTATE"
        case sspi: "SSPI"
        case federatedAuthentication: "FEDAUTHINFO"
        case done: "DONE"
        case doneProcedure: "DONEPROC"
        case doneInProcedure: "DONEINPROC"
        default: nil
        }
    }
}
