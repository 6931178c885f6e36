import Testing

@testable import TDSSource

@Suite("Where a server is and how to connect")
struct ConfigurationTests {
    private let base = SQLServerConfiguration(
        host: "db.example.com",
        database: "shop",
        user: "reader",
        password: "s3cret"
    )

    private func refusal(of configuration: SQLServerConfiguration) throws -> TDSError.Code {
        let error = try #require(throws: TDSError.self) { try configuration.validate() }
        return error.code
    }

    @Test("what is said plainly is valid")
    func valid() throws {
        try base.validate()
        #expect(base.encryption == .required(.system, checkHostName: true), "encrypted unless said otherwise")
    }

    @Test("what FreeTDS would cut, drop or understand otherwise is refused")
    func refusedTexts() throws {
        let long = String(repeating: "a", count: 201)
        let values: [(WritableKeyPath<SQLServerConfiguration, String>, [String])] = [
            (\.host, ["", "a b", "a;b", "a#b", "a\nport = 1", "[::1]", "žába.cz", long]),
            (\.user, ["", "DOMAIN\\user", "a\u{0}b", "a\nb", long]),
            (\.database, ["", "a\tb", String(repeating: "ž", count: 65)]),
            (\.applicationName, ["a\rb", long]),
        ]
        for (path, texts) in values {
            for text in texts {
                var configuration = base
                configuration[keyPath: path] = text
                #expect(try refusal(of: configuration) == .invalidConfiguration)
            }
        }
    }

    @Test(
        "paths of certificate authorities that do not survive FreeTDS's file are refused",
        arguments: [
            "ca.pem", "", "/a;b.pem", "/a#b.pem", "/a  b.pem", "/a.pem ", "/a\nencryption = off",
            "/" + String(repeating: "a", count: 240),
        ]
    )
    func authorities(path: String) throws {
        var configuration = base
        configuration.encryption = .required(.file(path))
        #expect(try refusal(of: configuration) == .invalidConfiguration)
        configuration.encryption = .required(.file("/a b.pem"))
        try configuration.validate()
    }

    @Test("numbers outside their range are refused")
    func numbers() throws {
        let changes: [(inout SQLServerConfiguration) -> Void] = [
            { $0.endpoint = .port(0) }, { $0.endpoint = .port(65_536) }, { $0.endpoint = .instance("") },
            { $0.endpoint = .instance("a;b") }, { $0.packetSize = 511 }, { $0.packetSize = 16_384 },
            { $0.loginTimeout = .zero }, { $0.queryTimeout = .seconds(-1) }, { $0.lockTimeout = .seconds(90_000) },
            { $0.attentionTimeout = .zero }, { $0.password = "a\nb" },
        ]
        for change in changes {
            var configuration = base
            change(&configuration)
            #expect(try refusal(of: configuration) == .invalidConfiguration)
        }
        var configuration = base
        configuration.encryption = .disabled
        configuration.packetSize = 32_767
        try configuration.validate()
    }

