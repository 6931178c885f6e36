#if Emulator
import NIOCore
import NIOSSL
import NIOTLS
import TDSWire

/// Puts messages together from bytes, negotiates encryption, and hands requests to the session of the connection.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case prelogin
        case handshake
        case login
        case session
        case closed
    }

    private let server: ServerCore
    private let connection: Connection
    private var phase = Phase.prelogin
    private var scope = EncryptionAgreement.Scope.nothing
    private var wrapper: HandshakeWrapper?
    private var encryption: NIOSSLServerHandler?
    /// Nobody is known before the login, so little is taken into memory for him.
    private var assembler = PacketAssembler(maximumMessageBytes: 1 << 18)
    private var takesLargeMessages = false

    init(_ server: ServerCore, _ channel: any Channel) {
        self.server = server
        connection = Connection(channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        connection.didClose()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close(context) }

    private func close(_ context: ChannelHandlerContext) {
        phase = .closed
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent, phase == .handshake {
            wrapper?.isTransparent = true
            phase = .login
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .closed else { return }
        if !takesLargeMessages, connection.isLoggedIn, !assembler.isMidMessage {
            takesLargeMessages = true
            assembler = PacketAssembler(maximumMessageBytes: Connection.requestBytesLimit)
        }
        assembler.append(unwrapInboundIn(data).readableBytesView)
        do {
            while phase != .closed, let message = try assembler.next() { try take(message, context) }
        } catch {
            // Where the stream is broken, nothing tells where the next message begins.
            close(context)
        }
    }

    private func take(_ message: Message, _ context: ChannelHandlerContext) throws(TDSWireError) {
        switch (phase, message.type) {
        case (.prelogin, .prelogin): try negotiate(try Prelogin(decoding: message.body), context)
        case (.prelogin, .login), (.login, .login): try login(try Login(decoding: message.body), context)
        case (.session, .attention): server.faults.ignoresAttention() ? () : connection.attention()
        case (.session, .sqlBatch), (.session, .rpc), (.session, .transactionManager), (.session, .bulkLoad):
            if !connection.put(.message(message)) { close(context) }
        default: close(context)
        }
    }

    // MARK: Encryption

    private func negotiate(_ prelogin: Prelogin, _ context: ChannelHandlerContext) throws(TDSWireError) {
        let agreement = EncryptionAgreement(
            server: server.configuration.encryption,
            client: prelogin.encryption ?? .notSupported
        )
        let answer = Prelogin(serverVersion: ServerCore.version, encryption: agreement.answer)
        var packets: [UInt8] = []
        try Message(type: .reply, body: try answer.encoded())
            .encode(packetSize: PacketHeader.initialPacketSize, into: &packets)
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: packets)), promise: nil)
        scope = agreement.scope
        switch scope {
        case .nothing: phase = .login
        case .refused: close(context)
        case .loginOnly, .everything:
            // A client that did not wait for the answer is none.
            guard let tls = server.tls, assembler.takeUnread().isEmpty else { return close(context) }
            let wrapper = HandshakeWrapper()
            let encryption = NIOSSLServerHandler(context: tls)
            self.wrapper = wrapper
            self.encryption = encryption
            phase = .handshake
            do {
                try context.pipeline.syncOperations.addHandlers([wrapper, encryption], position: .before(self))
            } catch { close(context) }
        }
    }

    // MARK: Login

    private func login(_ login: Login, _ context: ChannelHandlerContext) throws(TDSWireError) {
        if phase == .prelogin, server.configuration.encryption.mode == .required { return close(context) }
        phase = .session
        guard scope == .loginOnly, let encryption, let wrapper else { return begin(login, context) }
        // The handler is removed once it has returned from handing over the login. Both sides drop TLS without a word.
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let handlers = NIOLoopBound((self, encryption, wrapper), eventLoop: context.value.eventLoop)
        context.value.eventLoop.execute {
            let (handler, encryption, wrapper) = handlers.value
            let pipeline = context.value.pipeline.syncOperations
            pipeline.removeHandler(encryption, promise: nil)
            pipeline.removeHandler(wrapper, promise: nil)
            handler.encryption = nil
            handler.wrapper = nil
            handler.begin(login, context.value)
        }
    }

    private func begin(_ login: Login, _ context: ChannelHandlerContext) {
        guard phase == .session, connection.put(.login(login, isEncrypted: scope == .everything)) else {
            return close(context)
        }
        let (server, connection) = (server, connection)
        let isStarted = server.workers.start { ClientSession(server, connection).run() }
        if !isStarted { close(context) }
    }
}
#endif
