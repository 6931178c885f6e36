/// How a view, a procedure, a function or a trigger is brought about.
package enum ModuleForm: String, Hashable, Sendable {
    case create, alter
    case createOrAlter = "create-or-alter"
}
