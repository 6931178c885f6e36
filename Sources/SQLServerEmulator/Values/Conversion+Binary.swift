/// Conversions to binaries, identifiers and XML.
extension Conversion {
    func binary(_ value: SQLValue) throws(SQLError) -> SQLValue {
        switch value {
        case .binary(let bytes): return .binary(to.fit(binary: bytes).bytes)
        case .text(let text): return .binary(to.fit(binary: try bytes(text)).bytes)
        case .guid(let bytes): return .binary(to.fit(binary: bytes).bytes)
        case .integer(let number):
            let count =
                switch from {
                case .bit, .tinyint: 1
                case .smallint: 2
                case .int: 4
                default: 8
                }
            return numberBytes(BigEndian.bytes(UInt64(bitPattern: number), count: count))
        case .decimal(let unscaled):
            if case .decimal(let precision, let scale) = from {
                let words = precision < 10 ? 4 : precision < 20 ? 8 : precision < 29 ? 12 : 16
                let magnitude = BigEndian.bytes(unscaled.magnitude).reversed().prefix(words)
                let head = [UInt8(precision), UInt8(scale), 0, unscaled < 0 ? 0 : 1]
                return .binary(to.fit(binary: head + magnitude).bytes)
            }
            return numberBytes(
                BigEndian.bytes(UInt64(truncatingIfNeeded: unscaled), count: from == .smallmoney ? 4 : 8)
            )
        case .double(let double):
            if from == .real { return numberBytes(BigEndian.bytes(UInt64(Float(double).bitPattern), count: 4)) }
            return numberBytes(BigEndian.bytes(double.bitPattern, count: 8))
        default:
            guard let bytes = dateBytes(value) else { throw .errorConverting(from, to) }
            return from == .datetime || from == .smalldatetime
                ? numberBytes(bytes) : .binary(to.fit(binary: bytes).bytes)
        }
    }

    /// The bytes of a number: cut and padded on the left, where the insignificant ones are.
    private func numberBytes(_ bytes: [UInt8]) -> SQLValue {
        guard let limit = to.length?.units else { return .binary(bytes) }
        var bytes = Array(bytes.suffix(limit))
        switch to {
        case .binary, .rowversion: bytes = [UInt8](repeating: 0, count: limit - bytes.count) + bytes
        default: break
        }
        return .binary(bytes)
    }

    /// Style 0 takes the bytes of the text, style 1 hexadecimal digits after `0x`, style 2 those without.
    private func bytes(_ text: [UInt8]) throws(SQLError) -> [UInt8] {
        switch style ?? 0 {
        case 1, 2:
            var digits = Self.trimmed(text)[...]
            if style == 1 {
                guard digits.starts(with: [0x30, 0x78]) || digits.starts(with: [0x30, 0x58]) else {
                    throw .errorConverting(from, to)
                }
                digits = digits.dropFirst(2)
            }
            guard digits.count.isMultiple(of: 2), let bytes = Self.hexadecimal(digits) else {
                throw .errorConverting(from, to)
            }
            return bytes
        case 0: return from.storageBytes(text)
        default: throw .unsupportedStyle(style ?? 0, from, to)
        }
    }

    static func hexadecimal(_ digits: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x41...0x46: value = digit - 0x37
            case 0x61...0x66: value = digit - 0x57
            default: return nil
            }
            if let top = high {
                bytes.append(top << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    static func hexadecimalText(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// Dates and times as SQL Server keeps them in rows; the newer types say their scale in front.
    private func dateBytes(_ value: SQLValue) -> [UInt8]? {
        func little(_ value: Int64, _ count: Int) -> [UInt8] {
            BigEndian.bytes(UInt64(bitPattern: value), count: count).reversed()
        }
        func time(_ ticks: Int64, _ scale: Int) -> [UInt8] {
            little(ticks / Moment.unit(scale), scale < 3 ? 3 : scale < 5 ? 4 : 5)
        }
        switch value {
        case .date(let day): return little(Int64(day), 3)
        case .time(let ticks): return [UInt8(from.scale)] + time(ticks, from.scale)
        case .smallDateTime(let minutes):
            return BigEndian.bytes(UInt64(max(minutes, 0) / 1440), count: 2)
                + BigEndian.bytes(UInt64(max(minutes, 0) % 1440), count: 2)
        case .dateTime(let units):
            let day = units.floorDivided(by: Moment.dateTimeTicksPerDay)
            return BigEndian.bytes(UInt64(bitPattern: day), count: 4)
                + BigEndian.bytes(UInt64(bitPattern: units - day * Moment.dateTimeTicksPerDay), count: 4)
        case .dateTime2(let total):
            let moment = Moment(total: total)
            return [UInt8(from.scale)] + time(moment.ticks, from.scale) + little(Int64(moment.day), 3)
        case .dateTimeOffset(let utc, let offset):
            let moment = Moment(total: utc)
            return [UInt8(from.scale)] + time(moment.ticks, from.scale) + little(Int64(moment.day), 3)
                + little(Int64(offset), 2)
        default: return nil
        }
    }

    func guid(_ value: SQLValue) throws(SQLError) -> SQLValue {
        switch value {
        case .guid: return value
        case .binary(let bytes): return .guid(Array((bytes + [UInt8](repeating: 0, count: 16)).prefix(16)))
        case .text(let text):
            guard let bytes = Self.guid(Self.trimmed(text)) else {
                throw SQLError(
                    8169,
                    "Conversion failed when converting from a character string to uniqueidentifier.",
                    state: 2
                )
            }
            return .guid(bytes)
        default: throw .errorConverting(from, to)
        }
    }

    /// 36 characters, in braces or with anything behind them.
    private static func guid(_ text: [UInt8]) -> [UInt8]? {
        var text = text[...]
        if text.first == 0x7B {
            guard text.count >= 38, text[text.startIndex + 37] == 0x7D else { return nil }
            text = text.dropFirst()
        }
        let digits = Array(text.prefix(36))
        guard digits.count == 36 else { return nil }
        for (index, byte) in digits.enumerated() {
            guard (byte == 0x2D) == [8, 13, 18, 23].contains(index) else { return nil }
        }
        return hexadecimal(digits.filter { $0 != 0x2D }).map(swappedGUID)
    }

    /// The wire bytes of the bytes of a text, and the other way round.
    static func swappedGUID(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count == 16 else { return bytes }
        return [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map { bytes[$0] }
    }

    static func guidText(_ bytes: [UInt8]) -> [UInt8] {
        let digits = hexadecimalText(swappedGUID(bytes))
        guard digits.count == 32 else { return digits }
        let groups = [digits[..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20...]]
        return Array(groups.joined(separator: [0x2D]))
    }

    /// XML is kept as its text, which must be well formed; it may have several roots or none.
    func xml(_ value: SQLValue) throws(SQLError) -> SQLValue {
        let text: [UInt8]
        switch value {
        case .text(let bytes): text = bytes
        case .binary(let bytes) where bytes.starts(with: [0xFF, 0xFE]):
            text = SQLType.nvarchar(.max).text(storageBytes: Array(bytes.dropFirst(2)))
        default: throw .unsupported("CONVERT(xml, \(from.name))")
        }
        guard from == .xml || XMLElement(parsing: "<x>\(String(decoding: text, as: UTF8.self))</x>") != nil else {
            throw SQLError(9400, "XML parsing: the text is not well formed, or its elements are nested too deep.")
        }
        return .text(text)
    }
}
