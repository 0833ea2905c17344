import ArgumentParser

/// A command that does its work in a context.
protocol ContextCommand: ParsableCommand {
    /// - Throws: `CommandFailure`.
    func run(in context: CommandContext) throws -> CommandStatus
}
