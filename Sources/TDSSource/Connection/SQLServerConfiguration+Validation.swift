extension SQLServerConfiguration {
    /// Checks that every setting can reach FreeTDS as it is meant.
    ///
    /// FreeTDS takes some settings from a file whose lines hold 255 bytes and in which `;` and `#` begin a comment, and cuts
    /// what does not fit without a word. So what would not fit is refused here.
    ///
    /// - Throws: ``TDSError`` with code `invalidConfiguration`, which names the setting.
    public func validate() throws(TDSError) {
        try validateEndpoint()
        try Self.checkLogin("the user", user)
        try Self.checkLogin("the database", database)
        try Self.checkLogin("the application name", applicationName)
        try Self.checkLogin("the password", password.exposed)
        if user.isEmpty || user.contains("\\") {
            // FreeTDS would try Kerberos or NTLM instead.
            throw Self.refuse("the user must be that of SQL Server authentication, without a domain")
        }
        if database.isEmpty { throw Self.refuse("the database must be named") }
        if case .required(.file(let path), _) = encryption { try Self.checkAuthorities(path) }
        try Self.checkTime("the login timeout", loginTimeout)
        try Self.checkTime("the attention timeout", attentionTimeout)
        if let queryTimeout { try Self.checkTime("the query timeout", queryTimeout) }
        if let lockTimeout, lockTimeout < .zero || lockTimeout > Self.longest {
            throw Self.refuse("the lock timeout must be between 0 and 24 hours")
        }
        guard (512...32_767).contains(packetSize) else { throw Self.refuse("the packet size must be 512…32767 bytes") }
        if case .required = encryption, packetSize > 16_383 {
            throw Self.refuse("the packet size of an encrypted connection must be at most 16383 bytes")
        }
    }

    private static let longest = Duration.seconds(86_400)

    private func validateEndpoint() throws(TDSError) {
        let hostBytes = host.utf8
        guard (1...200).contains(hostBytes.count),
            hostBytes.allSatisfy({ $0.isLetterOrDigit || ".-_:%".utf8.contains($0) })
        else {
            throw Self.refuse("the host must be a DNS name or an IP address (names in other scripts as 'xn--…')")
        }
        switch endpoint {
        case .port(let port):
            guard (1...65_535).contains(port) else { throw Self.refuse("the port must be 1…65535, not \(port)") }
        case .instance(let name):
            guard (1...16).contains(name.utf8.count),
                name.utf8.allSatisfy({ $0.isLetterOrDigit || "_$".utf8.contains($0) })
            else {
                throw Self.refuse("the instance must be 1…16 letters, digits, '_' and '$'; name its port instead")
            }
        }
    }

    private static func checkLogin(_ name: String, _ value: String) throws(TDSError) {
        guard value.utf8.count <= 128 else { throw refuse("\(name) is longer than the 128 bytes that FreeTDS takes") }
        guard !value.unicodeScalars.contains(where: \.isControl) else {
            throw refuse("\(name) has a control character in it")
        }
    }

    private static func checkAuthorities(_ path: String) throws(TDSError) {
        let what = "the path of the certificate authorities"
        guard path.hasPrefix("/") else { throw refuse("\(what) must be absolute") }
        guard path.utf8.count <= 240 else { throw refuse("\(what) is longer than the 240 bytes that FreeTDS takes") }
        guard !path.unicodeScalars.contains(where: \.isControl), !path.contains(";"), !path.contains("#") else {
            throw refuse("\(what) has a ';', a '#' or a control character in it, at which FreeTDS would cut it off")
        }
        guard !path.contains("  "), !path.hasSuffix(" ") else {
            throw refuse("\(what) has blanks in a row or at its end, which FreeTDS would drop")
        }
    }

    private static func checkTime(_ name: String, _ time: Duration) throws(TDSError) {
        guard time > .zero, time <= longest else { throw refuse("\(name) must be more than 0 and at most 24 hours") }
    }

    static func refuse(_ message: String) -> TDSError { TDSError(.invalidConfiguration, message) }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}
