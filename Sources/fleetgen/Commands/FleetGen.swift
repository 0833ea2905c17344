import ArgumentParser

/// The command line of the sample fleet.
@main
struct FleetGen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleetgen",
        abstract: "Sends the telemetry of a made-up fleet of Go module proxies and edge nodes.",
        discussion: """
            EXAMPLES
              fleetgen --rate 200 --duration 30s
              fleetgen --duration 60s --spread 50m --fault slow-upstream:after=30m
              fleetgen --dry-run
              fleetgen load --requests 1000 --spans 1000 --pid $(pidof traceq-collector)
              fleetgen nodes --nodes 3000 --duration 3m --own-addresses
            """,
        subcommands: [RunCommand.self, LoadCommand.self, NodesCommand.self],
        defaultSubcommand: RunCommand.self)

    /// As the project's other programs: wrong usage is a sentence and ends with 1, not with the parser's 64.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            Output.status(complaint(message(for: error), CommandLine.arguments.dropFirst()))
            exit(withError: ExitCode(1))
        }
    }

    /// What is wrong with a command line, and where to look what is right.
    static func complaint(_ message: String, _ arguments: some Sequence<String>) -> String {
        let name = ["load", "nodes"].first { arguments.contains($0) } ?? "run"
        let command = "fleetgen \(name)"
        let sentence = message.prefix(1).lowercased() + message.dropFirst()
        return "fleetgen: \(sentence)\nsee '\(command) --help' for what it accepts\n"
    }
}
