import ArgumentParser
import CDCCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A command that tells what went wrong on one line and in its exit code.
protocol ReportingCommand: AsyncParsableCommand, Sendable {
    /// Whether programs are to read the output.
    var output: OutputOptions { get }

    /// Whether the work is done when nobody reads its output any more: true for what only shows, false for what writes,
    /// which goes on to its end.
    var endsWithItsReader: Bool { get }

    /// Whether Ctrl-C cancels the work instead of ending the process at once: true where something must be put away, a server
    /// for instance.
    var tidiesUp: Bool { get }

    /// What is left where Ctrl-C cancelled the work, and what to do next.
    var afterInterruption: String? { get }

    /// What to do next where tables could not be brought up to date.
    var afterIncompleteTables: String? { get }

    func perform(_ output: inout OutputBuffer) async throws
}

/// What all commands can be told about their output.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON document instead of text; errors, too, become JSON.")
    var json = false
}

extension ReportingCommand {
    var endsWithItsReader: Bool { true }
    var tidiesUp: Bool { false }
    var afterInterruption: String? { nil }
    var afterIncompleteTables: String? { nil }

    func run() async throws {
        if tidiesUp { try await Interruption.cancelling { try await report() } } else { try await report() }
    }

    private func report() async throws {
        // Where the reader of a pipe has gone, writing fails with EPIPE instead of ending the process with a signal.
        signal(SIGPIPE, SIG_IGN)
        do {
            var buffer = OutputBuffer(outlivesReader: !endsWithItsReader)
            do { try await perform(&buffer) } catch {
                // What was printed before belongs before the error.
                try? buffer.flush()
                throw error
            }
            try buffer.flush()
        } catch OutputError.closed {
            return
        } catch let exit as ExitCode {
            throw exit
        } catch let error as ValidationError {
            throw error
        } catch {
            let failure = failure(for: error)
            let line = (output.json ? failure.json : failure.line) + "\n"
            try? OutputBuffer.write(Array(line.utf8), to: OutputBuffer.standardError)
            throw ExitCode(failure.exit.rawValue)
        }
    }

    /// What an error of the work means to who started the command.
    func failure(for error: any Error) -> Failure {
        // What fails after Ctrl-C fails because of it.
        if Task.isCancelled {
            return Failure(Interruption.exit, "interrupted", "stopped" + (afterInterruption.map { "; \($0)" } ?? ""))
        }
        var failure = Failure(error)
        if (error as? CDCError)?.code == .tablesIncomplete, let afterIncompleteTables {
            failure.message += "; \(afterIncompleteTables)"
        }
        return failure
    }
}
