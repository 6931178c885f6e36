/// An option after the `WITH` of a view, a procedure, a function or a trigger.
package enum ModuleOption: Hashable, Sendable {
    /// `SCHEMABINDING`, `RECOMPILE`, `RETURNS NULL ON NULL INPUT`: in upper case.
    case word(String)
    /// `EXECUTE AS OWNER`: in upper case.
    case executeAs(String)
    /// `EXECUTE AS 'name'`
    case executeAsUser(String)
}
