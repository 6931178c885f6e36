import Foundation
import Testing

@testable import TDSSource

/// Where FreeTDS and the protocol lead astray, and the tests that fail where the rule against it is left out.
///
/// | pitfall | tests |
/// |---|---|
/// | P1: an error after rows is in no return code | `StatementTests.errorAfterRows`, `lateError`, `secondResultSet`, `sideBySide`, `killed`, `procedure`, `errorBetweenRows`; `FaultTests.errorAfterRows` of `SQLServerTests` |
/// | P2: a server that answers no attention is waited for without end | `SilenceTests.deaf` |
/// | P3: without a version a server that never answers is waited for without end | ``version()``, `ConfigurationTests.section`, `SilenceTests.login` |
/// | P4: a server may encrypt the login only, without an error | `TLSTests.loginOnly` |
/// | P5: without authorities any certificate will do, and what fails gives no reason | `TLSTests.refused`, ``authorities()``; the words of the error `FaultTests.certificates` of `SQLServerTests` |
/// | P6: paths in the configuration file are cut | `ConfigurationTests.authorities` |
/// | P7: the session begins with the rules of an old client, and cuts texts at 4096 bytes | `LoginTests.setUp`; `TypeTests.largeValues` of `SQLServerTests` |
/// | P8: `sql_variant` comes without its type, and cut | `RowTests.unsupported`, `ProjectionTests.variant`; `TypeTests.values` of `SQLServerTests` |
/// | P9: an RPC cannot carry an empty value | ``emptyArguments()`` |
/// | P10: `freebcp` hangs | not used |
/// | P11: redirection over TLS fails before 1.3.18 | `TLSTests.redirected`: no trap and no hang; `SQLServerConfiguration.readOnlyIntent` says that it fails. Without TLS: `LoginTests.redirected` |
/// | P12: TLS 1.3 inside TDS 7 breaks the login | `TLSTests.tls13` |
/// | P13: `dbinit` drops handlers, and a wrong answer of one ends the process | every test with a timeout or a refused login, of which the process would end |
/// | P14: the environment beats the program | `ConfigurationTests.environment`, ``environment()`` |
@Suite("Pitfalls of FreeTDS")
struct PitfallTests {
    @Test("every section of the configuration file names the version")
    func version() {
        let text = PrivateConfigurationFile.section("x", .local(port: 1))
        #expect(text.contains("\ntds version = 7.4\n"))
    }

    @Test("authorities are named wherever certificates are checked, also those of the system")
    func authorities() {
        var configuration = SQLServerConfiguration.local(port: 1)
        configuration.encryption = .required(.system)
        #expect(PrivateConfigurationFile.section("x", configuration).contains("\nca file = system\n"))
        configuration.encryption = .required(.file("/ca.pem"))
        #expect(PrivateConfigurationFile.section("x", configuration).contains("\nca file = /ca.pem\n"))
        configuration.encryption = .required(.anyCertificate)
        #expect(!PrivateConfigurationFile.section("x", configuration).contains("ca file"))
    }

    @Test("an empty argument is empty, not NULL")
    func emptyArguments() {
        let statement = Statement("SELECT @a").with("a", "")
        #expect(statement.batch == "EXEC sys.sp_executesql N'SELECT @a', N'@a nvarchar(4000)', @a = N''")
    }

    @Test("a connection is refused while the environment would overrule it")
    func environment() async {
        await #expect(processExitsWith: .success) {
            setenv("TDSPORT", "1", 1)
            let configuration = SQLServerConfiguration.local(port: 9)
            do throws(TDSError) { _ = try await TDSConnection.open(configuration, logger: .quiet) } catch {
                exit(error.code == .environmentOverrides ? EXIT_SUCCESS : EXIT_FAILURE)
            }
            exit(EXIT_FAILURE)
        }
    }
}
