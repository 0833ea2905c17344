import ArgumentParser
import Telemetry

/// Which spans a command is about, besides their time.
struct SpanOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only of this service.name; * stands for any text.", valueName: "name"))
    var service: String?

    @Option(
        help: ArgumentHelp(
            "Only from this node: service.instance.id, else host.name, else k8s.node.name, else the address "
                + "the telemetry came from; * stands for any text.", valueName: "name"))
    var node: String?

    @Option(
        help: ArgumentHelp("Only with this span name or URL path; * stands for any text.", valueName: "text"))
    var name: String?

    /// Those that were given.
    var given: [String] {
        [("--service", service), ("--node", node), ("--name", name)].compactMap {
            $0.1 == nil ? nil : $0.0
        }
    }

    /// What it says of services and nodes.
    var names: FleetFilter {
        var filter = FleetFilter()
        filter.service = service
        filter.node = node
        return filter
    }
}
