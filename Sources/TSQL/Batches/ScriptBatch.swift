/// A batch of a script: what a client sends to the server at once.
package struct ScriptBatch: Hashable, Sendable {
    /// The text between two separators, as it stands in the script.
    package var text: String
    /// The line of the script in which the batch's first line is, counted from 1: add a line of the batch, take 1 away.
    package var firstLine: Int
    /// How often the batch is to be run: the number after `GO`.
    package var count: Int
}
