import ArgumentParser
import Telemetry

/// Which module requests a command is about, and who saw them.
struct RequestOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only as nodes of this service saw them; * stands for any text.", valueName: "name"))
    var service: String?

    @Option(help: ArgumentHelp("Only as this node saw them; * stands for any text.", valueName: "name"))
    var node: String?

    @OptionGroup var fleet: FleetOptions

    /// Those that were given.
    var given: [String] {
        [("--service", service), ("--node", node)].compactMap { $0.1 == nil ? nil : $0.0 } + fleet.given
    }

    /// - Throws: `CommandFailure` for a kind that does not exist
    func filter() throws(CommandFailure) -> FleetFilter { try fleet.filter(service: service, node: node) }
}
