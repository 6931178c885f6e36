import Testing

/// Variables, control of flow, errors and calls.
@Suite("Flow")
struct FlowTests {
    @Test("Declare")
    func declare() {
        expectTree(
            "DECLARE @a int, @b AS varchar(10) = 'x', @c dbo.T, @d decimal(10, 2) = 1 + 2",
            """
            (declare [(variable @a type:int) (variable @b type:varchar(10) initial:'x') (variable @c type:dbo.T)
            (variable @d type:decimal(10,2) initial:(+ 1 2))])
            """
        )
        expectTree(
            "DECLARE @t TABLE (a int PRIMARY KEY, b int NOT NULL DEFAULT 1, UNIQUE (a, b))",
            """
            (declare [(table @t columns:[(a type:int constraints:[(kind:(primaryKey))]) (b type:int -isNullable
            constraints:[(kind:(defaultValue 1))])] constraints:[(kind:(unique columns:[a b]))])])
            """
        )
        expectTree("DECLARE @c CURSOR", "(declare [(cursor @c)])")
    }

    @Test("Set a variable")
    func setAVariable() {
        expectTree(
            "SET @a = 1 SET @b += (SELECT 1) SET @x.modify('delete /a')",
            """
            (setVariable @a = 1) (setVariable @b += (subquery (specification [1]))) (callMethod (method @x
            modify arguments:['delete /a']))
            """
        )
        expectTree(
            "SET @c = CURSOR FAST_FORWARD FOR SELECT 1",
            "(setCursorVariable @c (options:[FAST_FORWARD] (specification [1])))"
        )
    }

    @Test("Set an option")
    func setAnOption() {
        expectTree(
            "SET NOCOUNT ON SET ANSI_NULLS, ANSI_PADDING OFF SET STATISTICS IO, TIME ON",
            """
            (set (switches [NOCOUNT] +isOn)) (set (switches [ANSI_NULLS ANSI_PADDING])) (set (statistics [IO
            TIME] +isOn))
            """
        )
        expectTree("SET IDENTITY_INSERT dbo.t ON", "(set (identityInsert dbo.t +isOn))")
        expectTree(
            """
            SET LOCK_TIMEOUT -1 SET DEADLOCK_PRIORITY LOW SET CONTEXT_INFO 0x01 SET ROWCOUNT @n SET DATEFORMAT
            mdy SET LANGUAGE N'Deutsch'
            """,
            """
            (set (value LOCK_TIMEOUT (- 1))) (set (value DEADLOCK_PRIORITY 'LOW')) (set (value CONTEXT_INFO
            0x01)) (set (value ROWCOUNT @n)) (set (value DATEFORMAT 'mdy')) (set (value LANGUAGE N'Deutsch'))
            """
        )
        expectTree(
            """
            SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED SET TRANSACTION ISOLATION LEVEL READ COMMITTED SET
            TRANSACTION ISOLATION LEVEL REPEATABLE READ SET TRANSACTION ISOLATION LEVEL SNAPSHOT SET TRANSACTION
            ISOLATION LEVEL SERIALIZABLE
            """,
            """
            (set (isolationLevel read-uncommitted)) (set (isolationLevel read-committed)) (set (isolationLevel
            repeatable-read)) (set (isolationLevel snapshot)) (set (isolationLevel serializable))
            """
        )
    }

    @Test("Blocks and conditions")
    func blocksAndConditions() {
        expectTree("IF @a = 1 PRINT 'a'", "(conditional condition:(= @a 1) then:(print 'a'))")
        expectTree(
            "IF EXISTS (SELECT 1) BEGIN PRINT 'a'; PRINT 'b' END ELSE PRINT 'c'",
            """
            (conditional condition:(exists (specification [1])) then:(block [(print 'a') (print 'b')])
            otherwise:(print 'c'))
            """
        )
        expectTree(
            "IF 1 = 1 PRINT 1; ELSE IF 2 = 2 PRINT 2; ELSE PRINT 3",
            """
            (conditional condition:(= 1 1) then:(print 1) otherwise:(conditional condition:(= 2 2) then:(print
            2) otherwise:(print 3)))
            """
        )
        expectTree(
            "IF 1 = 1 IF 2 = 2 PRINT 1 ELSE PRINT 2",
            """
            (conditional condition:(= 1 1) then:(conditional condition:(= 2 2) then:(print 1) otherwise:(print
            2)))
            """
        )
    }

    @Test("Loops")
    func loops() {
        expectTree(
            "WHILE @a < 10 BEGIN SET @a += 1 IF @a = 5 BREAK ELSE CONTINUE END",
            """
            (loop condition:(< @a 10) (block [(setVariable @a += 1) (conditional condition:(= @a 5) then:break
            otherwise:continue)]))
            """
        )
    }

    @Test("Labels")
    func labels() {
        expectTree("again: GOTO again", "(label again) (goto again)")
        expectTree("SELECT 1 again: PRINT 1", "(select (specification [1])) (label again) (print 1)")
    }

    @Test("Errors")
    func errors() {
        expectTree(
            "BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH THROW; THROW 50001, N'x', 1 END CATCH",
            """
            (tryCatch try:[(select (specification [(/ 1 0)]))] catch:[(throw) (throw (number:50001 message:N'x'
            state:1))])
            """
        )
        expectTree("BEGIN TRY PRINT 1 END TRY BEGIN CATCH END CATCH;", "(tryCatch try:[(print 1)])")
        expectTree(
            "RAISERROR ('%s %d', 16, -1, @a, 2) WITH NOWAIT, LOG",
            "(raiseError message:'%s %d' severity:16 state:(- 1) arguments:[@a 2] options:[NOWAIT LOG])"
        )
        expectTree("RAISERROR (50001, 10, 1)", "(raiseError message:50001 severity:10 state:1)")
    }

