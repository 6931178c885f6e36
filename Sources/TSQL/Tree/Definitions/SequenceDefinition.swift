/// `CREATE SEQUENCE` and `ALTER SEQUENCE`.
package struct SequenceDefinition: Equatable, Sendable {
    package enum Option: Equatable, Sendable {
        /// Digits with their sign.
        case start(String)
        /// `RESTART`, `RESTART WITH n`
        case restart(String?)
        case increment(String)
        /// `nil`: `NO MINVALUE`
        case minimum(String?)
        /// `nil`: `NO MAXVALUE`
        case maximum(String?)
        case cycle(Bool)
        /// `nil`: `CACHE` without a number
        case cache(String?)
        case noCache
    }

    package var isAlter: Bool
    package var name: Name
    package var type: DataType?
    package var options: [Option]
}
