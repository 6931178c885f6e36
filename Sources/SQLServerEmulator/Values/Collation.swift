/// How texts are compared, and in which code page `varchar` is kept: what a collation's name says.
///
/// The names of the Latin1 families are known: `SQL_Latin1_General_CP1_…`, `Latin1_General_…`, `Latin1_General_100_…` with
/// `BIN`, `BIN2` or `CI`/`CS`, `AI`/`AS`, `KS`, `WS`, `SC` and `UTF8`. All others are refused (448).
///
/// Source: Microsoft, "Windows collation name (Transact-SQL)", "SQL Server collation name (Transact-SQL)".
package struct Collation: Hashable, Sendable {
    package enum Order: Hashable, Sendable { case linguistic, binary, binaryCodePoint }

    /// Whose collation wins where two meet; the greater one.
    ///
    /// Source: Microsoft, "Collation precedence".
    package enum Coercibility: Int, Hashable, Sendable, Comparable {
        /// A literal, a variable, the result of a function of neither.
        case coercible
        /// A column.
        case implicit
        /// Two columns of different collations met: only COLLATE helps.
        case none
        /// COLLATE.
        case explicit

        package static func < (a: Coercibility, b: Coercibility) -> Bool { a.rawValue < b.rawValue }
    }

    package let name: String
    package let order: Order
    package let isCaseSensitive: Bool
    package let isAccentSensitive: Bool
    package let isKanaSensitive: Bool
    package let isWidthSensitive: Bool
    /// Whether functions count code points rather than UTF-16 code units.
    package let isSupplementaryAware: Bool
    /// Whether `varchar` is UTF-8 rather than code page 1252.
    package let isUTF8: Bool
    /// Whether the collation is one of the old `SQL_` ones, whose rules for `varchar` know no expansions.
    package let isSQL: Bool
    package var coercibility: Coercibility

    /// `SQL_Latin1_General_CP1_CI_AS`, as that of a literal.
    package static let `default` = Collation(
        name: "SQL_Latin1_General_CP1_CI_AS",
        flags: ["CI", "AS"],
        isSQL: true,
        coercibility: .coercible
    )

    /// - Throws: 448 where the name is none of those that are known.
    package init(_ name: String, coercibility: Coercibility = .implicit) throws(SQLError) {
        let families = ["SQL_LATIN1_GENERAL_CP1_", "LATIN1_GENERAL_100_", "LATIN1_GENERAL_"]
        let upper = name.uppercased()
        guard let family = families.first(where: upper.hasPrefix) else { throw Collation.invalid(name) }
        let flags = upper.dropFirst(family.count).split(separator: "_", omittingEmptySubsequences: false)
            .map(String.init)
        let isSQL = family == families[0]
        guard Collation.isValid(flags, isSQL: isSQL, isVersion100: family == families[1]) else {
            throw Collation.invalid(name)
        }
        let shown =
            isSQL ? "SQL_Latin1_General_CP1_" : family == families[1] ? "Latin1_General_100_" : "Latin1_General_"
        self.init(
            name: shown + flags.joined(separator: "_"),
            flags: flags,
            isSQL: isSQL,
            coercibility: coercibility
        )
    }

    private init(name: String, flags: [String], isSQL: Bool, coercibility: Coercibility) {
        self.name = name
        order = flags.contains("BIN2") ? .binaryCodePoint : flags.contains("BIN") ? .binary : .linguistic
        isCaseSensitive = flags.contains("CS")
        isAccentSensitive = flags.contains("AS")
        isKanaSensitive = flags.contains("KS")
        isWidthSensitive = flags.contains("WS")
        isUTF8 = flags.contains("UTF8")
        isSupplementaryAware = flags.contains("SC") || isUTF8
        self.isSQL = isSQL
        self.coercibility = coercibility
    }

    private static func isValid(_ flags: [String], isSQL: Bool, isVersion100: Bool) -> Bool {
        var rest = flags[...]
        func take(_ names: String...) -> Bool {
            guard let first = rest.first, names.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        if take("BIN", "BIN2") {
            if isSQL { return false }
            if flags[0] == "BIN2", isVersion100 { _ = take("UTF8") }
            return rest.isEmpty
        }
        guard take("CI", "CS"), take("AI", "AS") else { return false }
        if isSQL { return rest.isEmpty }
        _ = take("KS")
        _ = take("WS")
        if isVersion100, take("SC") { _ = take("UTF8") }
        return rest.isEmpty
    }

    private static func invalid(_ name: String) -> SQLError { SQLError(448, "Invalid collation '\(name)'.") }
}

extension Collation {
    package func with(_ coercibility: Coercibility) -> Collation {
        var copy = self
        copy.coercibility = coercibility
        return copy
    }

    /// Whether two collations compare alike, whoever's they are.
    package func isSame(as other: Collation) -> Bool { name == other.name }

    /// The collation of an operation on two texts.
    ///
    /// - Parameter operation: As the message names it: `equal to`, `add`, `UNION`.
    /// - Throws: 468 where the two conflict.
    package static func resolve(
        _ a: Collation,
        _ b: Collation,
        operation: String = "equal to"
    ) throws(SQLError) -> Collation {
        if a.isSame(as: b) { return a.coercibility >= b.coercibility ? a : b }
        if a.coercibility != b.coercibility { return a.coercibility > b.coercibility ? a : b }
        throw SQLError(
            468,
            "Cannot resolve the collation conflict between \"\(a.name)\" and \"\(b.name)\" in the \(operation) operation.",
            state: 9
        )
    }

    /// The characters of a text as functions count them: code points, or UTF-16 code units.
    func characters(_ bytes: [UInt8]) -> [UInt32] {
        // Where all is ASCII there is no difference, and nothing to decode.
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.map(UInt32.init) }
        let units = WideText.units(bytes)
        return isSupplementaryAware ? WideText.scalars(units) : units.map(UInt32.init)
    }

    /// The text of characters, as ``characters(_:)`` gives them.
    func text(_ characters: some Collection<UInt32>) -> [UInt8] {
        if characters.allSatisfy({ $0 < 0x80 }) { return characters.map { UInt8(truncatingIfNeeded: $0) } }
        return WideText.bytes(WideText.units(ofScalars: characters))
    }
}
