/// The weights of characters in linguistic collations, from the properties that Unicode gives them.
enum CharacterWeights {
    static let upperCase: UInt8 = 1
    static let fullWidth: UInt8 = 2
    static let katakana: UInt8 = 4

    static let ascii: [CollationWeight] = (0..<128 as Range<UInt32>).map { simple($0, tertiary: 0) }

    /// The number of a combining accent, 1…112; `nil` for any other character.
    static func mark(_ character: UInt32) -> UInt32? {
        0x300...0x36F ~= character ? character - 0x2FF : nil
    }

    static func weights(of character: UInt32, expanding: Bool) -> [CollationWeight] {
        if character < 128 { return [ascii[Int(character)]] }
        var tertiary: UInt8 = 0
        var base = character
        if 0xFF01...0xFF5E ~= base {
            base -= 0xFEE0
            tertiary |= fullWidth
        } else if base == 0x3000 {
            base = 0x20
            tertiary |= fullWidth
        } else if 0x30A1...0x30F6 ~= base {
            base -= 0x60
            tertiary |= katakana
        }
        if expanding, let letters = expansions[base] { return letters.map { simple($0, tertiary: tertiary) } }
        var marks: [UInt32] = []
        while let (letter, mark) = Decompositions.table[base], marks.count < 4 {
            marks.append(mark - 0x2FF)
            base = letter
        }
        var weight = simple(base, tertiary: tertiary)
        for mark in marks { weight.add(mark: mark) }
        return [weight]
    }

    private static let expansions: [UInt32: [UInt32]] = [
        0xDF: [0x73, 0x73], 0xC6: [0x41, 0x45], 0xE6: [0x61, 0x65], 0x152: [0x4F, 0x45], 0x153: [0x6F, 0x65],
    ]

    private static func simple(_ character: UInt32, tertiary: UInt8) -> CollationWeight {
        guard let scalar = Unicode.Scalar(character) else {
            return CollationWeight(primary: 9 << 24 | character, secondary: 0, tertiary: tertiary)
        }
        let lower = scalar.properties.lowercaseMapping.unicodeScalars
        let folded = lower.count == 1 ? lower.first?.value ?? character : character
        return CollationWeight(
            primary: rank(scalar) << 24 | folded,
            secondary: 0,
            tertiary: tertiary | (folded == character ? 0 : upperCase)
        )
    }

    private static func rank(_ scalar: Unicode.Scalar) -> UInt32 {
        switch scalar.properties.generalCategory {
        case .control, .format, .unassigned, .privateUse, .surrogate: 1
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: 2
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            3
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: 4
        case .decimalNumber, .letterNumber, .otherNumber: 5
        case .nonspacingMark, .spacingMark, .enclosingMark: 6
        default: 7
        }
    }
}

/// The letters of Latin, Greek and Cyrillic that consist of a letter and an accent.
///
/// The standard library shows no decompositions, but compares strings by them: `é` has the name of `e` with an accent in it, and
/// equals `e` followed by that accent.
enum Decompositions {
    /// The letter and the accent (U+0300…U+036F) of a composed letter.
    static let table: [UInt32: (UInt32, UInt32)] = makeTable()

    private static let blocks: [ClosedRange<UInt32>] = [0x41...0x7A, 0xC0...0x24F, 0x370...0x52F, 0x1E00...0x1FFF]

    private static func makeTable() -> [UInt32: (UInt32, UInt32)] {
        var letters: [String: UInt32] = [:]
        var composed: [(scalar: UInt32, letter: String, accents: [String])] = []
        for value in blocks.joined() {
            guard let scalar = Unicode.Scalar(value), let name = scalar.properties.name else { continue }
            letters[name] = value
            // With several accents the last one is the outermost: "A WITH CIRCUMFLEX AND ACUTE".
            let (head, accent) = cutLast(name)
            if let accent {
                let first = head.ranges(of: " WITH ").first.map { String(head[$0.upperBound...]) }
                composed.append((value, head, [accent] + (first.map { [$0] } ?? [])))
            }
        }
        let marks = marks()
        var table: [UInt32: (UInt32, UInt32)] = [:]
        for entry in composed {
            guard let whole = Unicode.Scalar(entry.scalar) else { continue }
            for candidate in candidates(entry.letter, entry.accents[0], letters) {
                guard let letter = Unicode.Scalar(candidate) else { continue }
                let mark = entry.accents.compactMap { marks[$0] }.first { mark in
                    guard let accent = Unicode.Scalar(mark) else { return false }
                    var pair = String.UnicodeScalarView()
                    pair.append(letter)
                    pair.append(accent)
                    return String(pair) == String(Character(whole))
                }
                if let mark {
                    table[entry.scalar] = (candidate, mark)
                    break
                }
            }
        }
        return table
    }

    /// The combining accents by the words that the names of letters have for them.
    private static func marks() -> [String: UInt32] {
        var marks: [String: UInt32] = [
            "TONOS": 0x301, "OXIA": 0x301, "VARIA": 0x300, "DIALYTIKA": 0x308, "VRACHY": 0x306, "PSILI": 0x313,
            "DASIA": 0x314, "PERISPOMENI": 0x342, "YPOGEGRAMMENI": 0x345, "PROSGEGRAMMENI": 0x345,
        ]
        for value in 0x300...0x345 as ClosedRange<UInt32> {
            guard let name = Unicode.Scalar(value)?.properties.name, name.hasPrefix("COMBINING ") else { continue }
            let word = name.dropFirst("COMBINING ".count)
            marks[String(word.hasSuffix(" ACCENT") ? word.dropLast(" ACCENT".count) : word)] = value
        }
        return marks
    }

    /// "LATIN SMALL LETTER A WITH CIRCUMFLEX AND ACUTE" as "LATIN SMALL LETTER A WITH CIRCUMFLEX" and "ACUTE".
    private static func cutLast(_ name: String) -> (String, String?) {
        for word in [" AND ", " WITH "] {
            guard let range = name.ranges(of: word).last else { continue }
            return (String(name[..<range.lowerBound]), String(name[range.upperBound...]))
        }
        return (name, nil)
    }

    /// Names do not always list accents from the inside out, so the letter with either part is tried.
    private static func candidates(_ head: String, _ accent: String, _ letters: [String: UInt32]) -> [UInt32] {
        var names = [head]
        if let range = head.ranges(of: " WITH ").first {
            names.append(String(head[..<range.upperBound]) + accent)
        }
        return names.compactMap { letters[$0] }
    }
}
