/// Why a command cannot do what it was asked to: a sentence for people and a status for scripts.
package struct CommandFailure: Error, Hashable, Sendable {
    package let status: CommandStatus
    /// What failed, on what, and what to do; safe to print.
    package let message: String

    package init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
