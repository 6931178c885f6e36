#if Emulator
import Testing

/// What clients see over a socket. One test at a time: they wait for the server in the threads of Swift's pool.
@Suite(.serialized) enum ServerTests {}
#endif