    @Test("the settings for FreeTDS name version, encryption and authorities, and neither user nor password")
    func section() {
        var configuration = base
        configuration.encryption = .required(.file("/ca.pem"), checkHostName: false)
        configuration.loginTimeout = .milliseconds(1500)
        configuration.readOnlyIntent = true
        #expect(
            PrivateConfigurationFile.section("x", configuration) == """
                [x]
                host = db.example.com
                port = 1433
                tds version = 7.4
                encryption = require
                ca file = /ca.pem
                check certificate hostname = no
                client charset = UTF-8
                connect timeout = 2
                initial block size = 16000
                read-only intent = yes

                """
        )
    }

    // MARK: Secrets

    @Test("a password is in no description, dump or mirror")
    func secret() {
        var dumped = ""
        dump(base, to: &dumped)
        let texts = [
            dumped, "\(base)", String(reflecting: base), "\(base.password)", String(reflecting: base.password),
        ]
        for text in texts { #expect(!text.contains("s3cret")) }
        #expect(Mirror(reflecting: base.password).children.isEmpty)
        #expect(base.password.exposed == "s3cret")
    }

    // MARK: URLs

    @Test("a URL says everything")
    func url() throws {
        let configuration = try SQLServerConfiguration(
            url: "sqlserver://re%40der:p%3A%2F%40ss@[::1]:14330/my%20shop?trust=/etc/ca.pem&checkHostName=false"
                + "&readOnlyIntent=true&loginTimeout=7&queryTimeout=8&lockTimeout=9&packetSize=4096&applicationName=a%26b"
        )
        #expect(configuration.host == "::1")
        #expect(configuration.place == "[::1]:14330")
        #expect(configuration.endpoint == .port(14_330))
        #expect(configuration.user == "re@der")
        #expect(configuration.password.exposed == "p:/@ss")
        #expect(configuration.database == "my shop")
        #expect(configuration.encryption == .required(.file("/etc/ca.pem"), checkHostName: false))
        #expect(configuration.readOnlyIntent)
        #expect(configuration.loginTimeout == .seconds(7))
        #expect(configuration.queryTimeout == .seconds(8))
        #expect(configuration.lockTimeout == .seconds(9))
        #expect(configuration.packetSize == 4096)
        #expect(configuration.applicationName == "a&b")
    }

    @Test("a short URL means port 1433 and encryption; the password may come apart")
    func shortURL() throws {
        let configuration = try SQLServerConfiguration(url: "sqlserver://reader@db/shop", password: "x")
        #expect(configuration.endpoint == .port(1433))
        #expect(configuration.encryption == .required())
        let named = try SQLServerConfiguration(url: "sqlserver://r:x@db/shop?instance=SQL2022&encrypt=disabled")
        #expect(named.endpoint == .instance("SQL2022"))
        #expect(named.place == "db\\SQL2022")
        #expect(named.encryption == .disabled)
        #expect(
            try SQLServerConfiguration(url: "sqlserver://r:x@db/s?trust=any").encryption == .required(.anyCertificate)
        )
    }

    @Test(
        "a URL that is not clear is refused, and not quoted",
        arguments: [
            "http://reader:s3cret@db/shop", "sqlserver://db/shop", "sqlserver://reader@db/shop",
            "sqlserver://reader:s3cret@db", "sqlserver://reader:s3cret@db:x/shop", "sqlserver://reader:s3cret@db:/shop",
            "sqlserver://reader:s3cret@[::1/shop", "sqlserver://reader:s3cret@[::1]x/shop",
            "sqlserver://reader:s3cret@db:1433/shop?instance=a", "sqlserver://reader:s3cret@db/shop?colour=s3cret",
            "sqlserver://reader:s3cret@db/shop?encrypt=maybe", "sqlserver://reader:s3cret@db/shop?packetSize=-1",
            "sqlserver://reader:s3cret@db/shop?encrypt=disabled&trust=any", "sqlserver://reader:s3cret@db/shop?encrypt",
            "sqlserver://reader:s3cret%@db/shop", "sqlserver://reader:s3cret%ZZ@db/shop",
            "sqlserver://reader:s3cret%FF@db/shop", "sqlserver://reader:s3cret@db/shop?loginTimeout=99999999999",
        ]
    )
    func unclearURL(url: String) throws {
        let error = try #require(throws: TDSError.self) { try SQLServerConfiguration(url: url) }
        #expect(error.code == .invalidConfiguration)
        #expect(!error.description.contains("s3cret"))
    }

    @Test("a password both in the URL and apart is refused")
    func twoPasswords() throws {
        try #require(throws: TDSError.self) {
            try SQLServerConfiguration(url: "sqlserver://r:a@db/shop", password: "b")
        }
    }

    // MARK: Environment

    @Test(
        "variables that FreeTDS obeys before the program are refused by name",
        arguments: FreeTDSRuntime.overridingVariables
    )
    func environment(name: String) throws {
        try FreeTDSRuntime.checkEnvironment { _ in nil }
        let error = try #require(throws: TDSError.self) {
            try FreeTDSRuntime.checkEnvironment { $0 == name ? "" : nil }
        }
        #expect(error.code == .environmentOverrides)
        #expect(error.message.contains(name))
    }
}
