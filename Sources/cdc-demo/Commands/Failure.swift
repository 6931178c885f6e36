import ArgumentParser
import CDCCore
import CDCJSON
import CDCTesting
import Columnar
import DeltaLog
import LakeStorage
import Parquet
import TDSSource

#if Emulator
import SQLServerEmulator
#endif

/// An error as the user of a command sees it: an exit code for scripts, a line for people.
struct Failure: Error {
    /// Exit codes, as `sysexits.h` names them; after a signal as shells tell it, 128 and its number.
    enum Exit: Int32 {
        case usage = 64
        case badData = 65
        case noInput = 66
        case software = 70
        case cannotCreate = 73
        case inputOutput = 74
        case interrupted = 130
        case terminated = 143
    }

    var exit: Exit
    /// A short name for programs.
    var code: String
    /// What happened and what to do, on one line.
    var message: String
    /// What it happened to: a table, a file, a version.
    var context: [(name: String, value: JSONValue)] = []

    init(_ exit: Exit, _ code: String, _ message: String, context: [(name: String, value: JSONValue)] = []) {
        self.exit = exit
        self.code = code
        self.message = message
        self.context = context
    }

    /// What any error means to the user.
    init(_ error: any Error) {
        #if Emulator
        if let error = error as? EmulatorError {
            self.init(error.code == .cannotStart ? .cannotCreate : .software, "\(error.code)", error.message)
            return
        }
        #endif
        switch error {
        case let error as Failure: self = error
        case let error as DeltaError: self.init(error)
        case let error as StorageError: self.init(error)
        case let error as ParquetError: self.init(.badData, "\(error.code)", "\(error)")
        case let error as CDCError: self.init(error)
        case let error as TDSError: self.init(error)
        case let error as ColumnarError:
            self.init(error.code == .unknownColumn ? .usage : .badData, "columns", error.message)
        case let error as InMemoryError: self.init(.software, "source", "\(error)")
        case let error as OutputError:
            self.init(.inputOutput, "output", "standard output cannot be written: \(error.reason)")
        case is CancellationError: self.init(.software, "cancelled", "the work was stopped before it was done")
        default: self.init(.software, "other", "\(error)")
        }
    }

    private init(_ error: DeltaError) {
        var context: [(name: String, value: JSONValue)] = []
        if let table = error.table { context.append(("table", .string(table))) }
        if let version = error.version { context.append(("version", .integer(version))) }
        if let file = error.file { context.append(("file", .string(file))) }
        let exit: Exit
        switch error.code {
        case .tableNotFound: exit = .noInput
        case .tableExists: exit = .cannotCreate
        case .storage, .outcomeUnknown:
            let storage = error.underlying as? StorageError
            // Where a file of a table is missing, the table is damaged.
            exit = storage?.code == .notFound ? .badData : storage.map { Failure($0).exit } ?? .inputOutput
        case .conflict, .tooManyAttempts, .invalidTransaction: exit = .software
        default: exit = .badData
        }
        self.init(exit, "\(error.code)", error.message, context: context)
    }

    private init(_ error: StorageError) {
        let exit: Exit
        switch error.code {
        case .denied, .alreadyExists, .invalidPath, .notFound: exit = .cannotCreate
        case .unreadable: exit = .badData
        default: exit = .inputOutput
        }
        self.init(exit, "\(error.code)", error.message, context: [("file", .string(error.path))])
    }

    private init(_ error: TDSError) {
        let exit: Exit
        switch error.code {
        case .invalidConfiguration, .environmentOverrides: exit = .usage
        case .loginFailed, .permissionDenied: exit = .cannotCreate
        case .unknownDatabase: exit = .noInput
        case .connectionFailed, .connectionLost, .tlsFailed, .timeout: exit = .inputOutput
        default: exit = .software
        }
        self.init(exit, "\(error.code)", error.message)
    }

    private init(_ error: CDCError) {
        var context: [(name: String, value: JSONValue)] = []
        if let table = error.table { context.append(("table", .string("\(table)"))) }
        if let lsn = error.lsn { context.append(("lsn", .string("\(lsn)"))) }
        // The error below it knows better whether a disk is full or a table damaged.
        let exit: Exit
        if let underlying = error.underlying.map({ Failure($0) }), underlying.exit != .software {
            exit = underlying.exit
        } else {
            switch error.code {
            case .stagedFileCorrupt, .manifestCorrupt, .retentionGap, .sourceRewound, .schemaChanged,
                .changesOutOfOrder, .unknownValue, .nullKey, .noKey:
                exit = .badData
            case .foreignTable, .anotherPipeline, .anotherGateway, .invalidConfiguration: exit = .cannotCreate
            default: exit = .software
            }
        }
        self.init(exit, "\(error.code)", error.fullMessage, context: context)
    }

    // MARK: Telling

    /// The error on one line.
    var line: String {
        var text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        if !context.isEmpty {
            let parts = context.map { "\($0.name) \($0.value.string ?? $0.value.text)" }
            text += " [\(code), \(parts.joined(separator: ", "))]"
        }
        return "cdc-demo: \(text)"
    }

    /// The error as `{"error":{"code":…,"message":…,"exitCode":…,…}}`.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("error")
            writer.object { writer in
                writer.member("code", code)
                writer.member("message", message)
                writer.member("exitCode", exit.rawValue)
                for (name, value) in context { writer.member(name, value) }
            }
        }
        return writer.text
    }
}
