import ArgumentParser

/// `traceq db`: about the database itself.
struct DatabaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Look at the database itself, and look after it.",
        subcommands: [
            DatabaseInfoCommand.self, DatabaseVerifyCommand.self, DatabaseBackupCommand.self,
            DatabaseMergeCommand.self,
        ])
}
