import ArgumentParser
import Telemetry

/// `traceq nodes`: the fleet.
struct NodesCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "Show the nodes of the fleet, those in trouble first.",
        discussion: """
            EXAMPLES
              traceq nodes                          of the last hour
              traceq nodes --by region --since 1d   the same, added up by region
              traceq nodes --role edge --region 'cn-*' --limit 500

            A node is late when nothing came from it for twice as long as usual, and lost after three times; but \
            none is late within 40 s, or lost within 2 minutes. Requests are those that the node's own spans tell of, \
            health checks left out; errors are a share of them without the go command's probes and clients that went \
            away; hits are of the node's own cache, for files that never change, where its result is known. SKEW is \
            how far the node's clock is ahead of the collector's.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @OptionGroup var nodes: NodeOptions

    enum Grouping: String, CaseIterable, ExpressibleByArgument {
        case node
        case region
    }

    @Option(help: "What a row is.")
    var by = Grouping.node

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many nodes to show, 1 to 100000.", valueName: "count"))
    var limit = 50

    func validate() throws {
        try RowLimit.validate(limit, in: 1...100_000)
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = FleetNodesQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            filter: nodes.filter, now: context.now)
        let reader = try common.openFleetReader(in: context)
        let result = try reader.fleetNodes(query)
        var table =
            by == .region
            ? ResultTable.regions(result, query) : ResultTable.nodes(result, query, limit: limit)
        if table.rowCount == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: result.hasOthers ? nodes.given : [], now: context.now,
                zone: style.zone, noun: "node", notes: table.notes)
            table.explainEmptiness(try advice.sentence(reader, nodes.names, among: .nodes), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }
}
