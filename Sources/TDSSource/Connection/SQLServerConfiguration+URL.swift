extension SQLServerConfiguration {
    /// Reads `sqlserver://user:password@host:port/database?setting=value&…`.
    ///
    /// The port is 1433 where neither it nor `instance` is given. Every part may be percent-encoded, and reserved characters
    /// must be. Settings: `instance`, `encrypt` (`required`, `disabled`), `trust` (`system`, `any`, or the path of a PEM
    /// file), `checkHostName`, `readOnlyIntent` (`true`, `false`), `loginTimeout`, `queryTimeout`, `lockTimeout` (seconds),
    /// `applicationName`, `packetSize`. A setting of another name is an error.
    ///
    /// - Parameter password: The password, where it is not part of the URL.
    /// - Throws: ``TDSError`` with code `invalidConfiguration`; the URL is not quoted in it, because it may hold the password.
    public init(url: String, password: Secret? = nil) throws(TDSError) {
        guard url.hasPrefix("sqlserver://") else { throw Self.refuse("the URL must begin with 'sqlserver://'") }
        var rest = url.dropFirst("sqlserver://".count)
        let query = Self.cutAtFirst("?", &rest)
        let database = Self.cutAtFirst("/", &rest)
        guard let at = rest.lastIndex(of: "@") else {
            throw Self.refuse("the URL must have a user: 'sqlserver://user@host'")
        }
        var user = rest[..<at]
        let written = Self.cutAtFirst(":", &user)
        guard password == nil || written == nil else {
            throw Self.refuse("the password must be given in the URL or apart from it, not both")
        }
        let fromURL = try Self.secret(written)
        guard let secret = password ?? fromURL else { throw Self.refuse("the password is missing") }
        let (host, port) = try Self.splitPort(rest[rest.index(after: at)...])
        self.init(
            host: try Self.decode("host", host),
            endpoint: .port(port ?? 1433),
            database: try Self.decode("database", database ?? ""),
            user: try Self.decode("user", user),
            password: secret
        )
        var tls = TLSSettings()
        for pair in (query ?? "").split(separator: "&") {
            var name = pair
            guard let text = Self.cutAtFirst("=", &name) else {
                throw Self.refuse("a setting of the URL has no value: settings are 'name=value', joined by '&'")
            }
            try apply(try Self.decode("setting", name), try Self.decode("setting", text), hasPort: port != nil, &tls)
        }
        encryption = try tls.encryption
        try validate()
    }

    private mutating func apply(
        _ name: String,
        _ value: String,
        hasPort: Bool,
        _ tls: inout TLSSettings
    ) throws(TDSError) {
        switch name {
        case "instance":
            if hasPort { throw Self.refuse("the URL names a port and an instance; one of them must go") }
            endpoint = .instance(value)
        case "encrypt": tls.isRequired = try Self.choose(name, value, ["required": true, "disabled": false])
        case "trust": tls.trust = value == "system" ? .system : value == "any" ? .anyCertificate : .file(value)
        case "checkHostName": tls.checkHostName = try Self.choose(name, value, ["true": true, "false": false])
        case "readOnlyIntent": readOnlyIntent = try Self.choose(name, value, ["true": true, "false": false])
        case "loginTimeout": loginTimeout = .seconds(try Self.number(name, value))
        case "queryTimeout": queryTimeout = .seconds(try Self.number(name, value))
        case "lockTimeout": lockTimeout = .seconds(try Self.number(name, value))
        case "packetSize": packetSize = try Self.number(name, value)
        case "applicationName": applicationName = value
        default:
            throw Self.refuse(
                "the URL has an unknown setting; there are: instance, encrypt, trust, checkHostName, readOnlyIntent, "
                    + "loginTimeout, queryTimeout, lockTimeout, packetSize, applicationName"
            )
        }
    }

    /// The settings of the URL that make up ``Encryption``, in whichever order they come.
    private struct TLSSettings {
        var isRequired = true
        var trust: Trust?
        var checkHostName: Bool?

        var encryption: Encryption {
            get throws(TDSError) {
                if isRequired { return .required(trust ?? .system, checkHostName: checkHostName ?? true) }
                guard trust == nil, checkHostName == nil else {
                    throw SQLServerConfiguration.refuse("the URL disables encryption and says how to do it")
                }
                return .disabled
            }
        }
    }

    // MARK: Pieces

    private static func secret(_ text: Substring?) throws(TDSError) -> Secret? {
        guard let text else { return nil }
        return Secret(try decode("password", text))
    }

    /// Cuts `text` at the first `separator` and returns what came after it.
    private static func cutAtFirst(_ separator: Character, _ text: inout Substring) -> Substring? {
        guard let place = text.firstIndex(of: separator) else { return nil }
        let after = text[text.index(after: place)...]
        text = text[..<place]
        return after
    }

    /// Takes apart `host`, `host:port` and `[address]:port`.
    private static func splitPort(_ text: Substring) throws(TDSError) -> (host: Substring, port: Int?) {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.lastIndex(of: "]") else { throw refuse("the host of the URL has a '[' without a ']'") }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw refuse("after ']' the URL must go on with ':port'") }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            port = cutAtFirst(":", &host)
        }
        guard let port else { return (host, nil) }
        return (host, try number("port", String(port)))
    }

    private static func number(_ name: String, _ text: String) throws(TDSError) -> Int {
        guard text.utf8.count <= 9, let number = Int(text), number >= 0 else {
            throw refuse("'\(name)' of the URL must be a whole number")
        }
        return number
    }

    private static func choose<T>(_ name: String, _ text: String, _ choices: [String: T]) throws(TDSError) -> T {
        guard let choice = choices[text] else {
            throw refuse("'\(name)' of the URL must be one of: \(choices.keys.sorted().joined(separator: ", "))")
        }
        return choice
    }

    /// Undoes percent-encoding.
    private static func decode(_ part: String, _ text: Substring) throws(TDSError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let code = UInt8(digits, radix: 16) else {
                throw refuse("the \(part) of the URL has a '%' that is not followed by two hexadecimal digits")
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw refuse("the \(part) of the URL is not UTF-8 once its percent-encoding is undone")
        }
        return decoded
    }
}
