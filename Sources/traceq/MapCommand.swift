import ArgumentParser
import Telemetry

/// `traceq map`: who asks whom.
struct MapCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Draw who asks whom: clients, edges, proxies, and where modules come from.",
        discussion: """
            EXAMPLES
              traceq map                       of the last hour
              traceq map --by role --since 1d  edges together, proxies together
              traceq map --kind zip --upstream github.com

            Each line is a link from the line above it that stands further left: how many requests, which share of \
            them failed (without probes and clients that went away), and how long they took. What several ask stands \
            below the one that asks most. An upstream is the host that a module comes from, or that the span of a \
            client names; its time is what a node waited for it.

            A time is \(TimeExpression.grammar). Times without a zone are UTC unless --tz says otherwise.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var window: WindowOptions

    @OptionGroup var fleet: FleetOptions

    @Option(help: "What a line stands for: a node, or those of a region, a role or a software together.")
    var by = MapGrouping.node

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp(
            "How many to show behind each place, the busiest, 1 to 10000; the rest is added up.",
            valueName: "count"))
    var limit = 10

    func validate() throws {
        try RowLimit.validate(limit, in: 1...10_000)
    }

    func run(in context: CommandContext) throws -> CommandStatus {
        let format = try common.resolvedFormat(in: context)
        let style = try common.style(in: context)
        let query = FleetMapQuery(
            window: try window.window(since: "1h", until: "now", now: context.now, zone: style.zone),
            filter: try fleet.filter(), grouping: by, branches: limit)
        let reader = try common.openFleetReader(in: context)
        let result = try reader.fleetMap(query)
        var table = ResultTable.map(result, query)
        if table.rowCount == 0 {
            let advice = EmptyWindowAdvice(
                window: query.window, filters: fleet.given, now: context.now, zone: style.zone,
                noun: "request", notes: table.notes)
            table.explainEmptiness(try advice.sentence(reader, query.filter, among: .requests), format)
        }
        context.write(table, as: format, style: style)
        return .success
    }
}

extension MapGrouping: ExpressibleByArgument {}
