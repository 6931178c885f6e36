/// A pattern of LIKE and PATINDEX, taken apart.
///
/// Source: Microsoft, "LIKE (Transact-SQL)".
package struct LikePattern: Sendable {
    enum Part: Hashable, Sendable {
        /// `%`
        case anything
        /// `_`
        case one
        case character(UInt32)
        /// `[a-f]`, `[^xyz]`
        case set([ClosedBounds], isNegated: Bool)
        /// A bracket that nothing closes: no text matches.
        case nothing
    }

    /// Both ends of a range of characters, in the order of the collation.
    struct ClosedBounds: Hashable, Sendable {
        var lower: UInt32
        var upper: UInt32
    }

    let parts: [Part]

    /// - Parameters:
    ///   - characters: The pattern, as ``Collation/characters(_:)`` gives it.
    ///   - escape: The character that takes the meaning from the next one.
    init(_ characters: [UInt32], escape: UInt32? = nil) {
        var parts: [Part] = []
        var index = 0
        while index < characters.count {
            let character = characters[index]
            index += 1
            if character == escape, index < characters.count {
                parts.append(.character(characters[index]))
                index += 1
                continue
            }
            switch character {
            case 0x25:
                if parts.last != .anything { parts.append(.anything) }
            case 0x5F: parts.append(.one)
            case 0x5B:
                guard let (set, end) = Self.set(characters, from: index, escape: escape) else {
                    parts.append(.nothing)
                    index = characters.count
                    break
                }
                parts.append(set)
                index = end
            default: parts.append(.character(character))
            }
        }
        self.parts = parts
    }

    /// The set that begins after a bracket, and the place after it.
    private static func set(_ characters: [UInt32], from start: Int, escape: UInt32?) -> (Part, Int)? {
        var index = start
        let isNegated = index < characters.count && characters[index] == 0x5E
        if isNegated { index += 1 }
        var bounds: [ClosedBounds] = []
        func next() -> UInt32? {
            guard index < characters.count else { return nil }
            var character = characters[index]
            index += 1
            if character == escape, index < characters.count {
                character = characters[index]
                index += 1
            }
            return character
        }
        let first = index
        while index < characters.count {
            // A bracket that closes right at the start is a member: `[]]`.
            if characters[index] == 0x5D, index > first || isNegated {
                return (.set(bounds, isNegated: isNegated), index + 1)
            }
            guard let lower = next() else { return nil }
            if index + 1 < characters.count, characters[index] == 0x2D, characters[index + 1] != 0x5D {
                index += 1
                guard let upper = next() else { return nil }
                bounds.append(ClosedBounds(lower: lower, upper: upper))
            } else {
                bounds.append(ClosedBounds(lower: lower, upper: lower))
            }
        }
        return nil
    }
}

extension Collation {
    /// Whether a text matches a pattern of LIKE.
    ///
    /// - Parameter isWide: Whether text and pattern are Unicode: then trailing spaces of the text count.
    /// - Throws: 506 where `escape` is not one character.
    package func like(
        _ text: [UInt8],
        _ pattern: [UInt8],
        escape: [UInt8]? = nil,
        isWide: Bool = true
    ) throws(SQLError) -> Bool {
        var mark: UInt32?
        if let escape {
            let marks = characters(escape)
            guard marks.count == 1 else {
                let shown = String(decoding: escape, as: UTF8.self)
                throw SQLError(506, "The invalid escape character \"\(shown)\" was specified in a LIKE predicate.")
            }
            mark = marks[0]
        }
        let matcher = LikeMatcher(
            collation: self,
            isWide: isWide,
            pattern: LikePattern(characters(pattern), escape: mark).parts
        )
        let text = characters(text)
        if matcher.matches(text, from: 0) { return true }
        guard !isWide, text.last == 0x20 else { return false }
        return matcher.matches(Array(text[...(text.lastIndex { $0 != 0x20 } ?? -1)]), from: 0)
    }

    /// Where, counted from 1, a text first matches a pattern; 0 where it does not.
    package func patternIndex(_ pattern: [UInt8], in text: [UInt8], isWide: Bool = true) -> Int {
        var parts = LikePattern(characters(pattern)).parts
        let isAnchored = parts.first != .anything
        if !isAnchored { parts.removeFirst() }
        let matcher = LikeMatcher(collation: self, isWide: isWide, pattern: parts)
        let text = characters(text)
        for start in 0...(isAnchored ? 0 : text.count) where matcher.matches(text, from: start) {
            // The empty pattern behind `%` matches at the first character, if there is one.
            return min(start + 1, max(text.count, 1))
        }
        return 0
    }

    /// Where, counted from 0, `needle` occurs in `text` at or after `start`; its length there, which expansions and accents
    /// can make another than that of the needle.
    func range(of needle: [UInt32], in text: [UInt32], from start: Int, isWide: Bool) -> Range<Int>? {
        var wanted: [CollationWeight] = []
        for character in needle { append(character, to: &wanted, isWide: isWide) }
        guard !wanted.isEmpty, start < text.count else { return nil }
        for first in start..<text.count {
            var found: [CollationWeight] = []
            var end = first
            while end < text.count {
                append(text[end], to: &found, isWide: isWide)
                end += 1
                if found.count > wanted.count { break }
                if found == wanted {
                    // An accent that follows belongs to the last letter.
                    if end < text.count, isAccentSensitive, CharacterWeights.mark(text[end]) != nil { continue }
                    return first..<end
                }
                // Only the last weight can still change, by an accent.
                if found.count > 1, found[found.count - 2] != wanted[found.count - 2] { break }
            }
        }
        return nil
    }
}

/// Matches one pattern. Time is bounded by the product of the lengths: only the last `%` is ever gone back to.
private struct LikeMatcher {
    let collation: Collation
    let isWide: Bool
    let pattern: [LikePattern.Part]

    func matches(_ text: [UInt32], from start: Int) -> Bool {
        var place = start
        var part = 0
        var retry: (place: Int, part: Int)?
        while place < text.count {
            if part < pattern.count, pattern[part] == .anything {
                retry = (place, part + 1)
                part += 1
            } else if part < pattern.count, matches(text[place], pattern[part]) {
                place += 1
                part += 1
            } else if let last = retry {
                retry = (last.place + 1, last.part)
                place = last.place + 1
                part = last.part
            } else {
                return false
            }
        }
        while part < pattern.count, pattern[part] == .anything { part += 1 }
        return part == pattern.count
    }

    private func matches(_ character: UInt32, _ part: LikePattern.Part) -> Bool {
        switch part {
        case .anything, .nothing: return false
        case .one: return true
        case .character(let wanted): return character == wanted || weights(character) == weights(wanted)
        case .set(let bounds, let isNegated):
            let weight = weights(character)
            let isMember = bounds.contains { bound in
                collation.compare(weights(bound.lower), weight) <= 0
                    && collation.compare(weight, weights(bound.upper)) <= 0
            }
            return isMember != isNegated
        }
    }

    private func weights(_ character: UInt32) -> [CollationWeight] {
        var weights: [CollationWeight] = []
        collation.append(character, to: &weights, isWide: isWide)
        return weights
    }
}
