import ArgumentParser
import Telemetry

/// Which nodes of the fleet a command shows.
struct NodeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only nodes of this name; * stands for any text.", valueName: "name"))
    var node: String?

    @Option(
        help: ArgumentHelp(
            "Only nodes in this region (cloud.region, else edge.site); * stands for any text.",
            valueName: "name"))
    var region: String?

    @Option(help: "Only nodes that stand there: what edge.node.role says, else what their software is for.")
    var role: NodeRole?

    /// Those that were given.
    var given: [String] {
        [("--node", node != nil), ("--region", region != nil), ("--role", role != nil)]
            .compactMap { $0.1 ? $0.0 : nil }
    }

    /// What it says of names.
    var names: FleetFilter {
        var filter = FleetFilter()
        filter.node = node
        filter.region = region
        return filter
    }

    var filter: NodeFilter { NodeFilter(node: node, region: region, role: role) }
}

extension NodeRole: ExpressibleByArgument {}
