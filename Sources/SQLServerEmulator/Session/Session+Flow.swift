import TSQL

/// Batches: statements one after the other, and what decides which comes next.
extension Session {
    /// How a statement ended.
    enum Outcome {
        case next
        case broke, continued
        case returned(SQLValue, SQLType)
        case jump(String)
    }

    /// Something that ends more than its statement.
    struct Failure: Error {
        var message: ServerText
        /// Whether it is a name that means nothing: statements are compiled with what is around them, so that no `TRY` there
        /// catches it.
        var isUnresolved = false
        /// Whether `RAISERROR` made it, which dooms no transaction.
        var isRaised = false
    }

    /// Runs a batch and answers everything that it says. Whatever happens, the session can go on.
    func run(batch text: String) {
        answering { () throws in
            let batch = try parse(text)
            runningBatch = batch
            _ = try run(batch.statements)
        }
        endDoomedTransaction()
    }

    /// No transaction that can only be rolled back outlives its batch.
    private func endDoomedTransaction() {
        guard transaction.isDoomed else { return }
        try? rollbackTransaction()
        report(
            ServerText(
                SQLError(
                    3998,
                    "Uncommittable transaction is detected at the end of the batch. The transaction is rolled back."
                ),
                line: 1
            )
        )
    }

    /// Does what a client asked for, and tells it of an error that nothing caught. Whatever happens, the session can go on.
    func answering(_ work: () throws -> Void) {
        currentLine = 1
        frames = [Frame()]
        // The SQL of cursors outlives its batch.
        if cursors.isEmpty { routines.forgetWhereTooMany() }
        caught = []
        tryDepth = 0
        abortsBatch = false
        do {
            try work()
        } catch let failure as Failure {
            report(failure.message)
        } catch let error as SQLError {
            // An error of the text: nothing of the batch was run.
            report(ServerText(error, line: currentLine))
        } catch {
            report(ServerText(SQLError(50_000, "\(error)"), line: currentLine))
        }
        for table in frames.flatMap(\.tables.values) { try? sqlite.run("DROP TABLE IF EXISTS \(table.storage)") }
        frames = [Frame()]
    }

    /// Tells the client of an error that nothing caught.
    private func report(_ message: ServerText) {
        lastError = message.number
        sink.message(message)
        sink.done(.none, rowCount: nil, hasResult: false)
    }

    /// - Throws: ``Failure`` of a statement that no `TRY` around it caught.
    func run(_ statements: [Statement]) throws -> Outcome {
        var index = 0
        while index < statements.count {
            let outcome = try run(statements[index])
            switch outcome {
            case .next: index += 1
            case .jump(let label):
                guard let target = statements.firstIndex(where: { $0.kind == .label(label) }) else { return outcome }
                index = target + 1
            default: return outcome
            }
        }
        return .next
    }

    func run(_ statement: Statement) throws -> Outcome {
        if sink.isCancelled { throw Failure(message: ServerText(.interrupted, line: statement.line)) }
        currentLine = statement.line
        if !settings.executes, !statement.isNoExecOff { return .next }
        switch statement.kind {
        case .block(let statements): return try run(statements)
        case .conditional(let condition, let then, let otherwise):
            let isTrue = try catching { () throws(SQLError) in try holds(condition) } ?? false
            if isTrue { return try run(then) }
            return try otherwise.map { try run($0) } ?? .next
        case .loop(let condition, let body):
            while try catching({ () throws(SQLError) in try holds(condition) }) ?? false {
                switch try run(body) {
                case .broke: return .next
                case .next, .continued: continue
                case let outcome: return outcome
                }
            }
            return .next
        case .break: return .broke
        case .continue: return .continued
        case .label: return .next
        case .goto(let label): return .jump(label)
        case .return(let expression):
            guard let expression else { return .returned(.integer(0), .int) }
            guard let result = try catching({ () throws(SQLError) in try evaluate(expression) }) else { return .next }
            return .returned(result.value, result.type)
        case .tryCatch(let attempt, let handler): return try run(attempt, catching: handler)
        default:
            _ = try catching(of: statement) { () throws(SQLError) in
                try sink.willPerform()
                try perform(statement)
            }
            return .next
        }
    }

    private func run(_ attempt: [Statement], catching handler: [Statement]) throws -> Outcome {
        let depth = frames.count
        tryDepth += 1
        do {
            let outcome = try run(attempt)
            tryDepth -= 1
            return outcome
        } catch let failure as Failure
            where !failure.isUnresolved && failure.message.severity < 20
            && failure.message.number != SQLError.interrupted.number
        {
            tryDepth -= 1
            frames.removeLast(frames.count - depth)
            caught.append(failure.message)
            defer { caught.removeLast() }
            return try run(handler)
        } catch {
            tryDepth -= 1
            throw error
        }
    }

    /// Does a statement's work. An error goes to the `TRY` around it; where there is none the client is told, and the batch
    /// goes on unless the error ends it.
    ///
    /// - Returns: `nil` where the statement failed and the batch goes on.
    private func catching<T>(of statement: Statement? = nil, _ work: () throws(SQLError) -> T) throws -> T? {
        let outer = statementBegan
        statementBegan = server.now()
        defer { statementBegan = outer }
        do { return try work() } catch {
            let message =
                rethrown ?? ServerText(error, procedure: frames[frames.count - 1].procedure, line: currentLine)
            rethrown = nil
            lastError = message.number
            if message.severity <= 10, message.number != SQLError.interrupted.number {
                sink.message(message)
                return nil
            }
            // A name that means nothing ends the procedure or the text that has it, and the batch only where it stands in it.
            let isCalled: Bool = if case .execute? = statement?.kind { true } else { false }
            let isUnresolved = error.isUnresolved && !isCalled && !abortsBatch
            let isFatal = error.endsBatch && !(error.isUnresolved && isCalled)
            let aborts = settings.abortsTransactions && !isRaised || isFatal && !error.isUnresolved
            let failure = Failure(message: message, isUnresolved: isUnresolved, isRaised: isRaised)
            let endsBatch = isFatal || abortsBatch || aborts || message.severity >= 20
            (isRaised, abortsBatch) = (false, false)
            if aborts, transaction.count > 0 {
                if tryDepth > 0 { transaction.isDoomed = true } else { try? rollbackTransaction() }
            }
            if error.endsTransaction, transaction.count > 0 { try? rollbackTransaction() }
            if tryDepth > 0 || endsBatch { throw failure }
            report(message)
            return nil
        }
    }
}

extension SQLError {
    /// Whether the rest of the batch is not run, where no `TRY` catches the error.
    ///
    /// Source: Microsoft, "Database engine error severities"; conversions, names that mean nothing and lost transactions end a
    /// batch, broken rules of tables do not.
    var endsBatch: Bool {
        endsTransaction
            || [102, 137, 156, 207, 208, 209, 213, 241, 242, 244, 245, 248, 295, 911, 1087, 3621, 4104, 40517].contains(
                number
            )
    }

    /// Whether a name means nothing, which is found when the statement is compiled and ends no transaction.
    var isUnresolved: Bool { [102, 137, 156, 207, 208, 209, 213, 1087, 4104, 40517].contains(number) }

    /// Whether the transaction is gone.
    var endsTransaction: Bool { [1205, 3960, 3961].contains(number) }
}

extension Statement {
    /// Whether it is the one statement that is executed under `SET NOEXEC ON`.
    fileprivate var isNoExecOff: Bool {
        guard case .set(.switches(let names, false)) = kind else { return false }
        return names.contains("NOEXEC")
    }
}
