/// Puts messages together from bytes that arrive in pieces of any size.
///
/// Feed it with ``append(_:)`` and take what is whole with ``next()``. Not to be shared between threads. After an error the
/// assembler stays failed: where the next packet would begin is not known.
public struct PacketAssembler: Sendable {
    /// The longest message, without headers, that is put together.
    public let maximumMessageBytes: Int
    /// The longest packet that is accepted, header included: the size that was agreed upon.
    public var maximumPacketBytes: Int

    private var input: [UInt8] = []
    private var position = 0
    private var message: Message?
    private var failure: TDSWireError?

    public init(maximumMessageBytes: Int, maximumPacketBytes: Int = PacketHeader.packetSizes.upperBound) {
        self.maximumMessageBytes = maximumMessageBytes
        self.maximumPacketBytes = maximumPacketBytes
    }

    /// Whether bytes of a message that is not whole are held.
    public var isMidMessage: Bool { message != nil || position < input.count }

    public mutating func append(_ bytes: some Collection<UInt8>) {
        // What has been read is dropped once it is the larger part, so that a byte is moved once on average.
        if position > input.count / 2 {
            input.removeFirst(position)
            position = 0
        }
        input.append(contentsOf: bytes)
    }

    /// The bytes that were appended and do not belong to a message yet. A connection that turns from plain to encrypted, or
    /// back, passes them on to whoever reads next.
    public mutating func takeUnread() -> [UInt8] {
        defer {
            input = []
            position = 0
        }
        return Array(input[position...])
    }

    /// The next whole message; `nil` until more bytes are there.
    /// - Throws: ``TDSWireError`` with code `malformed` for a header that is none or packets of two types in one message,
    ///   `tooLarge` for a message beyond ``maximumMessageBytes`` or a packet beyond ``maximumPacketBytes``.
    public mutating func next() throws(TDSWireError) -> Message? {
        if let failure { throw failure }
        do {
            while input.count - position >= PacketHeader.byteCount {
                var reader = ByteReader(input, at: position)
                let header = try PacketHeader(&reader)
                try check(header)
                guard input.count - position >= header.length else { return nil }
                let data = position + PacketHeader.byteCount..<position + header.length
                position = data.upperBound
                if message == nil { message = Message(type: header.type, status: [], body: []) }
                message?.status.formUnion(header.status)
                message?.body.append(contentsOf: input[data])
                if header.status.contains(.endOfMessage) {
                    defer { message = nil }
                    return message
                }
            }
            return nil
        } catch {
            failure = error
            throw error
        }
    }

    private func check(_ header: PacketHeader) throws(TDSWireError) {
        if header.length > maximumPacketBytes {
            throw TDSWireError(
                .tooLarge,
                "a packet has \(header.length) bytes where \(maximumPacketBytes) were agreed upon; close the connection",
                structure: "packet header"
            )
        }
        if let message, message.type != header.type {
            throw TDSWireError(
                .malformed,
                "a \(header.type) packet comes in the middle of a \(message.type) message; close the connection",
                structure: "packet header"
            )
        }
        let held = message?.body.count ?? 0
        if header.length - PacketHeader.byteCount > maximumMessageBytes - held {
            throw TDSWireError(
                .tooLarge,
                "a \(header.type) message is longer than the limit of \(maximumMessageBytes) bytes; raise the limit",
                structure: "message"
            )
        }
    }
}
