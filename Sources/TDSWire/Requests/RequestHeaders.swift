/// ALL_HEADERS: what stands before the requests of TDS 7.2 and later.
///
/// Source: MS-TDS 2.2.5.3.
public struct RequestHeaders: Hashable, Sendable {
    /// A header of a type that this module only passes on: 1 query notifications, 3 trace activity.
    public struct Other: Hashable, Sendable {
        public var type: UInt16
        public var data: [UInt8]

        public init(type: UInt16, data: [UInt8]) {
            self.type = type
            self.data = data
        }
    }

    /// The transaction that the request belongs to, as ENVCHANGE named it; 0 outside of one.
    public var transactionDescriptor: UInt64
    /// The requests that are open on the connection; 1 without MARS.
    public var outstandingRequests: UInt32
    /// Further headers, which stand after the first.
    public var others: [Other]

    public init(transactionDescriptor: UInt64 = 0, outstandingRequests: UInt32 = 1, others: [Other] = []) {
        self.transactionDescriptor = transactionDescriptor
        self.outstandingRequests = outstandingRequests
        self.others = others
    }

    private static let transactionType: UInt16 = 2

    init(_ reader: inout ByteReader) throws(TDSWireError) {
        do {
            try self.init(unlocated: &reader)
        } catch {
            throw error.located(structure: "ALL_HEADERS")
        }
    }

    private init(unlocated reader: inout ByteReader) throws(TDSWireError) {
        let start = reader.position
        let total = Int(try reader.number(UInt32.self))
        guard total >= 4, total - 4 <= reader.remaining else {
            throw .malformed(
                "the headers do not fit into the request; a client of a version before TDS 7.2 sends none, use TDS 7.4",
                at: start
            )
        }
        var headers = try reader.part(total - 4)
        self.init()
        var isFound = false
        while !headers.isAtEnd {
            let start = headers.position
            let length = Int(try headers.number(UInt32.self))
            guard length >= 6 else { throw .malformed("a header is shorter than its type", at: start) }
            var header = try headers.part(length - 4)
            let type = try header.number(UInt16.self)
            if type == RequestHeaders.transactionType {
                guard !isFound else { throw .malformed("the transaction is named twice", at: start) }
                isFound = true
                transactionDescriptor = try header.number()
                outstandingRequests = try header.number()
                try header.expectEnd(of: "transaction header")
            } else {
                others.append(Other(type: type, data: header.rest()))
            }
        }
        guard isFound else { throw .malformed("the header that names the transaction is not there", at: start) }
    }

    func encode(into bytes: inout [UInt8]) {
        let total = 22 + others.reduce(0) { $0 + 6 + $1.data.count }
        bytes.append(number: UInt32(truncatingIfNeeded: total))
        bytes.append(number: UInt32(18))
        bytes.append(number: RequestHeaders.transactionType)
        bytes.append(number: transactionDescriptor)
        bytes.append(number: outstandingRequests)
        for other in others {
            bytes.append(number: UInt32(truncatingIfNeeded: 6 + other.data.count))
            bytes.append(number: other.type)
            bytes.append(contentsOf: other.data)
        }
    }
}
