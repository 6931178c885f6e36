import Columnar
public import Logging

/// Batches of T-SQL that an administrator runs, one after the other, on one connection.
///
/// Each of them may be run again: what is there already is left as it is.
public struct SetupScript: Hashable, Sendable {
    /// The variable of `sqlcmd` that stands for the password of the login that is made. `sqlcmd` takes it from the variable of
    /// the environment of that name, so that the password is in no file and in no list of processes.
    public static let passwordVariable = "SWIFT_CDC_READER_PASSWORD"

    /// What the script is for.
    public var title: String
    public var batches: [SetupBatch]
    /// The login that is made where it is missing.
    var login: String?

    /// Whether the script makes a login, whose password it needs.
    public var needsPassword: Bool { batches.contains { $0.text.contains(Self.placeholder) } }

    static let placeholder = "N'$(\(passwordVariable))'"

    /// The script as a text for `sqlcmd`: batches with comments that say why, and `GO` between them.
    public var text: String {
        var text = Self.comment(title)
        text += Self.comment("Run it in the database that it is for: sqlcmd -S server -d database -b -i file")
        if needsPassword {
            text += Self.comment(
                "The password of the login is in no file: set the variable \(Self.passwordVariable) of the environment, where "
                    + "sqlcmd finds it, with every ' in it twice. Where the login exists already any value will do."
            )
        }
        text += Self.prologue
        for batch in batches { text += "\n" + Self.comment(batch.purpose) + batch.text + "\nGO\n" }
        return text + "\n" + Self.epilogue
    }

    /// Lines with a colon are for `sqlcmd`. A client that sends them to the server is told so, and executes nothing.
    static let prologue = """
        :on error exit
        :setvar IsSqlCmd "yes"
        GO
        IF N'$(IsSqlCmd)' <> N'yes'
        BEGIN
            RAISERROR(N'Nothing was done: run this script with sqlcmd, or turn on SQLCMD mode (SQL Server Management Studio: Query > SQLCMD Mode).', 16, 1);
            SET NOEXEC ON;
        END;
        GO

        """

    static let epilogue = """
        SET NOEXEC OFF;
        GO

        """

    private static func comment(_ text: String) -> String {
        var lines: [String] = []
        var line = "--"
        for word in text.split(separator: " ") {
            if line.count + word.count > 118, line != "--" {
                lines.append(line)
                line = "--"
            }
            line += " " + word
        }
        return (lines + [line]).joined(separator: "\n") + "\n"
    }

    /// Runs the script.
    ///
    /// - Parameters:
    ///   - configuration: The database, and a login that may do it: `sysadmin` where Change Data Capture or a login is made,
    ///     `db_owner` in Azure SQL Database.
    ///   - password: The password of the login that is made; not needed where it exists.
    /// - Returns: What the script says: what it made, and what it left alone.
    /// - Throws: ``TDSError`` of the first batch that fails. Those before it stay done, and running the script again goes on.
    @discardableResult public func apply(
        to configuration: SQLServerConfiguration,
        password: Secret? = nil,
        logger: Logger = Logger(label: "swift-cdc", factory: { _ in SwiftLogNoOpLogHandler() })
    ) async throws(TDSError) -> [String] {
        if let password {
            guard (1...128).contains(password.exposed.utf16.count) else {
                throw SQLServerConfiguration.refuse("the password of the login must have 1…128 characters")
            }
            guard !password.exposed.hasPrefix("$(") else {
                throw SQLServerConfiguration.refuse(
                    "the password of the login begins as a variable of sqlcmd does: choose another one"
                )
            }
        }
        var configuration = configuration
        // Many tables take their time; how long each may be waited for is the lock timeout.
        configuration.queryTimeout = nil
        let connection = try await TDSConnection.open(configuration, logger: logger)
        do throws(TDSError) { try await run(on: connection, password) } catch {
            await connection.close()
            throw error
        }
        let messages = await connection.printed
        await connection.close()
        return messages
    }

    private func run(on connection: TDSConnection, _ password: Secret?) async throws(TDSError) {
        if let login, password == nil { try await requireLogin(login, on: connection) }
        let literal = password.map { SQLText.string($0.exposed) } ?? "NULL"
        for batch in batches {
            do throws(TDSError) {
                try await connection.execute(batch.text.replacing(Self.placeholder, with: literal))
            } catch {
                var error = error
                error.message = "\(title) stopped at '\(batch.name)': \(error.message)"
                if error.code == .lockTimeout { error.message += ". Run the script again: what is done stays done." }
                throw error
            }
        }
    }

    /// Before anything is done: without a password the login must be there.
    private func requireLogin(_ login: String, on connection: TDSConnection) async throws(TDSError) {
        let name = SQLText.string(login)
        let found = try await connection.smallResult(
            "SELECT CASE WHEN SUSER_ID(\(name)) IS NULL AND DATABASE_PRINCIPAL_ID(\(name)) IS NULL THEN 0 ELSE 1 END AS found"
        )
        guard found.rows != [[.integer(0)]] else {
            throw SQLServerConfiguration.refuse(
                "The login does not exist yet, so it needs a password: set the variable \(Self.passwordVariable) of the environment"
            )
        }
    }
}
