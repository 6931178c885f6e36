/// A file of captured Ethernet packets with TCP over IPv4.
struct Capture {
    struct Flow: Hashable {
        var source: UInt16
        var destination: UInt16
    }

    /// The bytes that each side of each connection sent.
    private(set) var streams: [Flow: [UInt8]] = [:]

    init(_ file: [UInt8]) {
        var position = 24
        while position + 16 <= file.count {
            let length = (0..<4).reduce(0) { $0 | Int(file[position + 8 + $1]) << (8 * $1) }
            let packet = Array(file[position + 16..<position + 16 + length])
            position += 16 + length
            let ip = 14
            let tcp = ip + Int(packet[ip] & 0xF) * 4
            let data = tcp + Int(packet[tcp + 12] >> 4) * 4
            // Small packets are padded to the least size of Ethernet.
            let end = ip + Int(packet[ip + 2]) << 8 + Int(packet[ip + 3])
            let flow = Flow(
                source: UInt16(packet[tcp]) << 8 | UInt16(packet[tcp + 1]),
                destination: UInt16(packet[tcp + 2]) << 8 | UInt16(packet[tcp + 3])
            )
            streams[flow, default: []] += packet[data..<end]
        }
    }

    func stream(from source: UInt16, to destination: UInt16) -> [UInt8] {
        streams[Flow(source: source, destination: destination)] ?? []
    }
}
