import ArgumentParser

/// `traceq chain`: about GOPROXY lists.
struct ChainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chain",
        abstract: "Check where Go builds get their modules from, and try out another way.",
        subcommands: [ChainLintCommand.self, ChainReplayCommand.self])
}
