import ArgumentParser

/// The command line of the sample fleet.
@main
struct FleetGen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleetgen",
        abstract: "Sends the telemetry of a made-up fleet of Go module proxies and edge nodes.",
        discussion: """
            Examples:
              fleetgen --rate 200 --duration 30s
              fleetgen --rate 500 --duration 60s --spread 50m --fault slow-upstream
              fleetgen --dry-run
              fleetgen load --requests 1000 --spans 1000 --pid $(pidof traceq-collector)
            """,
        subcommands: [RunCommand.self, LoadCommand.self], defaultSubcommand: RunCommand.self)

    /// As the project's other programs: wrong usage ends with 1, not with the parser's 64.
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
            Output.status(fullMessage(for: error) + "\n")
            exit(withError: ExitCode(1))
        }
    }
}
