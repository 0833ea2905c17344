import ArgumentParser

/// `traceq-collector config`: what the configuration is.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows the configuration.", subcommands: [ConfigPrintCommand.self])
}

/// `traceq-collector config print`: the configuration that a start with the same options would work by.
struct ConfigPrintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print",
        abstract: "Prints every key with its value in force and where it comes from; no secrets.",
        usage: "traceq-collector config print [--config <file>] [<options>]",
        discussion: """
            Examples:
              traceq-collector config print
              traceq-collector config print --config /etc/traceq/collector.yaml --log-level debug
            """)

    @OptionGroup var options: CollectorOptions

    func run() throws {
        print(try ConfigSource(options).read().text, terminator: "")
    }
}
