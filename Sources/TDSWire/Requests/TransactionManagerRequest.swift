/// A request to begin or end a transaction without SQL.
///
/// Source: MS-TDS 2.2.6.9.
public struct TransactionManagerRequest: Hashable, Sendable {
    /// A transaction that begins where another ends.
    public struct Beginning: Hashable, Sendable {
        public var isolation: IsolationLevel
        public var name: String

        public init(isolation: IsolationLevel = .current, name: String = "") {
            self.isolation = isolation
            self.name = name
        }
    }

    public enum Action: Hashable, Sendable {
        case begin(Beginning)
        case commit(name: String, then: Beginning?)
        case rollback(name: String, then: Beginning?)
        case save(name: String)
        /// Distributed transactions: 0 address of the coordinator, 1 propagation, 6 promotion. Only passed on.
        case other(UInt16, data: [UInt8])
    }

    public var headers: RequestHeaders
    public var action: Action

    public init(_ action: Action, headers: RequestHeaders = RequestHeaders()) {
        self.headers = headers
        self.action = action
    }

    /// The request with the given body.
    /// - Throws: ``TDSWireError`` with code `malformed` or `truncated`.
    public init(decoding body: [UInt8]) throws(TDSWireError) {
        var reader = ByteReader(body)
        do throws(TDSWireError) {
            headers = try RequestHeaders(&reader)
            let start = reader.position
            let code = try reader.number(UInt16.self)
            switch code {
            case 5: action = .begin(try Beginning(&reader))
            case 7, 8:
                let name = try TransactionManagerRequest.name(&reader)
                let then = try reader.byte() & 1 != 0 ? try Beginning(&reader) : nil
                action = code == 7 ? .commit(name: name, then: then) : .rollback(name: name, then: then)
            case 9: action = .save(name: try TransactionManagerRequest.name(&reader))
            case 0, 1, 6: action = .other(code, data: reader.rest())
            default: throw TDSWireError.malformed("there is no request \(code) to the transaction manager", at: start)
            }
            try reader.expectEnd(of: "TransactionManager")
        } catch {
            throw error.located(structure: "TransactionManager")
        }
    }

    /// The body of the request.
    /// - Throws: ``TDSWireError`` with code `invalidValue` for a name of more than 127 UTF-16 code units.
    public func encoded() throws(TDSWireError) -> [UInt8] {
        var body: [UInt8] = []
        headers.encode(into: &body)
        switch action {
        case .begin(let beginning):
            body.append(number: UInt16(5))
            try beginning.encode(into: &body)
        case .commit(let name, let then), .rollback(let name, let then):
            if case .commit = action { body.append(number: UInt16(7)) } else { body.append(number: UInt16(8)) }
            try body.append(transactionName: name)
            body.append(then == nil ? 0 : 1)
            try then?.encode(into: &body)
        case .save(let name):
            body.append(number: UInt16(9))
            try body.append(transactionName: name)
        case .other(let code, let data):
            body.append(number: code)
            body.append(contentsOf: data)
        }
        return body
    }

    /// A name as UTF-16, before which stands the number of its bytes, not of its code units.
    fileprivate static func name(_ reader: inout ByteReader) throws(TDSWireError) -> String {
        var name = try reader.part(Int(try reader.byte()))
        return String(decoding: try name.remainingUnits(), as: UTF16.self)
    }
}

extension TransactionManagerRequest.Beginning {
    fileprivate init(_ reader: inout ByteReader) throws(TDSWireError) {
        let start = reader.position
        guard let isolation = IsolationLevel(rawValue: try reader.byte()) else {
            throw .malformed("there is no such isolation level", at: start)
        }
        self.init(isolation: isolation, name: try TransactionManagerRequest.name(&reader))
    }

    fileprivate func encode(into bytes: inout [UInt8]) throws(TDSWireError) {
        bytes.append(isolation.rawValue)
        try bytes.append(transactionName: name)
    }
}

extension [UInt8] {
    fileprivate mutating func append(transactionName name: String) throws(TDSWireError) {
        var content: [UInt8] = []
        content.append(units: Swift.Array(name.utf16))
        try append(shortBytes: content, "the name of a transaction")
    }
}
