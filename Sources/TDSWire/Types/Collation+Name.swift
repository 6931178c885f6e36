extension Collation {
    /// The name of the collation in SQL Server; `nil` where this module does not know one.
    ///
    /// `_SC` and `_VSS` do not travel: of two names that differ in them only, the one without is given, except that a UTF-8
    /// collation of version 100 is named `_SC_UTF8`, the only one there is.
    public var name: String? {
        if sortID != 0 { return CollationNames.sql[sortID] }
        guard var name = CollationNames.designators.first(where: { $0.lcid == lcid })?.name, version <= 3 else {
            return nil
        }
        name += ["", "_90", "_100", "_140"][Int(version)]
        if flags.contains(.binary2) {
            name += "_BIN2"
        } else if flags.contains(.binary) {
            name += "_BIN"
        } else {
            name += flags.contains(.ignoresCase) ? "_CI" : "_CS"
            name += flags.contains(.ignoresAccent) ? "_AI" : "_AS"
            if !flags.contains(.ignoresKana) { name += "_KS" }
            if !flags.contains(.ignoresWidth) { name += "_WS" }
            if flags.contains(.utf8), version == 2 { name += "_SC" }
        }
        return flags.contains(.utf8) ? name + "_UTF8" : name
    }

    /// The collation with a name of SQL Server, such as `Latin1_General_100_CI_AS_SC_UTF8`; `nil` where there is none, or
    /// this module does not know it. Case does not matter.
    public init?(named name: String) {
        let name = name.lowercased()
        if let sql = CollationNames.sql.first(where: { $0.value.lowercased() == name }) {
            self.init(sqlCollation: sql.key, sql.value)
            return
        }
        let matches = CollationNames.designators.filter { name.hasPrefix($0.name.lowercased() + "_") }
        guard let designator = matches.max(by: { $0.name.count < $1.name.count }) else { return nil }
        var parts = name.dropFirst(designator.name.count + 1).split(separator: "_")
        var version: UInt8 = 0
        if let first = parts.first, let known = ["90": 1, "100": 2, "140": 3][first] {
            version = UInt8(known)
            parts.removeFirst()
        }
        guard let flags = Collation.flags(parts) else { return nil }
        self.init(lcid: designator.lcid, flags: flags, version: version)
    }

    /// The flags that the rest of a Windows collation's name means.
    private static func flags(_ parts: [Substring]) -> Flags? {
        var flags: Flags = []
        var parts = parts
        if parts.last == "utf8" {
            flags.insert(.utf8)
            parts.removeLast()
        }
        if parts == ["bin"] { return flags.union(.binary) }
        if parts == ["bin2"] { return flags.union(.binary2) }
        guard parts.count >= 2, ["ci", "cs"].contains(parts[0]), ["ai", "as"].contains(parts[1]) else { return nil }
        if parts[0] == "ci" { flags.insert(.ignoresCase) }
        if parts[1] == "ai" { flags.insert(.ignoresAccent) }
        let others = Set(parts.dropFirst(2))
        guard others.count == parts.count - 2, others.isSubset(of: ["ks", "ws", "sc"]) else { return nil }
        if !others.contains("ks") { flags.insert(.ignoresKana) }
        if !others.contains("ws") { flags.insert(.ignoresWidth) }
        return flags
    }

    private init(sqlCollation sortID: UInt8, _ name: String) {
        var flags: Flags = []
        if name.hasSuffix("_BIN") {
            flags = .binary
        } else {
            flags = [.ignoresWidth, .ignoresKana]
            if name.contains("_CI_") { flags.insert(.ignoresCase) }
            if name.hasSuffix("_AI") { flags.insert(.ignoresAccent) }
        }
        let lcid = CollationNames.sqlLocales.first { name.hasPrefix("SQL_" + $0.name) }?.lcid ?? 0x0409
        self.init(lcid: lcid, flags: flags, sortID: sortID)
    }
}
