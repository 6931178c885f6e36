/// What one character weighs in a linguistic order: which letter, with which accents, in which case.
struct CollationWeight: Hashable {
    var primary: UInt32
    /// The accents, seven bits each.
    var secondary: UInt64
    var tertiary: UInt8

    /// Adds an accent. They are kept sorted: in which order a text has them does not matter. A tenth one is left out.
    mutating func add(mark: UInt32) {
        var marks = [UInt64(mark)]
        var rest = secondary
        while rest > 0 {
            marks.append(rest & 127)
            rest >>= 7
        }
        secondary = marks.sorted().suffix(9).reduce(0) { $0 << 7 | $1 }
    }
}

/// The comparison of texts.
///
/// Equality follows case, accents, width and kana as the name of the collation says, and takes composed and decomposed letters
/// as the same. The *order* beyond Latin letters approximates SQL Server's tables: punctuation, symbols, digits, letters by
/// their code points, and between equal letters those without accent and in lower case first.
///
/// Trailing spaces never count, in binary collations neither: the shorter text is padded.
///
/// Source: Microsoft, "Collation and Unicode support"; KB 316626 (padding).
extension Collation {
    /// Negative, 0 or positive as `a` sorts before, with or after `b`.
    ///
    /// - Parameter isWide: Whether the texts are of `nchar`, `nvarchar` or `ntext`.
    package func compare(_ a: [UInt8], _ b: [UInt8], isWide: Bool = true) -> Int {
        if a == b { return 0 }
        switch order {
        case .linguistic:
            return compare(weights(Self.unpadded(a), isWide: isWide), weights(Self.unpadded(b), isWide: isWide))
        case .binary, .binaryCodePoint:
            var (x, y) = (codes(a, isWide: isWide), codes(b, isWide: isWide))
            x += [UInt16](repeating: 0x20, count: max(y.count - x.count, 0))
            y += [UInt16](repeating: 0x20, count: max(x.count - y.count, 0))
            for (index, (one, other)) in zip(x, y).enumerated() where one != other {
                // `BIN` compares the first character of a wide text as such, the rest byte by byte, the low one first.
                let isSwapped = isWide && order == .binary && index > 0
                return (isSwapped ? one.byteSwapped < other.byteSwapped : one < other) ? -1 : 1
            }
            return 0
        }
    }

    package func equal(_ a: [UInt8], _ b: [UInt8], isWide: Bool = true) -> Bool {
        compare(a, b, isWide: isWide) == 0
    }

    /// Bytes that are the same for equal texts and only for those: to group and to hash by.
    package func equalityKey(_ bytes: [UInt8], isWide: Bool = true) -> [UInt8] {
        let text = Self.unpadded(bytes)
        guard order == .linguistic else { return isWide || isUTF8 ? text : codePageBytes(text) }
        var key: [UInt8] = []
        for weight in weights(text, isWide: isWide) {
            key += BigEndian.bytes(UInt64(weight.primary), count: 4)
            key += BigEndian.bytes(weight.secondary, count: 8)
            key.append(weight.tertiary)
        }
        return key
    }

    static func unpadded(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.last == 0x20 else { return bytes }
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0x20 { end -= 1 }
        return Array(bytes[..<end])
    }

    func compare(_ a: [CollationWeight], _ b: [CollationWeight]) -> Int {
        for (x, y) in zip(a, b) where x.primary != y.primary { return x.primary < y.primary ? -1 : 1 }
        if a.count != b.count { return a.count < b.count ? -1 : 1 }
        for (x, y) in zip(a, b) where x.secondary != y.secondary { return x.secondary < y.secondary ? -1 : 1 }
        for (x, y) in zip(a, b) where x.tertiary != y.tertiary { return x.tertiary < y.tertiary ? -1 : 1 }
        return 0
    }

    /// The numbers that a binary collation compares: UTF-16 code units, or the bytes of UTF-8 or of the code page.
    private func codes(_ bytes: [UInt8], isWide: Bool) -> [UInt16] {
        if isWide { return WideText.units(bytes) }
        return (isUTF8 ? bytes : codePageBytes(bytes)).map(UInt16.init)
    }

    private func codePageBytes(_ bytes: [UInt8]) -> [UInt8] {
        WideText.units(bytes).map { CodePage1252.byte($0) ?? UInt8(ascii: "?") }
    }

    /// The weights of a text, reduced to what the collation looks at.
    func weights(_ bytes: [UInt8], isWide: Bool) -> [CollationWeight] {
        if order == .linguistic, bytes.allSatisfy({ 0x01...0x7F ~= $0 }) {
            return bytes.map { reduced(CharacterWeights.ascii[Int($0)]) }
        }
        var weights: [CollationWeight] = []
        let units = WideText.units(bytes)
        let characters = order == .linguistic ? WideText.scalars(units) : units.map(UInt32.init)
        for character in characters { append(character, to: &weights, isWide: isWide) }
        return weights
    }

    /// Adds the weights of one character; an accent of its own is added to the letter before it.
    func append(_ character: UInt32, to weights: inout [CollationWeight], isWide: Bool) {
        guard order == .linguistic else {
            let code =
                isWide || isUTF8 ? character : UInt32(CodePage1252.byte(UInt16(truncatingIfNeeded: character)) ?? 63)
            weights.append(CollationWeight(primary: code, secondary: 0, tertiary: 0))
            return
        }
        let hasWindowsRules = isWide || !isSQL
        if character == 0, hasWindowsRules { return }
        if let mark = CharacterWeights.mark(character) {
            if !isAccentSensitive { return }
            if weights.isEmpty { weights.append(CollationWeight(primary: 0, secondary: 0, tertiary: 0)) }
            weights[weights.count - 1].add(mark: mark)
            return
        }
        for weight in CharacterWeights.weights(of: character, expanding: hasWindowsRules) {
            weights.append(reduced(weight))
        }
    }

    private func reduced(_ weight: CollationWeight) -> CollationWeight {
        var tertiary: UInt8 = 0
        if isCaseSensitive { tertiary |= weight.tertiary & CharacterWeights.upperCase }
        if isWidthSensitive { tertiary |= weight.tertiary & CharacterWeights.fullWidth }
        if isKanaSensitive { tertiary |= weight.tertiary & CharacterWeights.katakana }
        return CollationWeight(
            primary: weight.primary,
            secondary: isAccentSensitive ? weight.secondary : 0,
            tertiary: tertiary
        )
    }
}
