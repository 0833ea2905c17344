/// How a command ends, as scripts see it. Ctrl-C ends it by its signal, which shells show as 130.
package enum CommandStatus: Int32, Sendable {
    case success = 0
    /// An argument is wrong, or what it names does not exist.
    case usage = 1
    /// A command that checks something found it.
    case conditionFound = 2
    /// The database is missing, damaged, written by a newer version, or cannot be read.
    case database = 3
    /// The time that was given is over.
    case deadline = 4
}
