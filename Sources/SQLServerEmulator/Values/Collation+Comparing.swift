/// What one character weighs in a linguistic order: which letter, with which accents, in which case.
struct CollationWeight: Hashable {
    var primary: UInt32
    var secondary: UInt32
    var tertiary: UInt8
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
            let codes = (binaryCodes(a, isWide: isWide), binaryCodes(b, isWide: isWide))
            let pad = isWide && order == .binary ? binaryCodes([0x20, 0x20], isWide: true)[1] : 0x20
            for index in 0..<max(codes.0.count, codes.1.count) {
                let x = index < codes.0.count ? codes.0[index] : pad
                let y = index < codes.1.count ? codes.1[index] : pad
                if x != y { return x < y ? -1 : 1 }
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
            key += BigEndian.bytes(UInt64(weight.secondary), count: 4)
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

    /// The numbers that a binary collation compares.
    ///
    /// `BIN` compares the first character of a wide text as such and the rest byte by byte, least significant byte first;
    /// `BIN2` compares code units, with UTF-8 code points, and `varchar` the bytes of the code page.
    private func binaryCodes(_ bytes: [UInt8], isWide: Bool) -> [UInt16] {
        if !isWide { return (isUTF8 ? bytes : codePageBytes(bytes)).map(UInt16.init) }
        let units = WideText.units(bytes)
        guard order == .binary, let first = units.first else { return units }
        return [first] + units.dropFirst().map(\.byteSwapped)
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
            weights[weights.count - 1].secondary = weights[weights.count - 1].secondary << 7 | mark
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
