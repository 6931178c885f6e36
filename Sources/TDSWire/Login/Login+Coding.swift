extension Login {
    /// The bytes before the texts.
    private static let headerBytes = 94

    /// The message with the given body.
    /// - Throws: ``TDSWireError`` with code `malformed` for a field outside of the message, `truncated` where the body is shorter
    ///   than it says, `unsupported` for a client that is big-endian.
    public init(decoding body: [UInt8]) throws(TDSWireError) {
        do {
            try self.init(checked: body)
        } catch {
            throw error.located(structure: "LOGIN7")
        }
    }

    private init(checked body: [UInt8]) throws(TDSWireError) {
        var outer = ByteReader(body)
        let length = Int(try outer.number(UInt32.self))
        guard length >= Login.headerBytes else { throw .malformed("a login is shorter than its header", at: 0) }
        _ = try outer.skip(length - 4)
        // Bytes after the length that the login announces are nothing to us.
        let fields = Fields(bytes: body, end: length)
        var reader = ByteReader(body, 4..<length, endIsAnnounced: true)
        version = TDSVersion(rawValue: try reader.number())
        packetSize = try reader.number()
        clientVersion = try reader.number()
        processID = try reader.number()
        connectionID = try reader.number()
        flags1 = Flags1(rawValue: try reader.byte())
        flags2 = Flags2(rawValue: try reader.byte())
        typeFlags = TypeFlags(rawValue: try reader.byte())
        flags3 = Flags3(rawValue: try reader.byte())
        guard !flags1.contains(.bigEndian), !flags1.contains(.ebcdic) else {
            throw .unsupported(
                "a client sends numbers big-endian or text as EBCDIC; connect with a client that does not"
            )
        }
        timeZone = try reader.number()
        lcid = try reader.number()
        host = try fields.text(&reader)
        user = try fields.text(&reader)
        password = Password(obfuscated: body[try fields.range(&reader, unit: 2)])
        application = try fields.text(&reader)
        server = try fields.text(&reader)
        let list = try fields.range(&reader, unit: 1)
        library = try fields.text(&reader)
        language = try fields.text(&reader)
        database = try fields.text(&reader)
        clientID = try reader.take(6)
        sspi = try fields.sspi(&reader)
        attachedDatabaseFile = try fields.text(&reader)
        newPassword = Password(obfuscated: body[try fields.range(&reader, unit: 2)])
        if flags3.contains(.features) { features = try fields.features(list) }
        flags3.remove(.features)
    }

    /// The places in the message that offsets point to.
    private struct Fields {
        let bytes: [UInt8]
        let end: Int

        /// Reads an offset and a length in units of `unit` bytes.
        func range(_ reader: inout ByteReader, unit: Int) throws(TDSWireError) -> Range<Int> {
            let start = reader.position
            let offset = Int(try reader.number(UInt16.self))
            let length = Int(try reader.number(UInt16.self)) * unit
            // What is empty may point anywhere.
            if length == 0 { return 0..<0 }
            return try check(offset, length, at: start)
        }

        func check(_ offset: Int, _ length: Int, at start: Int) throws(TDSWireError) -> Range<Int> {
            guard offset <= end, length <= end - offset else {
                throw .malformed("a field of the login lies outside of its message", at: start)
            }
            return offset..<offset + length
        }

        func text(_ reader: inout ByteReader) throws(TDSWireError) -> String {
            UTF16Bytes.text(of: bytes[try range(&reader, unit: 2)])
        }

        /// A message of integrated authentication, whose length is in another place where 16 bits are too few. The reader
        /// stays before the next field.
        func sspi(_ reader: inout ByteReader) throws(TDSWireError) -> [UInt8] {
            let start = reader.position
            let offset = Int(try reader.number(UInt16.self))
            let length = try reader.number(UInt16.self)
            var ahead = reader
            _ = try ahead.skip(8)
            let long = Int(try ahead.number(UInt32.self))
            let count = length == .max && long > 0 ? long : Int(length)
            return count == 0 ? [] : Array(bytes[try check(offset, count, at: start)])
        }

        /// The list that `range` points to the offset of.
        func features(_ range: Range<Int>) throws(TDSWireError) -> [LoginFeature] {
            var pointer = ByteReader(bytes, range, endIsAnnounced: true)
            let offset = Int(try pointer.number(UInt32.self))
            guard offset <= end else {
                throw .malformed("the features of a login lie outside of its message", at: range.lowerBound)
            }
            var reader = ByteReader(bytes, offset..<end, endIsAnnounced: true)
            return try LoginFeature.list(&reader)
        }
    }

    /// The body of the message.
    /// - Throws: ``TDSWireError`` with code `invalidValue` where the fields are longer than a login can say.
    public func encoded() throws(TDSWireError) -> [UInt8] {
        guard clientID.count == 6 else { throw .invalidValue("a client's identifier has not 6 bytes") }
        var layout = Layout()
        let pairs: [[UInt8]] = [
            try layout.text(host), try layout.text(user), try layout.password(password), try layout.text(application),
            try layout.text(server), try layout.place(features == nil ? [] : [0, 0, 0, 0], unit: 1),
            try layout.text(library), try layout.text(language), try layout.text(database),
        ]
        let featurePointer = features == nil ? nil : pairs[5]
        let later: [[UInt8]] = [
            try layout.place(sspi, unit: 1), try layout.text(attachedDatabaseFile), try layout.password(newPassword),
        ]
        var data = layout.data
        if let features, let featurePointer {
            let place = Int(featurePointer[0]) | Int(featurePointer[1]) << 8
            let offset = UInt32(Login.headerBytes + data.count)
            for index in 0..<4 {
                data[place - Login.headerBytes + index] = UInt8(truncatingIfNeeded: offset >> UInt32(index * 8))
            }
            try LoginFeature.encode(features, into: &data)
        }

        var body: [UInt8] = []
        body.append(number: UInt32(Login.headerBytes + data.count))
        for number in [version.rawValue, packetSize, clientVersion, processID, connectionID] {
            body.append(number: number)
        }
        body.append(contentsOf: [flags1.rawValue, flags2.rawValue, typeFlags.rawValue])
        body.append((features == nil ? flags3.subtracting(.features) : flags3.union(.features)).rawValue)
        body.append(number: timeZone)
        body.append(number: lcid)
        for pair in pairs { body += pair }
        body += clientID
        for pair in later { body += pair }
        body.append(number: sspi.count >= Int(UInt16.max) ? UInt32(sspi.count) : 0)
        return body + data
    }

    /// Puts the fields one after the other behind the header.
    private struct Layout {
        private(set) var data: [UInt8] = []

        mutating func text(_ text: String) throws(TDSWireError) -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.append(units: Array(text.utf16))
            return try place(bytes, unit: 2)
        }

        mutating func password(_ password: Password) throws(TDSWireError) -> [UInt8] {
            try place(password.obfuscated, unit: 2)
        }

        /// Appends a field; the result is its offset and its length in units of `unit` bytes. A length of more than 16 bits
        /// is said as FFFF, which only the message of integrated authentication may be.
        mutating func place(_ bytes: [UInt8], unit: Int) throws(TDSWireError) -> [UInt8] {
            let count = bytes.count / unit
            let start = Login.headerBytes + data.count
            // What is empty may point anywhere.
            let offset = bytes.isEmpty ? UInt16(clamping: start) : UInt16(exactly: start)
            guard let offset, unit == 1 || count < Int(UInt16.max) else {
                throw TDSWireError(.invalidValue, "the fields of a login are longer than 65535 bytes; shorten them")
            }
            data += bytes
            var pair: [UInt8] = []
            pair.append(number: offset)
            pair.append(number: UInt16(clamping: count))
            return pair
        }
    }
}