    @Test("Return print and wait")
    func returnPrintAndWait() {
        expectTree(
            "RETURN RETURN -1 RETURN (SELECT 1) PRINT N'a' + 'b'",
            "(return) (return (- 1)) (return (subquery (specification [1]))) (print (+ N'a' 'b'))"
        )
        expectTree("WAITFOR DELAY '00:00:01' WAITFOR TIME @t", "(waitForDelay '00:00:01') (waitForTime @t)")
    }

    @Test("Execute")
    func execute() {
        expectTree("EXEC dbo.p", "(execute module:(procedure dbo.p))")
        expectTree(
            """
            EXEC @r = db..p 1, -2, N'x', NULL, DEFAULT, @a OUTPUT, @b = @c OUT, @d = word, @e = @@SPID WITH
            RECOMPILE
            """,
            """
            (execute result:@r module:(procedure db..p arguments:[(value:1) (value:(- 2)) (value:N'x')
            (value:null) (value:defaultValue) (value:@a +isOutput) (@b value:@c +isOutput) (@d value:'word') (@e
            value:@@SPID)]) options:[RECOMPILE])
            """
        )
        expectTree(
            "EXECUTE @p @a WITH RESULT SETS NONE",
            "(execute module:(procedure @p arguments:[(value:@a)]) options:[«RESULT SETS NONE»])"
        )
        expectTree(
            "EXEC sp_executesql N'SELECT @a', N'@a int', @a = 1",
            """
            (execute module:(procedure sp_executesql arguments:[(value:N'SELECT @a') (value:N'@a int') (@a
            value:1)]))
            """
        )
        expectTree(
            "EXEC ('SELECT ' + @a, 1, @b OUTPUT) AS USER = 'u' AT srv",
            """
            (execute module:(text (+ 'SELECT ' @a) arguments:[(value:1) (value:@b +isOutput)] context:(user 'u')
            server:srv))
            """
        )
        expectTree("sp_help 'dbo.t'", "(execute module:(procedure sp_help arguments:[(value:'dbo.t')]))")
        expectTree(
            "[dbo].[p] @a = 1; SELECT 1",
            "(execute module:(procedure dbo.p arguments:[(@a value:1)])) (select (specification [1]))"
        )
        expectTree(
            """
            EXECUTE AS USER = 'dbo' WITH NO REVERT EXECUTE AS LOGIN = @l WITH COOKIE INTO @c EXECUTE AS CALLER
            REVERT REVERT WITH COOKIE = @c
            """,
            """
            (executeAs context:(user 'dbo') +isNoRevert) (executeAs context:(login @l) cookie:@c) (executeAs
            context:caller) (revert) (revert cookie:@c)
            """
        )
    }

    @Test("Transactions")
    func transactions() {
        expectTree(
            """
            BEGIN TRAN BEGIN TRANSACTION t WITH MARK 'm' COMMIT COMMIT TRAN t WITH (DELAYED_DURABILITY = ON)
            COMMIT WORK SAVE TRAN s ROLLBACK TRANSACTION @s ROLLBACK
            """,
            """
            (beginTransaction) (beginTransaction t mark:'m' +isMarked) (commit) (commit t +delayedDurability)
            (commit) (saveTransaction s) (rollback @s) (rollback)
            """
        )
    }

    @Test("Cursors")
    func cursors() {
        expectTree(
            "DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT a FROM t",
            "(declareCursor c (options:[LOCAL FAST_FORWARD] (specification [a] from:[(table t)])))"
        )
        expectTree(
            "DECLARE c INSENSITIVE SCROLL CURSOR FOR SELECT a FROM t FOR READ ONLY",
            """
            (declareCursor c (options:[INSENSITIVE SCROLL] (specification [a] from:[(table t)])
            purpose:readOnly))
            """
        )
        expectTree(
            "DECLARE c CURSOR FOR SELECT a FROM t ORDER BY a FOR UPDATE OF a, b",
            """
            (declareCursor c (((specification [a] from:[(table t)]) orderBy:[a]) purpose:(update columns:[a
            b])))
            """
        )
        expectTree(
            """
            OPEN c OPEN GLOBAL c FETCH NEXT FROM c INTO @a, @b FETCH c FETCH PRIOR FROM @c FETCH ABSOLUTE -1
            FROM GLOBAL c FETCH RELATIVE @n FROM c CLOSE c DEALLOCATE @c
            """,
            """
            (openCursor c) (openCursor c +isGlobal) (fetchCursor orientation:next cursor:c into:[@a @b])
            (fetchCursor orientation:next cursor:c) (fetchCursor orientation:prior cursor:@c) (fetchCursor
            orientation:(absolute (- 1)) cursor:c +isGlobal) (fetchCursor orientation:(relative @n) cursor:c)
            (closeCursor c) (deallocateCursor @c)
            """
        )
    }

    @Test("Use and administration")
    func useAndAdministration() {
        expectTree(
            """
            USE master DBCC CHECKIDENT ('dbo.t', RESEED, 0) WITH NO_INFOMSGS DBCC FREEPROCCACHE CHECKPOINT
            CHECKPOINT 10 KILL 55 RECONFIGURE WITH OVERRIDE
            """,
            """
            (use database:master) (dbcc command:CHECKIDENT arguments:['dbo.t' 'RESEED' 0] options:[NO_INFOMSGS])
            (dbcc command:FREEPROCCACHE) (checkpoint) (checkpoint 10) (kill 55) (reconfigure +withOverride)
            """
        )
    }
}
