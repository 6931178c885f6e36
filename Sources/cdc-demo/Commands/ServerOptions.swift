import ArgumentParser
import CDCJSON
import TDSSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Which SQL Server a command is about, and how it logs in.
struct ServerOptions: ParsableArguments {
    enum Encryption: String, CaseIterable, ExpressibleByArgument {
        case required, off
    }

    @Option(
        help: ArgumentHelp(
            "The SQL Server: host, host:port, host,port, [address]:port or host\\instance. The port is 1433 where none is given.",
            valueName: "host:port"
        )
    )
    var server: String?

    @Option(help: ArgumentHelp("The database.", valueName: "name"))
    var database: String?

    @Option(help: ArgumentHelp("The login, of SQL Server authentication.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("The variable of the environment that holds the password.", valueName: "name"))
    var passwordEnvironment = "SWIFT_CDC_PASSWORD"

    @Option(
        help: ArgumentHelp("The file whose first line is the password, instead of a variable.", valueName: "path"),
        completion: .file()
    )
    var passwordFile: String?

    @Option(
        help:
            "Whether all that is sent must be encrypted; with 'off', which the emulator wants where it has no certificate, the password, too, is sent in the clear."
    )
    var tls = Encryption.required

    @Option(
        help: ArgumentHelp(
            "A PEM file of the authorities that may sign the server's certificate, instead of those of the system.",
            valueName: "path"
        ),
        completion: .file()
    )
    var caFile: String?

    @Flag(help: "Take any certificate, from whoever answers: for a server on this machine.")
    var trustServerCertificate = false

    /// Whether a server is named.
    var isGiven: Bool { server != nil }

    func validate() throws {
        // A database alone says which one a script is for.
        if !isGiven, user != nil || passwordFile != nil || caFile != nil || trustServerCertificate {
            throw ValidationError("--server is missing: host:port of the SQL Server.")
        }
        if isGiven {
            if database == nil { throw ValidationError("--database is missing.") }
            if user == nil { throw ValidationError("--user is missing.") }
        }
        if tls == .off, caFile != nil || trustServerCertificate {
            throw ValidationError(
                "--tls off leaves no certificate to check: drop --ca-file and --trust-server-certificate."
            )
        }
        if caFile != nil, trustServerCertificate {
            throw ValidationError("--ca-file and --trust-server-certificate exclude each other.")
        }
    }

    /// The connection that the options describe, with the password from where they say.
    func configuration() throws -> SQLServerConfiguration {
        guard let server, let database, let user else {
            throw ValidationError("--server, --database and --user are needed.")
        }
        let address = try Self.address(server)
        var configuration = SQLServerConfiguration(
            host: address.host,
            endpoint: address.endpoint,
            database: database,
            user: user,
            password: Secret(try password())
        )
        configuration.encryption = try encryption()
        try configuration.validate()
        return configuration
    }

    private func encryption() throws(Failure) -> SQLServerConfiguration.Encryption {
        if tls == .off { return .disabled }
        if trustServerCertificate { return .required(.anyCertificate) }
        guard let caFile else { return .required(.system) }
        return .required(.file(try Self.absolute(caFile)))
    }

    /// The path of a file that is there, from the root.
    private static func absolute(_ path: String) throws(Failure) -> String {
        guard let found = realpath(path, nil) else {
            throw Failure(
                .noInput,
                "caFile",
                "the file of certificate authorities cannot be opened: \(String(cString: strerror(errno)))",
                context: [("file", .string(path))]
            )
        }
        defer { free(found) }
        return String(cString: found)
    }

    // MARK: The password

    private func password() throws -> String {
        if let passwordFile { return try Self.firstLine(of: passwordFile) }
        guard let value = getenv(passwordEnvironment) else {
            throw Failure(
                .usage,
                "passwordMissing",
                "the password is looked for in the variable \(passwordEnvironment) of the environment, which is not set; set it, "
                    + "or name another one with --password-environment, or a file with --password-file"
            )
        }
        return String(cString: value)
    }

    /// The first line of a file, which may be a pipe: `--password-file <(pass show sql)`.
    private static func firstLine(of path: String) throws -> String {
        guard let file = fopen(path, "r") else {
            throw Failure(
                .noInput,
                "passwordFile",
                "the password file cannot be opened: \(String(cString: strerror(errno)))",
                context: [("file", .string(path))]
            )
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = fread(&bytes, 1, bytes.count, file)
        let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard ferror(file) == 0, let password = String(validating: line, as: UTF8.self) else {
            throw Failure(
                .badData,
                "passwordFile",
                "the password file cannot be read, or is not UTF-8",
                context: [("file", .string(path))]
            )
        }
        return password
    }

    // MARK: The address

    /// Takes apart `host`, `host:port`, `[address]:port` and `host\instance`, and what clients of SQL Server take as well:
    /// `tcp:host,port`, and `.` or `(local)` for this machine.
    static func address(_ text: String) throws -> (host: String, endpoint: SQLServerConfiguration.Endpoint) {
        var host = text[...]
        if host.lowercased().hasPrefix("tcp:") { host = host.dropFirst("tcp:".count) }
        var endpoint = SQLServerConfiguration.Endpoint.port(1433)
        if let comma = host.lastIndex(of: ",") {
            endpoint = .port(try port(host[host.index(after: comma)...], in: text))
            // Where there is a port, nobody asks for the instance's.
            host = host[..<comma].prefix { $0 != "\\" }
        } else if let backslash = host.firstIndex(of: "\\") {
            endpoint = .instance(String(host[host.index(after: backslash)...]))
            host = host[..<backslash]
        } else if !host.hasPrefix("["), let colon = host.lastIndex(of: ":") {
            guard host.firstIndex(of: ":") == colon else {
                throw ValidationError("--server: write an IPv6 address in brackets, such as [::1]:1433; it is \(text).")
            }
            endpoint = .port(try port(host[host.index(after: colon)...], in: text))
            host = host[..<colon]
        }
        if host.hasPrefix("["), let end = host.lastIndex(of: "]") {
            let rest = host[host.index(after: end)...]
            if !rest.isEmpty { endpoint = .port(try port(rest.hasPrefix(":") ? rest.dropFirst() : rest, in: text)) }
            host = host[..<end].dropFirst()
        }
        let isThisMachine = host == "." || host.lowercased() == "(local)"
        return (isThisMachine ? "localhost" : String(host), endpoint)
    }

    private static func port(_ digits: Substring, in text: String) throws -> Int {
        guard let number = Int(digits) else {
            throw ValidationError("--server must be host:port, such as db.example.com:1433; it is \(text).")
        }
        return number
    }
}
