/// A word that the grammar looks for: first the reserved ones, then those that also name columns and tables.
enum Word: String, CaseIterable {
    case add, all, alter, and, any, `as`, asc, authorization
    case backup, begin, between, `break`, browse, bulk, by
    case cascade, `case`, check, checkpoint, close, clustered, coalesce, collate, column, commit, compute, constraint
    case contains, containstable, `continue`, convert, create, cross, current, current_date, current_time
    case current_timestamp, current_user, cursor
    case database, dbcc, deallocate, declare, `default`, delete, deny, desc, disk, distinct, distributed, double, drop
    case dump
    case `else`, end, errlvl, escape, except, exec, execute, exists, exit, external
    case fetch, file, fillfactor, `for`, foreign, freetext, freetexttable, from, full, function
    case goto, grant, group, having, holdlock
    case identity, identity_insert, identitycol, `if`, `in`, index, inner, insert, intersect, into, `is`
    case join, key, kill, left, like, lineno, load, merge
    case national, nocheck, nonclustered, not, null, nullif
    case of, off, offsets, on, open, opendatasource, openquery, openrowset, openxml, option, or, order, outer, over
    case percent, pivot, plan, primary, print, proc, procedure, `public`
    case raiserror, read, readtext, reconfigure, references, replication, restore, restrict, `return`, revert, revoke
    case right, rollback, rowcount, rowguidcol, rule
    case save, schema, securityaudit, select, semantickeyphrasetable, semanticsimilaritydetailstable
    case semanticsimilaritytable, session_user, set, setuser, shutdown, some, statistics, system_user
    case table, tablesample, textsize, then, to, top, tran, transaction, trigger, truncate, try_convert, tsequal
    case union, unique, unpivot, update, updatetext, use, user
    case values, varying, view, waitfor, when, `where`, `while`, with, writetext

    // From here on, `action` first, words are not reserved.
    case action, after, apply, application, at, atomic, auto
    case binary
    case caller, cast, `catch`, change_tracking, change_tracking_context, changes, changetable, char, character
    case columnstore, committed, concat, containment, cookie, counter, cube, cycle
    case data, date_bucket, dateadd, datediff, datediff_big, datename, datepart, datetrunc, days, dec, delay
    case delayed_durability, deterministic, disable
    case elements, enable, encrypted, explicit
    case filestream, filestream_on, filetable_directory, first, fn, following, fulltext
    case generated, get, global, grouping
    case hash, hidden, hours
    case ignore, iif, include, increment, input, instead, isolation
    case json, json_array, json_object
    case last, level, local, login, logon, loop
    case mark, masked, matched, max, maxvalue, member, minutes, minvalue, modify, must_change
    case name, next, no, nocount, node, none, nowait, nulls
    case object, offset, only, openjson, out, output, owner
    // The manual lists `precision` as reserved, but it names a column of `sys.columns`, which scripts select without quotes.
    case parse, partition, password, path, period, persisted, preceding, precision, prior, privileges
    case quoted_identifier
    case range, raw, rc, readonly, rebuild, receive, recompile, relative, absolute, remote, reorganize, repeatable
    case respect, result, returns, role, rollup, root, row, rows, rowguid
    case self_ = "self"
    case send, sequence, serializable, server, sets, snapshot, source, sparse, spatial, start, string_agg, `switch`
    case synonym, system, system_time
    case target, textimage_on, `throw`, ties, time, timestamp, trim, `try`, try_cast
    case try_parse, type
    case unbounded, uncommitted, undefined, using
    case value, varbinary, varchar, version
    case window, windows, within, without, work
    case xml, xmlnamespaces
    case zone

    /// The words that the grammar knows by their text in lower case, and whether they are reserved.
    static let known: [String: (word: Word, isReserved: Bool)] = {
        var table: [String: (word: Word, isReserved: Bool)] = [:]
        var isReserved = true
        for word in allCases {
            if word == .action { isReserved = false }
            table[word.rawValue] = (word, isReserved)
        }
        return table
    }()

    /// The longest word that the table holds: longer text needs no look-up.
    static let maximumLength = 30
}
