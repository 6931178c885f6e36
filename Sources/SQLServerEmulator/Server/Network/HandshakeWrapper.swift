#if Emulator
import NIOCore
import TDSWire

/// Puts the messages of a TLS handshake into PRELOGIN packets and takes them out. Once the handshake is done, TLS goes over the
/// socket as it is.
///
/// Source: MS-TDS 2.2.6.5 and 3.2.5.
final class HandshakeWrapper: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Whether the handshake is done.
    var isTransparent = false

    private var received = ByteBuffer()
    private var unsent: [UInt8] = []
    private var promises: [EventLoopPromise<Void>] = []

    /// A flight of a handshake is at most some certificates long.
    private static let receivedLimit = 1 << 17

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isTransparent, received.readableBytes == 0 { return context.fireChannelRead(data) }
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        // Each packet is passed on by itself: the one that completes the handshake may be followed by plain TLS.
        while !isTransparent {
            guard let header = received.getBytes(at: received.readerIndex, length: PacketHeader.byteCount) else {
                return
            }
            guard let packet = try? PacketHeader(decoding: header), packet.type == .prelogin,
                packet.length <= Self.receivedLimit
            else { return context.close(promise: nil) }
            guard received.readableBytes >= packet.length else { return }
            received.moveReaderIndex(forwardBy: PacketHeader.byteCount)
            guard let content = received.readSlice(length: packet.length - PacketHeader.byteCount) else { return }
            received.discardReadBytes()
            context.fireChannelRead(wrapInboundOut(content))
        }
        guard received.readableBytes > 0 else { return }
        let rest = received
        received = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(rest))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isTransparent { return context.write(data, promise: promise) }
        unsent += unwrapOutboundIn(data).readableBytesView
        if let promise { promises.append(promise) }
    }

    func flush(context: ChannelHandlerContext) {
        if !unsent.isEmpty {
            let message = Message(type: .prelogin, body: unsent)
            unsent = []
            let written = context.eventLoop.makePromise(of: Void.self)
            for promise in promises { written.futureResult.cascade(to: promise) }
            promises = []
            var packets: [UInt8] = []
            // The size is a constant within the limits, so that this does not fail.
            try? message.encode(packetSize: PacketHeader.initialPacketSize, into: &packets)
            context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: packets)), promise: written)
        }
        context.flush()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) }
        promises = []
    }
}
#endif
